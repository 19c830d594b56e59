//! A first estimate within a frame, from a fixed subsample of the instances.
//!
//! The sample is the instances whose id hashes lowest, so it does not depend on their order. An entity's count after is its count
//! before times the mean keep of its sampled holders, shrunk toward that of entities of about the same count.
//!
//! Invariant: reads the sample and the counts only; its cost does not grow with the number of instances.

use super::change;
use super::{Measures, Outcome, Preview, Volume};
use crate::entity::Perspective;
use crate::index::{Csr, Index, PerspectiveIndex};
use crate::policy::{self, Fate, Rule};
use crate::recipe::{NoEntity, Recipe, RecipeError};

/// The most instances in the sample.
pub const SAMPLE: usize = 8192;

/// How many sampled holders outweigh what entities of about the same count do.
const SHRINKAGE: f32 = 4.0;

/// A fixed subsample of an index.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// The rows of the sample, by perspective, in the index's order.
    rows: Vec<Csr>,
    /// How many sampled instances hold each entity.
    holders: Vec<Vec<u32>>,
    sampled: usize,
    instances: usize,
    empty: Vec<u64>,
}

impl Sketch {
    /// Samples an index; every later call must be given the same one.
    #[must_use]
    pub fn new(index: &Index) -> Self {
        let mut order: Vec<(u64, usize)> = index.id_hashes.iter().copied().zip(0..).collect();
        let sampled = order.len().min(SAMPLE);
        if sampled < order.len() {
            order.select_nth_unstable(sampled);
            order.truncate(sampled);
        }
        let rows = |entry: &PerspectiveIndex| {
            let mut rows = Csr::default();
            order.iter().for_each(|&(_, instance)| rows.push(entry.by_instance.row(instance).iter().copied()));
            rows
        };
        let rows: Vec<Csr> = index.perspectives.iter().map(rows).collect();
        let holders = |(entry, rows): (&PerspectiveIndex, &Csr)| {
            let mut held = vec![0_u32; entry.entities()];
            rows.values().iter().for_each(|&rank| held[rank as usize] += 1);
            held
        };
        let empty = |entry: &PerspectiveIndex| {
            entry.by_instance.offsets().windows(2).filter(|ends| ends[0] == ends[1]).count() as u64
        };
        Self {
            holders: index.perspectives.iter().zip(&rows).map(holders).collect(),
            rows,
            sampled,
            instances: index.instances(),
            empty: index.perspectives.iter().map(empty).collect(),
        }
    }

    /// An estimate of what the recipe's policy would make of the index, with the distribution of one perspective.
    ///
    /// # Errors
    /// [`RecipeError::Unfit`] when the recipe does not fit the index.
    pub fn preview(&self, index: &Index, recipe: &Recipe, shown: Perspective) -> Result<Preview, RecipeError> {
        let rule = policy::rule(index, recipe)?;
        let (expected, nothing) = self.expected(index, &rule);
        let instances = self.volume(index, &expected, nothing);
        let kept_share = (instances.after / instances.before.max(1) as f64).min(1.0);
        let found = index.perspectives.iter().position(|entry| entry.perspective == shown);
        let outcome = found.map(|slot| self.outcome(slot, index, recipe, (&expected, kept_share)));
        let perspectives = outcome.into_iter().collect();
        Ok(Preview { policy: recipe.rebalance.policy, exact: false, instances, perspectives })
    }

    /// The expected repeat of each sampled instance, and how many of them hold nothing that the rule looks at.
    fn expected(&self, index: &Index, rule: &Rule) -> (Vec<f32>, usize) {
        let voters: Vec<_> = index
            .perspectives
            .iter()
            .zip(&self.rows)
            .filter_map(|(entry, rows)| {
                let found = rule.dictionaries.iter().find(|dictionary| dictionary.perspective == entry.perspective);
                found.map(|dictionary| (dictionary, rows))
            })
            .collect();
        let scores = |instance: usize| -> Vec<f64> {
            voters.iter().filter_map(|(dictionary, rows)| dictionary.score(rows.row(instance))).collect()
        };
        let all: Vec<Vec<f64>> = (0..self.sampled).map(scores).collect();
        let holds_nothing = |scores: &Vec<f64>| scores.is_empty() && !voters.is_empty();
        let scale = if rule.fate == Fate::Shares { scale(&all) } else { 1.0 };
        let unseen = if rule.no_entity == NoEntity::Keep { 1.0 } else { 0.0 };
        let expected = |scores: &Vec<f64>| {
            if holds_nothing(scores) { unseen } else { rule.fate.expected(scores, scale) as f32 }
        };
        (all.iter().map(expected).collect(), all.iter().filter(|scores| holds_nothing(scores)).count())
    }

