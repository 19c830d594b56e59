//! What came back of an order: the line of each picture, what the filters say of it, what made it, and what is told of all.
//!
//! Invariant: what is not kept has a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A picture that the worker made: a line of a job's `synthesized.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Synthesized {
    /// The id of the instance, as the order has it.
    pub id: String,
    /// The id of the instance that it began from.
    pub seed_id: String,
    /// The entity that it is for: `perspective:name`.
    pub entity: String,
    /// The level of image guidance.
    pub guidance: f64,
    /// The training stage in which it belongs.
    pub stage: u32,
    /// Its file, relative to the job's folder.
    pub path: PathBuf,
    /// What the filters say.
    #[serde(default)]
    pub verdict: Verdict,
    /// Scores by filter, as far as they were taken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<String, f64>,
    /// Why it cannot be used, where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What made it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<Maker>,
}

/// What made a picture: the same order gives the same pixels on the same of all these.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Maker {
    /// The worker and its version.
    pub worker: String,
    /// The device that it worked on.
    pub device: String,
    /// The libtorch that it ran on.
    pub libtorch: String,
    /// The hash of the trained model.
    pub checkpoint: String,
}

/// What is to be told of the pictures that were ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What filters sorted out, and what cannot be used.
    pub removed: BTreeMap<Verdict, u64>,
    /// The same by the entity that a picture was for: `perspective:name`.
    pub missing: BTreeMap<String, BTreeMap<Verdict, u64>>,
    /// What made them.
    pub makers: BTreeSet<Maker>,
}

/// What the filters say of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It passes all of them.
    #[default]
    Kept,
    /// Too similar to a training picture.
    Memorised,
    /// Of another class.
    WrongClass,
    /// Unlike all others of its class.
    Outlier,
    /// Without contrast.
    Flat,
    /// Black or white.
    Saturated,
    /// Its line or its file cannot be used.
    Unusable,
}

impl Verdict {
    /// The name in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Memorised => "memorised",
            Self::WrongClass => "wrong_class",
            Self::Outlier => "outlier",
            Self::Flat => "flat",
            Self::Saturated => "saturated",
            Self::Unusable => "unusable",
        }
    }
}

impl Account {
    /// Takes down that a picture that was for an entity is not there, and why.
    pub fn lose(&mut self, entity: &str, why: Verdict) {
        *self.removed.entry(why).or_insert(0) += 1;
        *self.missing.entry(entity.to_owned()).or_default().entry(why).or_insert(0) += 1;
    }
}

/// A picture that is there for an instance of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The instance that it began from.
    pub seed: usize,
    /// Its number among those of the seed, from 1.
    pub number: u32,
    /// Its file.
    pub path: PathBuf,
}
