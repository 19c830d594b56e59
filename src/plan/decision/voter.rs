//! A perspective that takes part in decisions: its entities' numbers, and what they draw.
//!
//! Invariant: a draw is a hash of seed, instance, perspective and entity; a voter keeps none.

use std::borrow::Cow;

use super::super::draw::{Key, Purpose};
use super::Decider;
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Dictionary, Fate, Formula, Reduction, Rule, Scorer};
use crate::progress::Observer;

/// A perspective that takes part.
pub(in super::super) struct Voter<'a> {
    pub(in super::super) entry: &'a PerspectiveIndex,
    pub(in super::super) formula: Formula,
    pub(in super::super) reduction: Reduction,
    pub(in super::super) scorer: Scorer,
    /// Number and hash of the name of each entity side by side, as a vote needs both; empty where entities do not draw.
    drawers: Vec<(f64, u64)>,
}

/// The draw that decided a vote: the one that would be the first to succeed if all probabilities rose together.
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
    pub(super) fn of(
        index: &'a Index,
        (rule, dictionary): (&Rule, &Dictionary),
        observer: &dyn Observer,
    ) -> Option<Self> {
        let entry = index.layers().nth(dictionary.slot(index)?)?;
        let (formula, reduction) = (dictionary.formula, dictionary.reduction);
        let scorer = scorer(dictionary, entry, observer);
        let draws = matches!(rule.fate, Fate::Votes { .. }) && reduction == Reduction::Any;
        let drawer = |rank: usize| (scorer.value(rank as u32), entry.name_hashes.get(rank).copied().unwrap_or(0));
        let drawers = if draws { (0..entry.entities()).map(drawer).collect() } else { Vec::new() };
        Some(Self { entry, formula, reduction, scorer, drawers })
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

    fn drawer(&self, rank: u32) -> (f64, u64) {
        self.drawers.get(rank as usize).copied().unwrap_or_default()
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
        let mut first: Option<Draw> = None;
        for &rank in voter.ranks(instance) {
            let (probability, name) = voter.drawer(rank);
            let number = key.with(name).unit();
            let sooner = first.is_none_or(|first| number * first.probability < first.number * probability);
            if sooner {
                first = Some(Draw { rank: Some(rank), probability, number });
            }
        }
        first
    }

    /// As [`Self::deciding_draw`], stopping at the first success; the rarest entity is asked first.
    pub(super) fn votes(&self, voter: &Voter<'_>, instance: usize) -> bool {
        if voter.reduction != Reduction::Any {
            return self.deciding_draw(voter, instance).is_some_and(|draw| draw.passed());
        }
        let key = self.vote_key(voter, instance);
        voter.ranks(instance).iter().rev().any(|&rank| {
            let (probability, name) = voter.drawer(rank);
            probability >= 1.0 || key.with(name).unit() < probability
        })
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