    fn volume(&self, index: &Index, expected: &[f32], nothing: usize) -> Volume {
        let sampled = self.sampled.max(1) as f64;
        let (mut kept, mut squares, mut after) = (0.0, 0.0, 0.0);
        for &repeat in expected {
            let keep = f64::from(repeat.min(1.0));
            kept += keep;
            squares += keep * keep;
            after += f64::from(repeat);
        }
        let up = self.instances as f64 / sampled;
        let spread = (squares / sampled - (kept / sampled).powi(2)).max(0.0);
        let unsampled = 1.0 - sampled / self.instances.max(1) as f64;
        let no_entity = index.perspectives.iter().zip(&self.empty).filter(|&(_, &empty)| empty > 0);
        Volume {
            before: self.instances as u64,
            kept: kept * up,
            kept_sd: ((kept - squares).max(0.0) * up).sqrt(),
            after: after * up,
            margin: 3.0 * self.instances as f64 * (spread * unsampled.max(0.0) / sampled).sqrt(),
            nothing: (nothing as f64 * up).round() as u64,
            no_entity: no_entity.map(|(entry, &empty)| (entry.perspective, empty)).collect(),
        }
    }

    fn outcome(&self, slot: usize, index: &Index, recipe: &Recipe, (expected, kept_share): (&[f32], f64)) -> Outcome {
        let entry = &index.perspectives[slot];
        let counts = self.counts(slot, entry, expected);
        let split = recipe.split(entry);
        let before = Measures::before(entry, &split);
        let after = Measures::quick(entry, &split, &counts);
        Outcome {
            perspective: entry.perspective,
            split,
            moves_most: change::moves_most(&entry.counts, &counts),
            counts,
            before,
            after,
            random: Measures::random(entry, &before, kept_share),
            collateral: Vec::new(),
            collateral_entities: 0,
        }
    }

    /// The estimated count of every entity after.
    fn counts(&self, slot: usize, entry: &PerspectiveIndex, expected: &[f32]) -> Vec<f32> {
        let (rows, holders) = (&self.rows[slot], &self.holders[slot]);
        let mut sums = vec![0.0_f32; entry.entities()];
        for (instance, &repeat) in expected.iter().enumerate() {
            rows.row(instance).iter().for_each(|&rank| sums[rank as usize] += repeat);
        }
        let overall = expected.iter().sum::<f32>() / expected.len().max(1) as f32;
        let octave = |count: u32| (u32::BITS - count.leading_zeros()) as usize;
        let mut octaves = [(0.0_f32, 0.0_f32); 33];
        for ((&sum, &held), &count) in sums.iter().zip(holders).zip(&entry.counts) {
            let (kept, all) = &mut octaves[octave(count)];
            *kept += sum;
            *all += held as f32;
        }
        let typical = octaves.map(|(kept, all)| (kept + overall) / (all + 1.0));
        let shrinkage = if self.sampled == self.instances { 0.0 } else { SHRINKAGE };
        let estimate = |((&sum, &held), &count): ((&f32, &u32), &u32)| {
            let weight = held as f32 + shrinkage;
            let mean = if weight > 0.0 { (sum + shrinkage * typical[octave(count)]) / weight } else { overall };
            count as f32 * mean
        };
        sums.iter().zip(holders).zip(&entry.counts).map(estimate).collect()
    }
}

/// What makes the largest scores of the sampled instances sum to their number.
fn scale(all: &[Vec<f64>]) -> f64 {
    let largest = all.iter().filter_map(|scores| scores.iter().copied().reduce(f64::max));
    let (scored, sum) = largest.fold((0.0, 0.0), |(scored, sum), score| (scored + 1.0, sum + score));
    if sum > 0.0 { scored / sum } else { 1.0 }
}
