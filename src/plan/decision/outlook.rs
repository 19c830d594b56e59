//! What is expected of an instance over all seeds: in closed form, without a draw.
//!
//! Invariant: sums over all instances are of fixed-point numbers, so that they hang on no order.

use rayon::prelude::*;
use smallvec::SmallVec;

use super::{Decider, Voter};
use crate::index::Index;
use crate::policy::{Outlook, Rule};
use crate::recipe::{NoEntity, OverrideAction};

impl Decider<'_> {
    /// What is expected of the instance, over all seeds.
    pub(in super::super) fn outlook(&self, instance: usize) -> Outlook {
        self.outlook_of(instance, &self.scores(instance))
    }

    /// As [`Self::outlook`], of an instance whose scores are known.
    pub(in super::super) fn outlook_of(&self, instance: usize, scores: &[f64]) -> Outlook {
        let mut outlook = self.policy_outlook_of(instance, scores);
        for settled in self.settlement.held(self.index, instance) {
            outlook = settled.applied(outlook);
            if settled.bound.action == OverrideAction::Exclude {
                break;
            }
        }
        outlook
    }

    /// As [`Self::outlook`], were there no override.
    pub(in super::super) fn policy_outlook(&self, instance: usize) -> Outlook {
        self.policy_outlook_of(instance, &self.scores(instance))
    }

    fn policy_outlook_of(&self, instance: usize, scores: &[f64]) -> Outlook {
        if self.holds_nothing(instance) {
            return Outlook::rounded(f64::from(u8::from(self.rule.no_entity == NoEntity::Keep)));
        }
        let odds = if self.rule.fate.asks_odds() { self.odds(instance) } else { 0.0 };
        self.rule.fate.outlook(scores, (self.scale, odds))
    }

    /// The largest unclamped probability among the instance's entities: that of a perspective's rarest.
    pub(super) fn odds(&self, instance: usize) -> f64 {
        let rarest = |voter: &Voter<'_>| {
            let &rank = voter.ranks(instance).last()?;
            Some(voter.formula.odds(voter.entry.counts[rank as usize]))
        };
        self.voters.iter().filter_map(rarest).fold(0.0, f64::max)
    }

    pub(super) fn scores(&self, instance: usize) -> SmallVec<[f64; 8]> {
        self.voters.iter().filter_map(|voter| voter.score(instance)).collect()
    }
}

/// What makes the scores sum to the number of instances that have one, or to the wanted volume.
///
/// The sum is taken over multiples of 2⁻⁴⁰, so that it does not depend on the order of the instances.
pub(super) fn scale(rule: &Rule, voters: &[Voter<'_>], index: &Index) -> f64 {
    const UNIT: f64 = (1_u64 << 40) as f64;
    let instances = index.instances();
    let one = |instance: usize| {
        let scores = voters.iter().filter_map(|voter| voter.score(instance));
        scores.reduce(f64::max).map_or((0_u64, 0_u128), |score| (1, (score * UNIT) as u128))
    };
    let (scored, sum) =
        (0..instances).into_par_iter().with_min_len(4096).map(one).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    rule.scale((scored as f64, instances as f64), sum as f64 / UNIT)
}
