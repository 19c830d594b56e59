//! The mouse.
//!
//! Invariant: places are cells of the screen, from 0.

/// A mouse event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down at a column and row.
    Pressed(u16, u16),
    /// The mouse moved to a column and row with the button down.
    Dragged(u16, u16),
    /// The button went up.
    Released,
    /// The wheel turned up at a column and row.
    WheeledUp(u16, u16),
    /// The wheel turned down at a column and row.
    WheeledDown(u16, u16),
}
