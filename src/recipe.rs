//! The user's choices: one TOML file, every key optional, unknown keys refused.
//!
//! Invariant: a recipe never holds anything that is derived from a dataset; a missing key means its default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entity::{self, Perspective};
use crate::index::{PerspectiveIndex, Split, Threshold};
use crate::source;

/// Everything the user chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// The form of this file; 1.
    pub version: u32,
    /// What all random draws are keyed by.
    pub seed: u64,
    /// How to open the dataset.
    pub dataset: source::Options,
    /// What to extract.
    pub entities: entity::Options,
    /// Where the head ends, where the user says so; else [`Perspective::default_tail_mass`].
    pub threshold: BTreeMap<Perspective, ThresholdChoice>,
    /// Which instances to keep.
    pub rebalance: Rebalance,
    /// What to write.
    pub export: Export,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            version: 1,
            seed: 42,
            dataset: source::Options::default(),
            entities: entity::Options::default(),
            threshold: BTreeMap::new(),
            rebalance: Rebalance::default(),
            export: Export::default(),
        }
    }
}

impl Recipe {
    /// The threshold of a perspective, chosen or default.
    #[must_use]
    pub fn threshold(&self, perspective: Perspective) -> Threshold {
        self.threshold
            .get(&perspective)
            .map_or(Threshold::TailMass(perspective.default_tail_mass()), |choice| (*choice).into())
    }

    /// Head and tail of a perspective under this recipe.
    #[must_use]
    pub fn split(&self, index: &PerspectiveIndex) -> Split {
        index.split(self.threshold(index.perspective))
    }
}

/// A threshold as the file writes it: `{ count = 304 }` or `{ tail_mass = 0.10 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ThresholdChoice {
    /// By count.
    Count(u32),
    /// By the tail's share of occurrences.
    TailMass(f64),
}

impl From<ThresholdChoice> for Threshold {
    fn from(choice: ThresholdChoice) -> Self {
        match choice {
            ThresholdChoice::Count(count) => Self::Count(count),
            ThresholdChoice::TailMass(mass) => Self::TailMass(mass),
        }
    }
}

/// The rebalancing policies that a recipe can name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyName {
    /// Keep everything.
    None,
    /// ADR's probability dictionary (CVPR 2025).
    #[default]
    Adr,
}

/// The recipe's `[rebalance]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rebalance {
    /// The policy.
    pub policy: PolicyName,
    /// At least so many perspectives must vote for an instance (the official strict `pass_num`, plus one).
    pub pass_count: u32,
    /// The share of voted instances that is kept.
    pub alpha: f64,
}

impl Default for Rebalance {
    fn default() -> Self {
        Self { policy: PolicyName::default(), pass_count: 1, alpha: 1.0 }
    }
}

/// A manifest format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestFormat {
    /// The source's own format.
    Native,
}

/// The recipe's `[export]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Export {
    /// The formats to write.
    pub formats: Vec<ManifestFormat>,
}

impl Default for Export {
    fn default() -> Self {
        Self { formats: vec![ManifestFormat::Native] }
    }
}
