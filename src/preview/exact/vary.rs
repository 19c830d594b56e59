//! By how much the number of kept instances varies where caps and floors hold.
//!
//! Under a cap or a floor of n, the instances of its entity do not leave or come back independently of each other: their number is at
//! most, or at least, n. Each instance counts with the last override that draws for it. Of N instances whose number varies by V, m that
//! count with it vary by V (m/N)² + (1 − m/N) Σ k(1 − k), as members of a sample without replacement do.
//!
//! Invariant: with no cap and no floor, the variance is that of independent draws.

use super::Exact;
use crate::index::Index;
use crate::plan::{Settled, Settlement};
use crate::recipe::OverrideAction;

/// The instances that count with one override.
#[derive(Clone, Copy, Default)]
struct Group {
    members: f64,
    /// Σ k(1 − k) over them.
    independent: f64,
}

impl Exact {
    /// The standard deviation of the kept instances, from that of independent draws.
    pub(super) fn deviation(&self, index: &Index, settlement: &Settlement, independent: f64) -> f64 {
        let entries = settlement.entries();
        if entries.iter().all(|settled| settled.variance.is_none()) {
            return independent;
        }
        let holders = |settled: &Settled| settled.bound.holders(index);
        // The place of the last override that draws for an instance, and one more; 0 for none.
        let mut last = vec![0_u32; self.keep.len()];
        for (place, settled) in (1_u32..).zip(entries) {
            let draws = settled.variance.is_some() || settled.bound.action == OverrideAction::Pin;
            if draws {
                holders(settled).iter().for_each(|&instance| last[instance as usize] = place);
            }
        }
        let mut groups = vec![Group::default(); entries.len() + 1];
        for (&place, &keep) in last.iter().zip(&self.keep) {
            let group = &mut groups[place as usize];
            group.members += 1.0;
            group.independent += f64::from(keep) * (1.0 - f64::from(keep));
        }
        let mut variance = independent * independent;
        for (settled, group) in entries.iter().zip(&groups[1..]) {
            let Some(whole) = settled.variance else { continue };
            let share = group.members / holders(settled).len().max(1) as f64;
            let bound = whole * share * share + (1.0 - share) * group.independent;
            variance += bound.min(group.independent) - group.independent;
        }
        variance.max(0.0).sqrt()
    }
}
