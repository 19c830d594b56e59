//! From what is expected of sampled instances to the counts of all entities.
//!
//! Invariant: of the entities outside the sample each distinct count is visited once.

use super::Sketch;
use super::sample::{Sample, octave};
use crate::index::{PerspectiveIndex, Split};
use crate::policy::Bound;
use crate::preview::Measures;
use crate::preview::binned::Entities;
use crate::preview::concurrence::scumble;
use crate::preview::measures::Lost;
use crate::recipe::OverrideAction;

/// How many sampled holders outweigh what entities of about the same count do.
const SHRINKAGE: f32 = 4.0;

/// The estimated counts after of a perspective.
pub(super) struct Counts {
    /// By rank.
    pub(super) by_rank: Vec<f32>,
    /// Those of the sampled entities, by place.
    by_place: Vec<f32>,
    binned: Entities,
    lost: Lost,
}

impl Sketch {
    /// The estimated count of every entity after.
    pub(super) fn counts(
        &self,
        (sample, bound): (&Sample, &[Bound]),
        entry: &PerspectiveIndex,
        expected: &[f32],
    ) -> Counts {
        let mut sums = vec![0.0_f32; sample.ranks.len()];
        for (instance, &repeat) in expected.iter().enumerate() {
            sample.rows.row(instance).iter().for_each(|&entity| sums[entity as usize] += repeat);
        }
        let overall = expected.iter().sum::<f32>() / expected.len().max(1) as f32;
        let typical = sample.typical(&sums, overall);
        let shrinkage = if self.sampled == self.instances { 0.0 } else { SHRINKAGE };
        let mut counts = Counts::of(entry, sample.ranks.len());
        for run in &sample.runs {
            let many = counts.by_rank.len() + run.entities as usize;
            counts.by_rank.resize(many, run.count as f32 * typical[octave(run.count)]);
        }
        for &(count, many) in &sample.unseen {
            counts.add(count, typical[octave(count)], many);
        }
        for (((&sum, &held), &count), &rank) in sums.iter().zip(&sample.held).zip(&sample.counts).zip(&sample.ranks) {
            let mean = (sum + shrinkage * typical[octave(count)]) / (held as f32 + shrinkage);
            counts.by_rank[rank as usize] = count as f32 * mean;
            counts.by_place.push(count as f32 * mean);
            counts.add(count, mean, 1);
        }
        if self.sampled < self.instances {
            counts.ask(bound, entry);
        }
        counts
    }
}

impl Counts {
    fn of(entry: &PerspectiveIndex, sampled: usize) -> Self {
        let (by_rank, by_place) = (Vec::with_capacity(entry.entities()), Vec::with_capacity(sampled));
        Self { by_rank, by_place, binned: Entities::new(), lost: Lost::of(entry) }
    }

    fn add(&mut self, count: u32, mean: f32, many: u32) {
        self.binned.add(count, count as f32 * mean, many);
        // As if its instances were kept alike: what is rare enough to be lost has few.
        let missed = 1.0 - f64::from(mean).clamp(0.0, 1.0);
        if f64::from(mean) * f64::from(count) < 40.0 {
            self.lost.add(count, missed.powi(count.cast_signed()) * f64::from(many));
        }
    }

    /// What is asked of an entity by name is about known without a sample.
    fn ask(&mut self, bound: &[Bound], entry: &PerspectiveIndex) {
        for bound in bound {
            let (rank, before) = (bound.rank as usize, entry.counts[bound.rank as usize] as f32);
            let count = self.by_rank[rank];
            self.by_rank[rank] = match bound.action {
                OverrideAction::Pin => count.max(before),
                OverrideAction::Exclude => 0.0,
                OverrideAction::Cap(most) => count.min(most as f32),
                OverrideAction::Floor(least) => count.max(least as f32),
            };
        }
    }

    /// Their measures; each sampled instance is written so often.
    pub(super) fn measures(
        &self,
        (sample, entry): (&Sample, &PerspectiveIndex),
        (counts, split): (&[f32], &Split),
        repeat: &[f32],
    ) -> Measures {
        let after = self.binned.measures(entry, split, counts);
        let scumble = Some(scumble(&sample.rows, repeat, &self.by_place));
        self.lost.put(Measures { scumble, ..after })
    }
}
