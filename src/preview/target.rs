//! How near a fit came to its target.
//!
//! Invariant: compares shares, so that a volume that could not be had is no gap.

use super::Outcome;
use crate::entity::Perspective;
use crate::policy::fit;

/// The most entities that the list of the furthest names.
const LISTED: usize = 12;

/// A target and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetOutcome {
    /// The perspective that was fitted.
    pub perspective: Perspective,
    /// The share of occurrences that is elsewhere than wanted, before and after: 0 is the target, as far as the limit on repeats allows it.
    pub gap: [f64; 2],
    /// The share of occurrences that this limit keeps from where the target's shape would have them.
    pub lowered: f64,
    /// How many times all entities were taken.
    pub sweeps: u32,
    /// True when a further sweep would have lessened the gap by less than a hundredth of it.
    pub converged: bool,
    /// The entities furthest from their target: rank, wanted count, count that they got.
    pub furthest: Vec<(u32, f64, f32)>,
}

impl TargetOutcome {
    pub(super) fn of(outcome: &Outcome, (targets, before): (&[f64], &[u32])) -> Self {
        let after = outcome.counts.iter().map(|&count| f64::from(count));
        let mut ranks: Vec<u32> = (0..targets.len() as u32).collect();
        let miss = |&rank: &u32| (f64::from(outcome.counts[rank as usize]) - targets[rank as usize]).abs();
        let listed = LISTED.min(ranks.len());
        if listed > 0 && listed < ranks.len() {
            ranks.select_nth_unstable_by(listed, |a, b| miss(b).total_cmp(&miss(a)).then(a.cmp(b)));
            ranks.truncate(listed);
        }
        ranks.sort_unstable_by(|a, b| miss(b).total_cmp(&miss(a)).then(a.cmp(b)));
        let gap = [fit::gap(before.iter().map(|&count| f64::from(count)), targets), fit::gap(after, targets)];
        let furthest = ranks.into_iter().map(|rank| (rank, targets[rank as usize], outcome.counts[rank as usize]));
        Self {
            perspective: outcome.perspective,
            gap,
            lowered: 0.0,
            sweeps: 0,
            converged: false,
            furthest: furthest.collect(),
        }
    }
}
