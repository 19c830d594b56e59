//! What can be chosen under `[rebalance]`, by name.
//!
//! Invariant: the first of each is what a recipe without the key has.

use serde::{Deserialize, Serialize};

/// How a perspective's entities vote for an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// Each entity draws; one success is a vote. Long instances draw more often.
    #[default]
    Any,
    /// One draw against the mean of the entities' unclamped probabilities, so that one rare entity lifts the whole.
    Mean,
    /// One draw against 1 − (1 − q)^(1/m), the per-entity mean of `any` over m entities: length gives no advantage.
    LengthNormalised,
}

impl Vote {
    /// All of them, in the order in which a slider steps through them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Mean, Self::LengthNormalised];

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Mean => "mean",
            Self::LengthNormalised => "length_normalised",
        }
    }
}

/// What happens to instances without any entity that the policy looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoEntity {
    /// Kept once, whatever the policy.
    #[default]
    Keep,
    /// Dropped.
    Drop,
}

/// ADR's "add" mode: whether voted instances are repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// Kept once.
    #[default]
    None,
    /// min(3, max(1, ⌊√p⌋)) times, p the largest unclamped probability among the instance's entities.
    Sqrt,
}

/// How a policy that gives shares is put into effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceBy {
    /// Instances are dropped and repeated; the volume stays.
    #[default]
    Resampling,
    /// Every instance stays once and has a weight for the loss or a sampler.
    Weights,
}

/// The form of a target distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetShape {
    /// The same count for every entity.
    #[default]
    Uniform,
    /// Counts proportional to rank^−exponent.
    PowerLaw,
    /// Counts as they are, but none above the cap.
    Cap,
}

impl TargetShape {
    /// All of them, in the order in which a slider steps through them.
    pub const ALL: [Self; 3] = [Self::Uniform, Self::PowerLaw, Self::Cap];

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::PowerLaw => "power_law",
            Self::Cap => "cap",
        }
    }
}
