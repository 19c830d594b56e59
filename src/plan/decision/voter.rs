//! A perspective that takes part in decisions: its entities' numbers, and what they draw.
//!
//! Invariant: a draw is a hash of seed, instance, perspective and entity; a voter keeps none.

use std::borrow::Cow;

use super::super::draw::{Key, Purpose};
use super::Decider;
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Dictionary, Formula, Reduction, Scorer};
use crate::progress::Observer;

/// A perspective that takes part.
pub(in super::super) struct Voter<'a> {
    pub(in super::super) entry: &'a PerspectiveIndex,
    pub(in super::super) formula: Formula,
    pub(in super::super) reduction: Reduction,
    pub(in super::super) scorer: Scorer,
}

/// The draw that decided a vote: that of the rarest entity whose draw succeeded; where none did, of the one that came nearest, which
/// would be the first to succeed if all probabilities rose together.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Draw {
    /// The entity that drew; `None` when the perspective drew once for all of them.
    pub(in super::super) rank: Option<u32>,
    pub(in super::super) probability: f64,
    pub(in super::super) number: f64,
}

impl Draw {
    pub(in super::super) fn passed(&self) -> bool {
        self.number < self.probability
    }
}

impl<'a> Voter<'a> {
    /// A dictionary of a rule on an index; `None` where the index lacks its perspective.
    pub(super) fn of(index: &'a Index, dictionary: &Dictionary, observer: &dyn Observer) -> Option<Self> {
        let entry = index.layers().nth(dictionary.slot(index)?)?;
        let (formula, reduction) = (dictionary.formula, dictionary.reduction);
        let scorer = scorer(dictionary, entry, observer);
        Some(Self { entry, formula, reduction, scorer })
    }
}

impl Voter<'_> {
    pub(in super::super) fn ranks(&self, instance: usize) -> &[u32] {
        self.entry.by_instance.row(instance)
    }

    pub(in super::super) fn score(&self, instance: usize) -> Option<f64> {
        self.scorer.score(self.ranks(instance))
    }

    /// An entity's number.
    pub(in super::super) fn value(&self, rank: u32) -> f64 {
        self.scorer.value(rank)
    }

    fn name_hash(&self, rank: u32) -> u64 {
        self.entry.name_hashes.get(rank as usize).copied().unwrap_or(0)
    }
}

impl Decider<'_> {
    /// The draw that decides a perspective's vote; `None` without entities.
    pub(in super::super) fn deciding_draw(&self, voter: &Voter<'_>, instance: usize) -> Option<Draw> {
        let key = self.vote_key(voter, instance);
        if voter.reduction != Reduction::Any {
            let probability = voter.score(instance)?;
            return Some(Draw { rank: None, probability, number: key.unit() });
        }
        let mut nearest: Option<Draw> = None;
        for &rank in voter.ranks(instance).iter().rev() {
            let number = key.with(voter.name_hash(rank)).unit();
            let draw = Draw { rank: Some(rank), probability: voter.value(rank), number };
            if draw.passed() {
                return Some(draw);
            }
            // Of equal ones the rarest is the nearest.
            if nearest.is_none_or(|nearest| number * nearest.probability < nearest.number * draw.probability) {
                nearest = Some(draw);
            }
        }
        nearest
    }

    /// Whether a perspective votes for an instance.
    pub(super) fn votes(&self, voter: &Voter<'_>, instance: usize) -> bool {
        self.deciding_draw(voter, instance).is_some_and(|draw| draw.passed())
    }

    /// What an entity of an instance draws for its perspective's vote.
    pub(in super::super) fn rank_draw(&self, voter: &Voter<'_>, instance: usize, rank: u32) -> f64 {
        self.vote_key(voter, instance).with(voter.name_hash(rank)).unit()
    }

    pub(in super::super) fn vote_key(&self, voter: &Voter<'_>, instance: usize) -> Key {
        Key::new(self.seed, self.id_hash(instance), Purpose::Vote).of(voter.entry.perspective)
    }
}

/// A dictionary written out for a perspective, fitted to its instances where it takes that.
fn scorer(dictionary: &Dictionary, entry: &PerspectiveIndex, observer: &dyn Observer) -> Scorer {
    if !dictionary.takes_fit() {
        return dictionary.on(&entry.counts);
    }
    let holders = match entry.by_entity.rows() {
        0 => Cow::Owned(entry.by_instance.transposed(entry.entities())),
        _ => Cow::Borrowed(&entry.by_entity),
    };
    let targets = dictionary.formula.targets(&entry.counts);
    dictionary.fitted((&holders, entry.by_instance.rows()), &targets, &|| observer.cancelled()).0
}
