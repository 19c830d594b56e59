//! One perspective's outcome, put together in one place from whatever counts after are known.
//!
//! Invariant: what was measured of the whole and what was estimated from a sample take the same way from here on.

use super::change;
use super::{Measures, Move};
use crate::entity::Perspective;
use crate::index::{PerspectiveIndex, Split};

/// A perspective's distribution before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The perspective.
    pub perspective: Perspective,
    /// Head and tail before: what is called tail stays called tail.
    pub split: Split,
    /// Expected count of every entity after, by the rank that it had before.
    pub counts: Vec<f32>,
    /// Measures of the distribution as it is.
    pub before: Measures,
    /// Measures of the expected counts after.
    pub after: Measures,
    /// Measures of a random subset of the same expected size: the control.
    pub random: Measures,
    /// The entities whose count moves most, largest move first.
    pub moves_most: Vec<Move>,
    /// Tail entities that lose more than [`super::COLLATERAL_LOSS`] of their count, largest loss first; empty in an estimate.
    pub collateral: Vec<Move>,
    /// How many such entities there are in all; 0 in an estimate.
    pub collateral_entities: u64,
}

/// What is known of the counts after.
pub(super) enum Known<'a> {
    /// All of them.
    All,
    /// Those of these ranks; what the others have is typical of their size.
    Ranks(&'a [u32]),
}

impl Outcome {
    /// The outcome of `counts` after, under the cut of before; `measure` measures them, and runs beside the lists of what moves.
    pub(super) fn of(
        entry: &PerspectiveIndex,
        (split, kept_share): (Split, f64),
        (counts, known): (Vec<f32>, Known<'_>),
        measure: impl FnOnce(&[f32], &Split) -> Measures + Send,
    ) -> Self {
        let before = Measures::before(entry, &split);
        let lists = || {
            let random = Measures::random(entry, &before, kept_share.min(1.0));
            let (moves, collateral) = match known {
                Known::All => {
                    (change::moves_most(&entry.counts, &counts), change::collateral(&entry.counts, &counts, &split))
                }
                Known::Ranks(ranks) => (change::moves_most_of(&entry.counts, &counts, ranks), (Vec::new(), 0)),
            };
            (random, moves, collateral)
        };
        let (after, (random, moves_most, (collateral, collateral_entities))) =
            rayon::join(|| measure(&counts, &split), lists);
        let perspective = entry.perspective;
        Self { perspective, split, counts, before, after, random, moves_most, collateral, collateral_entities }
    }
}
