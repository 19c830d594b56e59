//! From scores to what is expected of every instance, and the sums over all of them.
//!
//! Invariant: batches are fixed and summed in order.

use rayon::prelude::*;

use super::{BATCH, Exact};
use crate::entity::Perspective;
use crate::index::Index;
use crate::policy::{Fate, Formula, Outlook, Rule};
use crate::preview::Volume;
use crate::preview::volume::{OFTEN, square, written};
use crate::recipe::NoEntity;

/// What a batch of instances is decided by.
struct Decision<'a> {
    voters: &'a [&'a [f32]],
    /// The perspectives of which the rarest entity counts, where the fate asks for it.
    odds: &'a [(&'a [u32], Formula)],
    rule: &'a Rule,
    scale: f64,
}

/// Sums over a batch.
#[derive(Clone, Copy, Default)]
struct Sums {
    kept: f64,
    variance: f64,
    after: f64,
    /// The sum of what [`Self::squares`] are the squares of.
    weights: f64,
    squares: f64,
    most: f64,
    often: u64,
    nothing: u64,
}

impl Exact {
    /// Looks up the rarest entity of every instance, where the rule asks for odds and it is not known yet.
    pub(super) fn know_rarest(&mut self, index: &Index, rule: &Rule) {
        let asked: Vec<usize> = rule.dictionaries.iter().filter_map(|dictionary| dictionary.slot(index)).collect();
        for (slot, entry) in
            index.layers().enumerate().filter(|(slot, _)| rule.fate.asks_odds() && asked.contains(slot))
        {
            let count = |row: usize| entry.by_instance.row(row).last().map_or(0, |&rank| entry.counts[rank as usize]);
            let rows = 0..index.instances();
            self.rarest[slot].get_or_insert_with(|| rows.into_par_iter().with_min_len(BATCH).map(count).collect());
        }
    }

    /// Turns scores into expected repeats and sums them up.
    pub(super) fn expect(&mut self, index: &Index, rule: &Rule) -> Volume {
        let taking_part = |scored: &&super::Scored| rule.dictionaries.contains(&scored.dictionary);
        let voters: Vec<&[f32]> =
            self.scored.iter().flatten().filter(taking_part).map(|scored| scored.scores.as_slice()).collect();
        let asked = rule.dictionaries.iter().filter(|_| rule.fate.asks_odds());
        let odds: Vec<_> = asked
            .filter_map(|dictionary| Some((self.rarest.get(dictionary.slot(index)?)?.as_deref()?, dictionary.formula)))
            .collect();
        let scale = scale(rule, &voters, index.instances());
        let decision = Decision { voters: &voters, odds: &odds, rule, scale };
        self.expected.resize(index.instances(), 0.0);
        self.keep.resize(index.instances(), 0.0);
        let batches = self.expected.par_chunks_mut(BATCH).zip(self.keep.par_chunks_mut(BATCH)).enumerate();
        let sums: Vec<Sums> = batches.map(|(batch, slots)| decision.fill(slots, batch * BATCH)).collect();
        let sums = sums.into_iter().fold(Sums::default(), Sums::plus);
        let no_entity = index.perspectives.iter().zip(&self.empty).filter(|&(_, &empty)| empty > 0);
        Volume {
            nothing: sums.nothing,
            no_entity: no_entity.map(|(entry, &empty)| (entry.perspective, empty)).collect(),
            ..sums.volume(index.instances())
        }
    }

    /// Sums up anew what overrides left.
    pub(super) fn sum_up(&self, instances: Volume, fate: Fate) -> Volume {
        let mut sums = Sums::default();
        for (&keep, &repeat) in self.keep.iter().zip(&self.expected) {
            sums.add(fate, Outlook { keep: f64::from(keep), repeat: f64::from(repeat) });
        }
        let summed = sums.volume(self.expected.len());
        Volume { nothing: instances.nothing, no_entity: instances.no_entity, ..summed }
    }
}

impl Sums {
    fn add(&mut self, fate: Fate, outlook: Outlook) {
        self.kept += outlook.keep;
        self.variance += outlook.keep * (1.0 - outlook.keep);
        self.after += written(fate, outlook);
        self.weights += outlook.repeat;
        self.squares += square(fate, outlook);
        self.most = self.most.max(outlook.repeat);
        self.often += u64::from(outlook.repeat > OFTEN * (1.0 + 1e-6));
    }

    fn plus(self, other: Self) -> Self {
        Self {
            kept: self.kept + other.kept,
            variance: self.variance + other.variance,
            after: self.after + other.after,
            weights: self.weights + other.weights,
            squares: self.squares + other.squares,
            most: self.most.max(other.most),
            often: self.often + other.often,
            nothing: self.nothing + other.nothing,
        }
    }

    fn volume(self, instances: usize) -> Volume {
        Volume {
            before: instances as u64,
            kept: self.kept,
            kept_sd: self.variance.max(0.0).sqrt(),
            after: self.after,
            effective: Volume::effective(self.weights, self.squares),
            most_repeats: self.most,
            often: self.often,
            ..Volume::default()
        }
    }
}

impl Decision<'_> {
    fn fill(&self, (slots, keeps): (&mut [f32], &mut [f32]), start: usize) -> Sums {
        let mut sums = Sums::default();
        let unseen = if self.rule.no_entity == NoEntity::Keep { 1.0 } else { 0.0 };
        let mut scores = [0.0; Perspective::ALL.len()];
        for (offset, (slot, keep)) in slots.iter_mut().zip(keeps).enumerate() {
            let mut held = 0;
            for voter in self.voters {
                let score = voter[start + offset];
                if score >= 0.0 {
                    scores[held] = f64::from(score);
                    held += 1;
                }
            }
            let nothing = held == 0 && !self.voters.is_empty();
            let outlook =
                if nothing { Outlook::rounded(unseen) } else { self.outlook(&scores[..held], start + offset) };
            sums.nothing += u64::from(nothing);
            sums.add(self.rule.fate, outlook);
            (*slot, *keep) = (outlook.repeat as f32, outlook.keep as f32);
        }
        sums
    }

    fn outlook(&self, scores: &[f64], instance: usize) -> Outlook {
        let rarest = |(counts, formula): &(&[u32], Formula)| {
            Some(counts[instance]).filter(|&count| count > 0).map(|count| formula.odds(count))
        };
        let odds = self.odds.iter().filter_map(rarest).fold(0.0, f64::max);
        self.rule.fate.outlook(scores, (self.scale, odds))
    }
}

/// What makes the largest scores of the instances sum to their number, where the fate asks for that.
fn scale(rule: &Rule, voters: &[&[f32]], instances: usize) -> f64 {
    if !matches!(rule.fate, Fate::Shares | Fate::Weights) {
        return 1.0;
    }
    let largest = |instance: usize| voters.iter().map(|scores| scores[instance]).fold(-1.0, f32::max);
    let batch = |batch: usize| {
        (batch * BATCH..instances.min((batch + 1) * BATCH))
            .map(largest)
            .filter(|&score| score >= 0.0)
            .fold((0.0, 0.0), |(scored, sum), score| (scored + 1.0, sum + f64::from(score)))
    };
    let batches: Vec<(f64, f64)> = (0..instances.div_ceil(BATCH)).into_par_iter().map(batch).collect();
    let (scored, sum) = batches.into_iter().fold((0.0, 0.0), |all, part| (all.0 + part.0, all.1 + part.1));
    rule.scale((scored, instances as f64), sum)
}
