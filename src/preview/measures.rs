//! Measures of a distribution before and after.
//!
//! Invariant: an entity keeps its place as head or tail; only its count changes.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::descending;
use crate::index::{Entropy, GoodTuring, PerspectiveIndex, Split, gini};

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
    /// The probability mass that goes with those entities, expected: their counts as Good and Turing adjust them, over all occurrences.
    pub mass_lost: f64,
    /// The share of the entities of before of which at least one instance stays, expected.
    #[serde(default)]
    pub coverage: f64,
    /// How much head and tail share instances, see [`crate::index::Imbalance`]; `None` where only counts are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scumble: Option<f64>,
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
            coverage: if entry.entities() > 0 { 1.0 } else { 0.0 },
            scumble: Some(entry.distribution.imbalance.scumble),
            ..Self::default()
        }
    }

    /// Those of whole counts after, by the rank of before; an entity with none is lost.
    #[must_use]
    pub fn of_counts(entry: &PerspectiveIndex, split: &Split, counts: &[u32]) -> Self {
        let expected: Vec<f32> = counts.iter().map(|&count| count as f32).collect();
        let mut lost = Lost::of(entry);
        for (&before, _) in entry.counts.iter().zip(counts).filter(|&(_, &after)| after == 0) {
            lost.add(before, 1.0);
        }
        lost.put(Self::after(entry, split, &expected))
    }

    /// Those of a random subset that keeps every instance with the same probability: the shape stays, the rare are lost.
    pub(super) fn random(entry: &PerspectiveIndex, before: &Self, kept_share: f64) -> Self {
        let miss = (1.0 - kept_share).clamp(0.0, 1.0).ln();
        let mut lost = Lost::of(entry);
        // Counts descend, so that equal counts stand together and one power serves all of them.
        for run in entry.counts.chunk_by(|a, b| a == b) {
            lost.add(run[0], (miss * f64::from(run[0])).exp() * run.len() as f64);
        }
        lost.put(*before)
    }

    /// Those of counts after, by the rank of before. What takes instances is added by whoever knows them.
    pub(super) fn after(entry: &PerspectiveIndex, split: &Split, counts: &[f32]) -> Self {
        let (gini, spread) = rayon::join(|| gini(&descending(counts)), || Spread::of(&entry.counts, counts));
        let most = spread.entities.ln();
        let nats = spread.nats.clamp(0.0, most.max(0.0));
        Self {
            gini,
            evenness: if spread.entities > 1.0 { nats / most } else { 1.0 },
            effective_entities: if spread.entities > 0.0 { nats.exp() } else { 0.0 },
            kl_uniform: if spread.entities > 0.0 { most - nats } else { 0.0 },
            tail_occurrence_share: tail_share(counts, split),
            js: spread.js,
            ..Self::default()
        }
        .or_nothing(spread.entities)
    }

    /// All zero where no entity has a count.
    fn or_nothing(self, entities: f64) -> Self {
        if entities > 0.0 { self } else { Self::default() }
    }
}

/// What is lost with entities of which nothing stays.
pub(super) struct Lost {
    adjusted: GoodTuring,
    occurrences: f64,
    all: f64,
    entities: f64,
    mass: f64,
}

impl Lost {
    /// Nothing yet.
    pub(super) fn of(entry: &PerspectiveIndex) -> Self {
        let adjusted = GoodTuring::of(&entry.counts);
        let (occurrences, all) = (entry.occurrences().max(1) as f64, entry.entities() as f64);
        Self { adjusted, occurrences, all, entities: 0.0, mass: 0.0 }
    }

    /// Adds so many entities of this count.
    pub(super) fn add(&mut self, count: u32, entities: f64) {
        self.entities += entities;
        self.mass += entities * self.adjusted.count(count);
    }

    /// The measures with what was lost.
    pub(super) fn put(&self, measures: Measures) -> Measures {
        let coverage = if self.all > 0.0 { (1.0 - self.entities / self.all).max(0.0) } else { 0.0 };
        Measures { entities_lost: self.entities, mass_lost: self.mass / self.occurrences, coverage, ..measures }
    }
}

fn tail_share(counts: &[f32], split: &Split) -> f64 {
    let sum = |part: &[f32]| part.iter().map(|&count| f64::from(count)).sum::<f64>();
    let (head, tail) = counts.split_at(split.first_tail_rank.min(counts.len()));
    let (head, tail) = (sum(head), sum(tail));
    if head + tail > 0.0 { tail / (head + tail) } else { 0.0 }
}

/// Entropy after and divergence from before, in one pass.
struct Spread {
    /// Entities with a count above zero.
    entities: f64,
    /// Their entropy, in nats.
    nats: f64,
    js: f64,
}

/// Entities a task.
const BATCH: usize = 8192;

impl Spread {
    /// With p before and q after, JS = H((p + q)/2) − (H(p) + H(q))/2; terms of equal counts before are reckoned once.
    fn of(before: &[u32], after: &[f32]) -> Self {
        let sum: f64 = after.iter().map(|&count| f64::from(count)).sum();
        let total: f64 = before.iter().map(|&count| f64::from(count)).sum();
        if sum <= 0.0 || total <= 0.0 {
            return Self { entities: 0.0, nats: 0.0, js: 0.0 };
        }
        let batch = |(before, after): (&[u32], &[f32])| {
            let (mut entities, mut own, mut apart) = (0.0, 0.0, 0.0);
            let (mut count, mut p, mut before_term) = (0, 0.0, 0.0);
            for (&before, &after) in before.iter().zip(after) {
                if before != count {
                    count = before;
                    p = f64::from(before) / total;
                    before_term = p * logarithm(p);
                }
                let q = f64::from(after) / sum;
                let term = q * logarithm(q);
                entities += f64::from(u8::from(after > 0.0));
                own += term;
                apart += before_term + term - (p + q) * logarithm(f64::midpoint(p, q));
            }
            [entities, own, apart]
        };
        let parts: Vec<[f64; 3]> = before.par_chunks(BATCH).zip(after.par_chunks(BATCH)).map(batch).collect();
        let [entities, own, apart] =
            parts.into_iter().fold([0.0; 3], |all, part| std::array::from_fn(|place| all[place] + part[place]));
        let js = (apart / 2.0).max(0.0);
        // What rounding leaves of equal distributions is no divergence.
        Self { entities, nats: -own, js: if js < 1e-12 { 0.0 } else { js } }
    }
}

fn logarithm(share: f64) -> f64 {
    if share > 0.0 { share.ln() } else { 0.0 }
}

/// One entity's part of the Jensen–Shannon divergence for share `before` and ratio of shares after/before.
pub(super) fn divergence_of(before: f64, ratio: f64) -> f64 {
    let after = if ratio > 0.0 { ratio * (2.0 * ratio / (1.0 + ratio)).ln() } else { 0.0 };
    before * ((2.0 / (1.0 + ratio)).ln() + after) / 2.0
}
