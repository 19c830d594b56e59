//! The numbers that policies give to entities, as functions of their counts.
//!
//! Invariant: never ascends with the count, since policies favour the rare.

use super::fit::filled;
use crate::recipe::TargetShape;

/// An entity's number from its count n.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// min(limit, threshold/n): ADR's and MetaCLIP's probability.
    Capped {
        /// τ or t, a count.
        threshold: f64,
        /// 1 for a probability, infinity to let the rare weigh more.
        limit: f64,
    },
    /// n^exponent, for an entity whose share is to become proportional to n^(exponent + 1).
    Power {
        /// Between −1, which makes shares equal, and 0, which leaves them.
        exponent: f64,
    },
    /// 1/(1 − βⁿ), the effective number's weight without its constant.
    Effective {
        /// β.
        beta: f64,
    },
    /// max(1, (threshold/n)^exponent): LVIS's repeat factor.
    Repeat {
        /// t times the number of instances.
        threshold: f64,
        /// 0.5 in LVIS.
        exponent: f64,
    },
    /// (1 − progress) + progress · mean/n: a share between that of the data and an equal one.
    Mixed {
        /// 0 leaves shares as they are, 1 makes them equal.
        progress: f64,
        /// The mean count of an entity.
        mean: f64,
    },
    /// λ of a fit to a target.
    Fitted {
        /// The target's form.
        shape: TargetShape,
        /// Of the power law.
        exponent: f64,
        /// Of the cap.
        cap: u32,
        /// The most that an instance may weigh.
        limit: f64,
    },
}

impl Formula {
    /// How surely an entity of this count is kept, not clamped: above 1 it could be kept so often. 0 where there is no such number.
    #[must_use]
    pub fn odds(self, count: u32) -> f64 {
        match self {
            Self::Capped { threshold, .. } => threshold / f64::from(count.max(1)),
            _ => 0.0,
        }
    }

    /// The same with its threshold scaled, where it has one.
    #[must_use]
    pub fn scaled(self, scale: f64) -> Self {
        match self {
            Self::Capped { threshold, limit } => Self::Capped { threshold: threshold * scale, limit },
            Self::Repeat { threshold, exponent } => Self::Repeat { threshold: threshold * scale, exponent },
            other => other,
        }
    }

    /// The wanted counts of entities of these counts, which descend; as they are where there is no target.
    #[must_use]
    pub fn targets(self, counts: &[u32]) -> Vec<f64> {
        let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        match self {
            Self::Fitted { shape: TargetShape::Uniform, limit, .. } => {
                filled(&vec![1.0; counts.len()], counts, (total, limit))
            }
            Self::Fitted { shape: TargetShape::PowerLaw, exponent, limit, .. } => {
                let shape: Vec<f64> = (1..=counts.len()).map(|rank| (rank as f64).powf(-exponent)).collect();
                filled(&shape, counts, (total, limit))
            }
            Self::Fitted { shape: TargetShape::Cap, cap, limit, .. } => {
                counts.iter().map(|&count| f64::from(count.min(cap)).min(limit * f64::from(count))).collect()
            }
            _ => counts.iter().map(|&count| f64::from(count)).collect(),
        }
    }

    /// The same without a limit on repeats.
    #[must_use]
    pub(crate) const fn unlimited(self) -> Self {
        match self {
            Self::Fitted { shape, exponent, cap, .. } => Self::Fitted { shape, exponent, cap, limit: f64::INFINITY },
            other => other,
        }
    }

    /// The number of an entity of this count.
    #[must_use]
    pub fn of(self, count: u32) -> f64 {
        let count = f64::from(count.max(1));
        match self {
            Self::Capped { threshold, limit } => (threshold / count).min(limit),
            Self::Power { exponent } => count.powf(exponent),
            // 1 − βⁿ as −expm1(n ln β), which stays exact for β close to 1.
            Self::Effective { beta } => -1.0 / (count * beta.ln()).exp_m1(),
            Self::Repeat { threshold, exponent } => (threshold / count).powf(exponent).max(1.0),
            Self::Mixed { progress, mean } => (1.0 - progress) + progress * mean / count,
            // Known only once all instances were seen, see `fit`.
            Self::Fitted { .. } => 1.0,
        }
    }
}
