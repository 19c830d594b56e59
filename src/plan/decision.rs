//! Decides one instance: its votes, its draws, its repeat.
//!
//! Invariant: whether an instance is kept is read from this file alone; explanations ask here, too.

use rayon::prelude::*;

use super::draw::{Key, Purpose};
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Dictionary, Fate, Reduction, Rule, Scorer};
use crate::recipe::NoEntity;

/// A rule bound to an index and a seed.
pub(super) struct Decider<'a> {
    pub(super) index: &'a Index,
    pub(super) rule: &'a Rule,
    pub(super) voters: Vec<Voter<'a>>,
    scale: f64,
    seed: u64,
}

/// A perspective that takes part.
pub(super) struct Voter<'a> {
    pub(super) entry: &'a PerspectiveIndex,
    reduction: Reduction,
    scorer: Scorer,
}

/// The draw that decided a vote: the one that would be the first to succeed if all probabilities rose together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// The entity that drew; `None` when the perspective drew once for all of them.
    pub(super) rank: Option<u32>,
    pub(super) probability: f64,
    pub(super) number: f64,
}

impl Draw {
    pub(super) fn passed(&self) -> bool {
        self.number < self.probability
    }
}

impl<'a> Decider<'a> {
    pub(super) fn new(index: &'a Index, rule: &'a Rule, seed: u64) -> Self {
        let voter = |dictionary: &Dictionary| {
            let entry = index.perspective(dictionary.perspective)?;
            Some(Voter { entry, reduction: dictionary.reduction, scorer: dictionary.on(&entry.counts) })
        };
        let voters: Vec<_> = rule.dictionaries.iter().filter_map(voter).collect();
        let scale = if rule.fate == Fate::Shares { scale(&voters, index.instances()) } else { 1.0 };
        Self { index, rule, voters, scale, seed }
    }

    /// How often the instance is written.
    pub(super) fn repeat(&self, instance: usize) -> u32 {
        if self.holds_nothing(instance) {
            return u32::from(self.rule.no_entity == NoEntity::Keep);
        }
        match self.rule.fate {
            Fate::Share(share) => u32::from(self.draw(instance, Purpose::Share) < share),
            Fate::Votes { pass_count, alpha } => {
                let voted = alpha >= 1.0 || self.draw(instance, Purpose::Alpha) < alpha;
                u32::from(voted && self.has_votes(instance, pass_count))
            }
            Fate::Repeats | Fate::Shares => {
                let expected = self.expected(instance);
                let up = self.draw(instance, Purpose::Repeat) < expected.fract();
                expected.trunc() as u32 + u32::from(up)
            }
        }
    }

    /// How often the instance is written, on average.
    pub(super) fn expected(&self, instance: usize) -> f64 {
        if self.holds_nothing(instance) {
            return f64::from(u8::from(self.rule.no_entity == NoEntity::Keep));
        }
        let scores: Vec<f64> = self.voters.iter().filter_map(|voter| voter.score(instance)).collect();
        self.rule.fate.expected(&scores, self.scale)
    }

    /// True when the rule looks at entities and the instance has none of them.
    pub(super) fn holds_nothing(&self, instance: usize) -> bool {
        !self.voters.is_empty() && self.voters.iter().all(|voter| voter.ranks(instance).is_empty())
    }

    pub(super) fn draw(&self, instance: usize, purpose: Purpose) -> f64 {
        Key::new(self.seed, self.id_hash(instance), purpose).unit()
    }

    /// The draw that decides a perspective's vote; `None` without entities.
    pub(super) fn deciding_draw(&self, voter: &Voter<'_>, instance: usize) -> Option<Draw> {
        let key = self.vote_key(voter, instance);
        if voter.reduction != Reduction::Any {
            let probability = voter.score(instance)?;
            return Some(Draw { rank: None, probability, number: key.unit() });
        }
        let draws = voter.ranks(instance).iter().map(|&rank| Draw {
            rank: Some(rank),
            probability: voter.value(rank),
            number: key.with(voter.name_hash(rank)).unit(),
        });
        draws.min_by(|a, b| (a.number * b.probability).total_cmp(&(b.number * a.probability)))
    }

    fn has_votes(&self, instance: usize, wanted: usize) -> bool {
        let votes = self.voters.iter().filter(|voter| self.votes(voter, instance));
        votes.take(wanted).count() >= wanted
    }

    /// As [`Self::deciding_draw`], stopping at the first success; the rarest entity is asked first.
    fn votes(&self, voter: &Voter<'_>, instance: usize) -> bool {
        if voter.reduction != Reduction::Any {
            return self.deciding_draw(voter, instance).is_some_and(|draw| draw.passed());
        }
        let key = self.vote_key(voter, instance);
        voter.ranks(instance).iter().rev().any(|&rank| {
            let probability = voter.value(rank);
            probability >= 1.0 || key.with(voter.name_hash(rank)).unit() < probability
        })
    }

    fn vote_key(&self, voter: &Voter<'_>, instance: usize) -> Key {
        Key::new(self.seed, self.id_hash(instance), Purpose::Vote).of(voter.entry.perspective)
    }

    fn id_hash(&self, instance: usize) -> u64 {
        self.index.id_hashes.get(instance).copied().unwrap_or(0)
    }
}

impl Voter<'_> {
    pub(super) fn ranks(&self, instance: usize) -> &[u32] {
        self.entry.by_instance.row(instance)
    }

    pub(super) fn score(&self, instance: usize) -> Option<f64> {
        self.scorer.score(self.ranks(instance))
    }

    /// An entity's number.
    pub(super) fn value(&self, rank: u32) -> f64 {
        self.scorer.value(rank)
    }

    fn name_hash(&self, rank: u32) -> u64 {
        self.entry.name_hashes.get(rank as usize).copied().unwrap_or(0)
    }
}

/// What makes the scores sum to the number of instances that have one.
///
/// The sum is taken over multiples of 2⁻⁴⁰, so that it does not depend on the order of the instances.
fn scale(voters: &[Voter<'_>], instances: usize) -> f64 {
    const UNIT: f64 = (1_u64 << 40) as f64;
    let one = |instance: usize| {
        let scores = voters.iter().filter_map(|voter| voter.score(instance));
        scores.reduce(f64::max).map_or((0_u64, 0_u128), |score| (1, (score * UNIT) as u128))
    };
    let (scored, sum) =
        (0..instances).into_par_iter().with_min_len(4096).map(one).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    if sum == 0 { 1.0 } else { scored as f64 / (sum as f64 / UNIT) }
}
