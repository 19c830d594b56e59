//! Quick measures for a frame: entities binned by size and by change instead of sorted.
//!
//! Invariant: bins are 1/64 of an octave wide, which keeps every measure within a thousandth or two of the exact one.

use super::measures::{Measures, divergence_of};
use crate::index::{PerspectiveIndex, Split};

/// Expected counts, binned.
#[derive(Debug)]
pub(super) struct Entities {
    /// By count after: numbers of entities, and their counts after.
    size: Bins,
    /// By count after over count before: counts before, and counts after.
    change: Bins,
}

impl Entities {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { size: Bins::new(), change: Bins::new() }
    }

    /// Adds `many` entities of the same count before and after.
    pub(super) fn add(&mut self, before: u32, after: f32, many: u32) {
        let (before, many, after_all) = (before.max(1), f64::from(many), f64::from(after) * f64::from(many));
        self.size.add(after, many, after_all);
        self.change.add(after / before as f32, f64::from(before) * many, after_all);
    }

    /// Their measures; `counts` are the same counts by rank, of which only the head is read.
    pub(super) fn measures(&self, entry: &PerspectiveIndex, split: &Split, counts: &[f32]) -> Measures {
        let sum: f64 = self.size.filled().map(|(_, mass)| mass).sum();
        if sum <= 0.0 {
            return Measures::default();
        }
        let (mut place, mut weighted, mut logs) = (0.0, 0.0, 0.0);
        for (entities, mass) in self.size.filled() {
            weighted += mass * (place + f64::midpoint(entities, 1.0));
            place += entities;
            logs += if mass > 0.0 { mass * (mass / entities / sum).ln() } else { 0.0 };
        }
        let positive = (place - self.size.weight[0]).max(1.0);
        let nats = (-logs / sum).clamp(0.0, positive.ln());
        let head: f64 = counts.iter().take(split.first_tail_rank).map(|&count| f64::from(count)).sum();
        Measures {
            gini: (2.0 * weighted / (place * sum) - (place + 1.0) / place).max(0.0),
            evenness: if positive > 1.0 { nats / positive.ln() } else { 1.0 },
            effective_entities: nats.exp(),
            kl_uniform: positive.ln() - nats,
            tail_occurrence_share: (1.0 - head / sum).clamp(0.0, 1.0),
            js: self.divergence(entry, sum),
            ..Measures::default()
        }
    }

    fn divergence(&self, entry: &PerspectiveIndex, sum: f64) -> f64 {
        let total = entry.occurrences() as f64;
        let part = |(before, after): (f64, f64)| divergence_of(before / total, (after / sum) / (before / total));
        self.change.filled().map(part).sum::<f64>().max(0.0)
    }
}

/// Sums by size, 64 bins an octave, in ascending order of what falls into them.
#[derive(Debug)]
struct Bins {
    weight: Vec<f64>,
    mass: Vec<f64>,
}

impl Bins {
    /// Of the 31 bits of a positive `f32`, the exponent and six bits of the mantissa.
    const SHIFT: u32 = 17;

    fn new() -> Self {
        let bins = 1 << (31 - Self::SHIFT);
        Self { weight: vec![0.0; bins], mass: vec![0.0; bins] }
    }

    fn add(&mut self, value: f32, weight: f64, mass: f64) {
        let bin = (value.max(0.0).to_bits() >> Self::SHIFT) as usize;
        self.weight[bin] += weight;
        self.mass[bin] += mass;
    }

    fn filled(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.weight.iter().copied().zip(self.mass.iter().copied()).filter(|&(weight, _)| weight > 0.0)
    }
}
