//! The user's choices: one TOML file, every key optional, unknown keys refused.
//!
//! Invariant: a recipe never holds anything that is derived from a dataset; a missing key means its default.

mod advice;
mod check;
mod choice;
mod edit;
mod error;
mod grammar;
mod kind;
pub(crate) mod overrides;
mod policy_name;
mod ranges;
mod rebalance;
mod syntax;
mod synthesis;

pub(crate) use crate::nearest::nearest;
pub use advice::Advice;
pub use choice::{BalanceBy, NoEntity, Repeats, TargetShape, Vote};
pub use error::RecipeError;
pub use overrides::{Line, Override, OverrideAction, Place};
pub use policy_name::PolicyName;
pub use rebalance::{Lines, Rebalance};
pub use synthesis::{Backend, Budget, Diffusion, EntityCeiling, Filter, Repeat, Synthesis, SynthesisName};

use std::collections::BTreeMap;
use std::path::Path;

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
    /// Which tail to fill, by what, by how much.
    pub synthesis: Synthesis,
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
            synthesis: Synthesis::default(),
            export: Export::default(),
        }
    }
}

/// The commented recipe that holds every default.
pub const DEFAULT_TEXT: &str = include_str!("../assets/default-recipe.toml");

impl Recipe {
    /// Reads and checks a recipe file.
    ///
    /// # Errors
    /// [`RecipeError::Unreadable`], or [`RecipeError::Invalid`] with the place of the first fault.
    pub fn load(path: &Path) -> Result<Self, RecipeError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| RecipeError::Unreadable { path: path.to_path_buf(), cause })?;
        Self::parse(&text, path)
    }

    /// Checks the text of a recipe; `path` is what errors name.
    ///
    /// # Errors
    /// [`RecipeError::Invalid`] with the place of the first fault.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RecipeError> {
        check::parse(text, path)
    }

    /// The text of the recipe at `path` with this recipe's values: comments, order and untouched keys stay as they are.
    ///
    /// # Errors
    /// [`RecipeError::Invalid`] when `text` is not a valid recipe: then it is the user's to repair, not ours to overwrite.
    pub fn merged_into(&self, text: &str, path: &Path) -> Result<String, RecipeError> {
        edit::merged(self, text, path)
    }

    /// Saves to `path`, keeping the comments of a recipe that is there; written beside it and renamed.
    ///
    /// # Errors
    /// [`RecipeError::Unwritable`], or the errors of [`Self::merged_into`].
    pub fn save(&self, path: &Path) -> Result<(), RecipeError> {
        edit::save(self, path)
    }

    /// Saves to `path` with the comments of `text`, a valid recipe, in place of what is there; written beside it and renamed.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub fn save_over(&self, text: &str, path: &Path) -> Result<(), RecipeError> {
        edit::save_over(self, text, path)
    }

    /// Every value, the defaults spelled out, as TOML.
    #[must_use]
    pub fn effective(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// True when a dataset that was loaded under one of the two serves the other as well: records, entities, and how they are split.
    #[must_use]
    pub fn loads_as(&self, other: &Self) -> bool {
        let split = |recipe: &Self| {
            let rebalance = &recipe.rebalance;
            rebalance.subclasses.clone().map(|file| (file, rebalance.perspective))
        };
        self.dataset == other.dataset && self.entities == other.entities && split(self) == split(other)
    }

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

/// A manifest format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestFormat {
    /// The source's own format.
    Native,
    /// A Parquet table of decisions.
    Parquet,
    /// A table of decisions, a JSON object a line.
    Jsonl,
    /// A comma-separated table of decisions.
    Csv,
    /// A `.npy` array of weights, one a row of the source.
    Weights,
    /// A `.npy` array of the kept rows' numbers, repeats included.
    Indices,
}

impl ManifestFormat {
    /// All of them, in the order in which they are listed and written.
    pub const ALL: [Self; 6] = [Self::Native, Self::Parquet, Self::Jsonl, Self::Csv, Self::Weights, Self::Indices];
}

/// What a native manifest of a folder of images holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pictures {
    /// Relative links to the pictures.
    #[default]
    Links,
    /// Copies of the pictures.
    Copies,
}

/// The recipe's `[export]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Export {
    /// The formats to write.
    pub formats: Vec<ManifestFormat>,
    /// What the native manifest of a folder of images holds.
    pub images: Pictures,
}

impl Default for Export {
    fn default() -> Self {
        Self { formats: vec![ManifestFormat::Native], images: Pictures::Links }
    }
}
