//! Movements of a cursor in a list.
//!
//! Invariant: a cursor stays inside its list.

use super::stepped;

/// A movement of a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many lines down, or up when negative.
    Lines(isize),
    /// So many half pages down, or up when negative.
    HalfPages(isize),
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Step {
    /// Where the cursor goes in a list of `len` lines of which `lines` are visible.
    pub(super) fn from(self, position: usize, len: usize, lines: usize) -> usize {
        match self {
            Self::Lines(steps) => stepped(position, steps, len),
            Self::HalfPages(steps) => stepped(position, steps * (lines / 2).max(1).cast_signed(), len),
            Self::First => 0,
            Self::Last => len.saturating_sub(1),
        }
    }
}
