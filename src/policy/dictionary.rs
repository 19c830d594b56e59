//! A dictionary gives a number to every entity of a perspective; a scorer makes one number of those that an instance holds.
//!
//! Invariant: a score depends on the instance's own entities and on global counts only, never on another instance.

use super::Formula;
use super::fit::{Fit, Ground, fit};
use crate::entity::Perspective;
use crate::index::{Csr, Index};

/// How one perspective's entities count for an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dictionary {
    /// The perspective.
    pub perspective: Perspective,
    /// An entity's number, from its count.
    pub formula: Formula,
    /// How the numbers of an instance's entities make its score.
    pub reduction: Reduction,
    /// Whether entities are split.
    pub level: Level,
}

/// What a dictionary's numbers are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Entities as they are.
    #[default]
    Entity,
    /// The subclasses of those that are split, and the others as they are.
    Subclass,
}

/// How the numbers of an instance's distinct entities make one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Probability that at least one of independent draws succeeds: 1 − Π(1 − min(1, p)).
    Any,
    /// Mean of the numbers, as they are.
    Mean,
    /// 1 − (1 − q)^(1/m) of [`Self::Any`]'s q over m entities.
    LengthNormalised,
    /// The largest number: that of the rarest entity.
    Largest,
    /// e to the sum of the numbers, as far as the formula's limit allows.
    Product,
}

/// A dictionary written out for entities at hand.
#[derive(Clone, Debug)]
pub struct Scorer {
    /// One number an entity, in the order of their counts; never descending.
    values: Vec<f64>,
    reduction: Reduction,
    /// 1 − each number, where a product of these is asked for; else empty.
    misses: Vec<f64>,
    /// The largest score of [`Reduction::Product`].
    limit: f64,
}

impl Dictionary {
    /// The place of its perspective among the layers of an index.
    #[must_use]
    pub fn slot(&self, index: &Index) -> Option<usize> {
        let first = if self.level == Level::Subclass { index.perspectives.len() } else { 0 };
        let place = index.layers().skip(first).position(|entry| entry.perspective == self.perspective);
        place.map(|place| place + first)
    }

    /// True when its numbers take a fit, see [`Self::fitted`].
    #[must_use]
    pub const fn takes_fit(&self) -> bool {
        matches!(self.formula, Formula::Fitted { .. })
    }

    /// Fits the dictionary to instances; `targets` are those of [`Formula::targets`] for the entities at hand.
    #[must_use]
    pub fn fitted(
        &self,
        (holders, instances): (&Csr, usize),
        targets: &[f64],
        stop: &dyn Fn() -> bool,
    ) -> (Scorer, Fit) {
        let limit = match self.formula {
            Formula::Fitted { limit, .. } => limit,
            _ => f64::INFINITY,
        };
        let fit = fit(&Ground { holders, instances, targets, limit }, stop);
        (Scorer { values: fit.logs.clone(), reduction: self.reduction, misses: Vec::new(), limit }, fit)
    }

    /// Writes the dictionary out for entities of these counts, which descend.
    #[must_use]
    pub fn on(&self, counts: &[u32]) -> Scorer {
        let mut values = Vec::with_capacity(counts.len());
        // Equal counts stand together, and most entities share theirs with many.
        for run in counts.chunk_by(|a, b| a == b) {
            values.resize(values.len() + run.len(), self.formula.of(run[0]));
        }
        let multiplied = matches!(self.reduction, Reduction::Any | Reduction::LengthNormalised);
        let misses = if multiplied { values.iter().map(|value| 1.0 - value).collect() } else { Vec::new() };
        Scorer { values, reduction: self.reduction, misses, limit: f64::INFINITY }
    }
}

impl Scorer {
    /// The score of an instance that holds the entities of these places (ascending); `None` without any.
    #[must_use]
    pub fn score(&self, ranks: &[u32]) -> Option<f64> {
        let rarest = self.value(*ranks.last()?);
        Some(match self.reduction {
            Reduction::Any => any(rarest, || self.product_of_misses(ranks)),
            Reduction::LengthNormalised => {
                any(rarest, || (self.product_of_misses(ranks).ln() / ranks.len() as f64).exp())
            }
            Reduction::Mean => ranks.iter().map(|&rank| self.value(rank)).sum::<f64>() / ranks.len() as f64,
            Reduction::Largest => rarest,
            Reduction::Product => ranks.iter().map(|&rank| self.value(rank)).sum::<f64>().exp().min(self.limit),
        })
    }

    /// The largest score; only a product of numbers has one.
    #[must_use]
    pub const fn limit(&self) -> f64 {
        self.limit
    }

    /// An entity's number.
    #[must_use]
    pub fn value(&self, rank: u32) -> f64 {
        self.values.get(rank as usize).copied().unwrap_or(0.0)
    }

    fn product_of_misses(&self, ranks: &[u32]) -> f64 {
        ranks.iter().map(|&rank| self.misses.get(rank as usize).copied().unwrap_or(1.0)).product()
    }
}

/// 1 − misses, without the product when the rarest entity alone is sure to pass.
fn any(rarest: f64, misses: impl FnOnce() -> f64) -> f64 {
    if rarest >= 1.0 { 1.0 } else { 1.0 - misses() }
}
