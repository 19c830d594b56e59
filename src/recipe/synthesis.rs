//! The recipe's `[synthesis]` table: which tail is filled, by what, from what, by how much.
//!
//! Invariant: a number that passes is within the range that its comment names; what is left out of the file has its default.

mod budget;
mod check;
mod diffusion;

pub use budget::Budget;
pub use diffusion::{Backend, Diffusion, Filter};

use serde::{Deserialize, Serialize};

pub(super) use check::fault;

use super::Line;
use crate::entity::Perspective;

/// The synthesis policies that a recipe can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SynthesisName {
    /// Real tail instances once more.
    Repeat,
    /// Pictures from a diffusion model, each begun from a real one.
    Diffusion,
}

impl SynthesisName {
    /// All of them, in the order in which the screen lists them.
    pub const ALL: [Self; 2] = [Self::Repeat, Self::Diffusion];

    /// The name in recipes and manifests.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::Diffusion => "diffusion",
        }
    }
}

impl std::fmt::Display for SynthesisName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.key())
    }
}

/// The recipe's `[synthesis]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Synthesis {
    /// How much may be made in all.
    pub budget: Budget,
    /// The policies, in order: each fills what those before it left. Without any, nothing is made.
    pub policies: Vec<SynthesisName>,
    /// The perspectives whose tail is filled; without any, the label's, else the objects', else the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perspectives: Vec<Perspective>,
    /// At most so many are made for one entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<u32>,
    /// Seeds whose outlier score is above this are not used, once scores are known.
    pub outlier: f64,
    /// Ids of instances that are never a seed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped_seeds: Vec<String>,
    /// Ceilings of single entities.
    #[serde(rename = "entity", skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<EntityCeiling>,
    /// Parameters of `repeat`.
    pub repeat: Repeat,
    /// Parameters of `diffusion`.
    pub diffusion: Diffusion,
}

/// A `[[synthesis.entity]]` entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityCeiling {
    /// `perspective:name`.
    pub entity: String,
    /// At most so many are made for it; 0 leaves it as it is.
    pub ceiling: u32,
    /// Where it stands in the recipe's file, for messages.
    #[serde(skip)]
    pub line: Line,
}

impl EntityCeiling {
    /// An entry that stands in no file yet.
    #[must_use]
    pub fn new(perspective: Perspective, name: &str, ceiling: u32) -> Self {
        Self { entity: format!("{}:{name}", perspective.key()), ceiling, line: Line::default() }
    }

    /// The perspective and the name; `None` when the perspective is not known.
    #[must_use]
    pub fn parts(&self) -> Option<(Perspective, &str)> {
        let (perspective, name) = self.entity.split_once(':')?;
        let known = Perspective::ALL.into_iter().find(|known| known.key() == perspective.trim())?;
        Some((known, name))
    }
}

/// The recipe's `[synthesis.repeat]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repeat {
    /// An instance is repeated at most so often.
    pub most: u32,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { most: 4 }
    }
}

/// The outlier score above which a seed is not used, unless the recipe says otherwise.
const OUTLIER: f64 = 0.99;

impl Default for Synthesis {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            policies: Vec::new(),
            perspectives: Vec::new(),
            ceiling: None,
            outlier: OUTLIER,
            dropped_seeds: Vec::new(),
            entities: Vec::new(),
            repeat: Repeat::default(),
            diffusion: Diffusion::default(),
        }
    }
}

impl Synthesis {
    /// True when something is to be made.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.policies.is_empty()
    }

    /// True when a policy is among those that are used.
    #[must_use]
    pub fn uses(&self, policy: SynthesisName) -> bool {
        self.policies.contains(&policy)
    }
}
