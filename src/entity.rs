//! What is counted: the five perspectives on an instance, and their extraction from every instance of a dataset.
//!
//! Invariant: an entity counts once an instance (document frequency), is never the empty string, and holds no newline or tab;
//! turns are read one by one, so that words of neighbouring turns never glue.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A way of looking at a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Perspective {
    /// Nouns and proper nouns of all turns, by lemma.
    Token,
    /// Visible things: from annotations where the dataset has them, else from text.
    Object,
    /// Unordered pairs of one instance's objects.
    CoOccurrence,
    /// Ways of asking: "what color", "how many", "describe".
    Interrogation,
    /// Class labels.
    Label,
}

impl Perspective {
    /// All of them, in the order in which the screens list them.
    pub const ALL: [Self; 5] = [Self::Token, Self::Object, Self::CoOccurrence, Self::Interrogation, Self::Label];

    /// The name in recipes, JSON and `--perspective`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Object => "object",
            Self::CoOccurrence => "co_occurrence",
            Self::Interrogation => "interrogation",
            Self::Label => "label",
        }
    }

    /// The name on the screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::CoOccurrence => "co-occurrence",
            other => other.key(),
        }
    }

    /// The share of occurrences that the tail holds unless the recipe says otherwise
    /// (ADR's mass ratios .90/.90/.75/.90, as their complement).
    #[must_use]
    pub const fn default_tail_mass(self) -> f64 {
        match self {
            Self::CoOccurrence => 0.25,
            _ => 0.10,
        }
    }
}

impl std::fmt::Display for Perspective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.title())
    }
}

impl std::str::FromStr for Perspective {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let wanted = name.replace('-', "_");
        Self::ALL.into_iter().find(|perspective| perspective.key() == wanted).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|perspective| perspective.key()).collect();
            format!("no perspective '{name}'; there are {}", known.join(", "))
        })
    }
}

/// Where a perspective's entities come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// fantail's own reading of the text.
    Text,
    /// Lists that the records or their annotations hold (an `objects` column, COCO categories, `statistics`).
    Annotation,
    /// A sidecar file, joined by id.
    Sidecar,
}

/// What to extract; the recipe's `[entities]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The perspectives to extract; empty means every one that the dataset offers.
    pub perspectives: Vec<Perspective>,
    /// The user's own object names, one a line, matched in text beside WordNet's.
    pub vocabulary: Option<PathBuf>,
}
