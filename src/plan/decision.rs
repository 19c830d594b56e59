//! Decides one instance: its votes, its draws, its repeat.
//!
//! Invariant: whether an instance is kept is read from this file alone; explanations ask here, too.

mod cut;
mod outlook;
mod overridden;
mod voter;

pub(super) use overridden::Applied;
pub(super) use voter::Voter;

use super::draw::{Key, Purpose};
use super::overrides::Settlement;
use super::size::sized;
use crate::index::Index;
use crate::policy::{Bound, Fate, Rule, copies};
use crate::progress::{Cancelled, Observer};
use crate::recipe::NoEntity;
use outlook::scale;

/// A rule bound to an index and a seed.
pub(super) struct Decider<'a> {
    pub(super) index: &'a Index,
    pub(super) rule: Rule,
    pub(super) voters: Vec<Voter<'a>>,
    pub(super) scale: f64,
    seed: u64,
    pub(super) settlement: Settlement,
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        index: &'a Index,
        rule: &Rule,
        (bound, seed): (&[Bound], u64),
        observer: &dyn Observer,
    ) -> Result<Self, Cancelled> {
        let (rule, _) = sized(index, rule, observer)?;
        let mut decider = Self::of_policy(index, rule, seed, observer)?;
        decider.settlement = decider.settle(bound);
        decider.cut();
        Ok(decider)
    }

    /// A decider that knows of no override, and takes the thresholds as they are.
    pub(super) fn of_policy(
        index: &'a Index,
        rule: Rule,
        seed: u64,
        observer: &dyn Observer,
    ) -> Result<Self, Cancelled> {
        let voters: Vec<_> =
            rule.dictionaries.iter().filter_map(|dictionary| Voter::of(index, dictionary, observer)).collect();
        observer.go_on()?;
        let scale = if matches!(rule.fate, Fate::Shares | Fate::Weights) { scale(&rule, &voters, index) } else { 1.0 };
        Ok(Self { index, rule, voters, scale, seed, settlement: Settlement::default() })
    }

    /// How often the instance is written.
    pub(super) fn repeat(&self, instance: usize) -> u32 {
        let decided = self.policy_repeat(instance);
        if self.settlement.is_empty() { decided } else { self.overridden(instance, decided).0 }
    }

    /// How often the policy alone writes the instance.
    pub(super) fn policy_repeat(&self, instance: usize) -> u32 {
        if self.holds_nothing(instance) {
            return u32::from(self.rule.no_entity == NoEntity::Keep);
        }
        match self.rule.fate {
            Fate::Share(share) => u32::from(self.draw(instance, Purpose::Share) < share),
            Fate::Votes { pass_count, alpha, repeats } => {
                let voted = alpha >= 1.0 || self.draw(instance, Purpose::Alpha) < alpha;
                let kept = voted && self.has_votes(instance, pass_count);
                u32::from(kept) * if repeats { copies(self.odds(instance)) } else { 1 }
            }
            Fate::Weights => 1,
            Fate::Repeats | Fate::Shares => {
                let expected = self.rule.fate.expected(&self.scores(instance), self.scale);
                let up = self.draw(instance, Purpose::Repeat) < expected.fract();
                expected.trunc() as u32 + u32::from(up)
            }
        }
    }

    /// True when the rule looks at entities and the instance has none of them.
    pub(super) fn holds_nothing(&self, instance: usize) -> bool {
        !self.voters.is_empty() && self.voters.iter().all(|voter| voter.ranks(instance).is_empty())
    }

    pub(super) fn draw(&self, instance: usize, purpose: Purpose) -> f64 {
        Key::new(self.seed, self.id_hash(instance), purpose).unit()
    }

    fn has_votes(&self, instance: usize, wanted: usize) -> bool {
        let votes = self.voters.iter().filter(|voter| self.votes(voter, instance));
        votes.take(wanted).count() >= wanted
    }

    fn id_hash(&self, instance: usize) -> u64 {
        self.index.id_hashes.get(instance).copied().unwrap_or(0)
    }
}
