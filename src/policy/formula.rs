//! The numbers that policies give to entities, as functions of their counts.
//!
//! Invariant: never ascends with the count, since policies favour the rare.

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
}

impl Formula {
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
        }
    }
}
