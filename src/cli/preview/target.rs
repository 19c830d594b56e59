//! How near the policy `target` came, in the stable JSON form.
//!
//! Invariant: names and units are a contract; pairs are before and after.

use serde::Serialize;

use crate::entity::Perspective;
use crate::index::Index;
use crate::preview::TargetOutcome;

/// A target and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct TargetReport {
    /// The perspective that was fitted.
    pub perspective: Perspective,
    /// The share of occurrences that is elsewhere than wanted, before and after, as far as the limit on repeats allows it.
    pub gap: [f64; 2],
    /// The share of occurrences that this limit keeps from where the target's shape would have them.
    pub lowered: f64,
    /// How many times all entities were taken.
    pub sweeps: u32,
    /// True when a further sweep would have lessened the gap by less than a hundredth of it.
    pub converged: bool,
    /// The entities furthest from their target: entity, wanted count, expected count after.
    pub furthest: Vec<(String, f64, f64)>,
}

impl TargetReport {
    pub(super) fn of(target: &TargetOutcome, index: &Index) -> Self {
        let name = |rank: u32| {
            let entry = index.perspective(target.perspective);
            entry.map_or_else(String::new, |entry| entry.names.get(rank as usize).into_owned())
        };
        let furthest = target.furthest.iter().map(|&(rank, wanted, after)| (name(rank), wanted, f64::from(after)));
        Self {
            perspective: target.perspective,
            gap: target.gap,
            lowered: target.lowered,
            sweeps: target.sweeps,
            converged: target.converged,
            furthest: furthest.collect(),
        }
    }
}
