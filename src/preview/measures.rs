//! Measures of expected counts: exact ones, and quick ones for a frame.
//!
//! Invariant: an entity keeps its place as head or tail; only its count changes.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::index::{Entropy, PerspectiveIndex, Split, gini};

/// How unequal a distribution is, and what was lost on the way to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Gini index.
    pub gini: f64,
    /// Pielou's evenness.
    pub evenness: f64,
    /// Hill number of order 1.
    pub effective_entities: f64,
    /// Divergence from uniform, in nats.
    pub kl_uniform: f64,
    /// The share of occurrences that the tail of before holds.
    pub tail_occurrence_share: f64,
    /// Jensen–Shannon divergence from before, in nats (at most ln 2).
    pub js: f64,
    /// Entities of which no instance stays, expected.
    pub entities_lost: f64,
    /// The share of all occurrences of before that those entities held, expected.
    pub mass_lost: f64,
}

impl Measures {
    /// Those of the index as it is.
    #[must_use]
    pub fn before(entry: &PerspectiveIndex, split: &Split) -> Self {
        let Entropy { evenness, effective_entities, kl_uniform, .. } = entry.distribution.entropy;
        Self {
            gini: entry.distribution.gini,
            evenness,
            effective_entities,
            kl_uniform,
            tail_occurrence_share: split.tail_occurrence_share,
            ..Self::default()
        }
    }

    /// Those of whole counts after, by the rank of before; an entity with none is lost.
    #[must_use]
    pub fn of_counts(entry: &PerspectiveIndex, split: &Split, counts: &[u32]) -> Self {
        let expected: Vec<f32> = counts.iter().map(|&count| count as f32).collect();
        let mut measures = Self::after(entry, split, &expected);
        let occurrences = entry.occurrences().max(1) as f64;
        for (&before, _) in entry.counts.iter().zip(counts).filter(|&(_, &after)| after == 0) {
            measures.entities_lost += 1.0;
            measures.mass_lost += f64::from(before) / occurrences;
        }
        measures
    }

    /// Those of a random subset that keeps every instance with the same probability: the shape stays, the rare are lost.
    pub(super) fn random(entry: &PerspectiveIndex, before: &Self, kept_share: f64) -> Self {
        let miss = (1.0 - kept_share).clamp(0.0, 1.0);
        let occurrences = entry.occurrences().max(1) as f64;
        let (mut entities_lost, mut mass_lost) = (0.0, 0.0);
        // Counts descend, so that equal counts stand together and one power serves all of them.
        for run in entry.counts.chunk_by(|a, b| a == b) {
            let lost = miss.powf(f64::from(run[0])) * run.len() as f64;
            entities_lost += lost;
            mass_lost += lost * f64::from(run[0]) / occurrences;
        }
        Self { entities_lost, mass_lost, ..*before }
    }

    /// Those of counts after, by the rank of before. Losses are added by whoever knows the instances.
    pub(super) fn after(entry: &PerspectiveIndex, split: &Split, counts: &[f32]) -> Self {
        let sorted_gini = || {
            let mut descending = counts.to_vec();
            descending.par_sort_unstable_by(|a, b| b.total_cmp(a));
            gini(&descending)
        };
        let (gini, (entropy, js)) =
            rayon::join(sorted_gini, || rayon::join(|| Entropy::of(counts), || divergence(entry, counts)));
        Self {
            gini,
            evenness: entropy.evenness,
            effective_entities: entropy.effective_entities,
            kl_uniform: entropy.kl_uniform,
            tail_occurrence_share: tail_share(counts, split),
            js,
            ..Self::default()
        }
    }
}

fn tail_share(counts: &[f32], split: &Split) -> f64 {
    let sum = |part: &[f32]| part.iter().map(|&count| f64::from(count)).sum::<f64>();
    let (head, tail) = counts.split_at(split.first_tail_rank.min(counts.len()));
    let (head, tail) = (sum(head), sum(tail));
    if head + tail > 0.0 { tail / (head + tail) } else { 0.0 }
}

/// One entity's part of the Jensen–Shannon divergence for share `before` and ratio of shares after/before.
pub(super) fn divergence_of(before: f64, ratio: f64) -> f64 {
    let after = if ratio > 0.0 { ratio * (2.0 * ratio / (1.0 + ratio)).ln() } else { 0.0 };
    before * ((2.0 / (1.0 + ratio)).ln() + after) / 2.0
}

fn divergence(entry: &PerspectiveIndex, counts: &[f32]) -> f64 {
    let sum: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let total = entry.occurrences() as f64;
    if sum <= 0.0 || total <= 0.0 {
        return 0.0;
    }
    let part = |(&before, &after): (&u32, &f32)| {
        divergence_of(f64::from(before) / total, f64::from(after) / sum / (f64::from(before) / total))
    };
    let parts: Vec<f64> = entry
        .counts
        .par_chunks(8192)
        .zip(counts.par_chunks(8192))
        .map(|(before, after)| before.iter().zip(after).map(part).sum())
        .collect();
    parts.iter().sum::<f64>().max(0.0)
}
