//! What is counted: the five perspectives on an instance, and their extraction from every instance of a dataset.
//!
//! Invariant: an entity counts once an instance (document frequency), is never the empty string, and holds no newline or tab;
//! turns are read one by one, so that words of neighbouring turns never glue.

mod extract;
mod interrogation;
mod object;
pub mod text;
mod token;
pub mod vocabulary;

use std::borrow::Cow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::column::{Csr, StringTable};
use crate::progress::Cancelled;

pub use extract::extract;

/// One more with every change of what is extracted from the same dataset: cached indexes of other versions are built again.
pub const EXTRACTOR_VERSION: u32 = 8;

/// A way of looking at a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Perspective {
    /// Nouns and proper nouns of all turns, by lemma, whatever their case.
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

    /// Whether names that differ in case alone are one entity.
    #[must_use]
    pub const fn ignores_case(self) -> bool {
        matches!(self, Self::Token)
    }

    /// The form of a name that tells entities apart: in small letters where case is ignored.
    #[must_use]
    pub fn folded(self, name: &str) -> Cow<'_, str> {
        let small = name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if small || !self.ignores_case() { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) }
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

/// What every instance holds, in instance order, with entities numbered arbitrarily: the index ranks them.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// One entry a perspective, in [`Perspective::ALL`] order. Co-occurrence is among them only where pairs were given;
    /// else the index makes pairs of the objects.
    pub perspectives: Vec<Extracted>,
    /// The perspectives that were asked for, in the same order.
    pub wanted: Vec<Perspective>,
    /// Stable hash of each instance's id.
    pub id_hashes: Vec<u64>,
    /// Facts about the text.
    pub text: TextFacts,
    /// Where some records list their pairs, the instances that do not, ascending: the index makes pairs of their objects.
    pub unpaired: Vec<u32>,
}

/// One perspective of an extraction.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// Which perspective.
    pub perspective: Perspective,
    /// Where its entities come from.
    pub origin: Origin,
    /// Names by entity number; for co-occurrence, the objects' names.
    pub names: StringTable,
    /// For co-occurrence, the two names of each entity number, the alphabetically smaller first; else empty.
    pub pairs: Vec<[u32; 2]>,
    /// The distinct entity numbers that each instance holds, in no order.
    pub by_instance: Csr,
}

/// Facts about the text that the findings tell and no perspective holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextFacts {
    /// Turns of the asking side.
    pub human_turns: u64,
    /// The most repeated turns of the asking side with their numbers of occurrences, most frequent first, at most ten;
    /// without image placeholders. A turn that is said once is not among them.
    pub frequent_prompts: Vec<(String, u64)>,
    /// Words (tokens that are not punctuation) in each instance.
    pub words: Vec<u32>,
}

/// Why an extraction ended early.
#[derive(Debug, thiserror::Error)]
pub enum EntityError {
    /// The user's vocabulary file cannot be read.
    #[error("cannot read the vocabulary {path}: {cause}; check `vocabulary` under `[entities]` in the recipe")]
    Vocabulary {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The user stopped the work.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for EntityError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Extraction {
    /// An extraction of lists at hand: for each perspective one list of names an instance, which may repeat.
    ///
    /// Ids are the instances' numbers, written out. Co-occurrence may be listed in `wanted` alone: it is made of the objects.
    #[must_use]
    pub fn of_lists(wanted: &[Perspective], lists: &[(Perspective, &[&[&str]])]) -> Self {
        let instances = lists.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0);
        let id_hashes = (0..instances).map(|row| xxhash_rust::xxh3::xxh3_64(row.to_string().as_bytes())).collect();
        let perspectives = lists.iter().map(|(perspective, rows)| Extracted::of_list(*perspective, rows)).collect();
        let mut extraction = Self { perspectives, wanted: wanted.to_vec(), id_hashes, ..Self::default() };
        extraction.perspectives.sort_by_key(|entry| entry.perspective);
        extraction.wanted.sort_unstable();
        extraction
    }
}

impl Extracted {
    fn of_list(perspective: Perspective, rows: &[&[&str]]) -> Self {
        let mut names = StringTable::default();
        let mut numbers = rustc_hash::FxHashMap::default();
        let mut by_instance = Csr::default();
        for row in rows {
            let mut held: Vec<u32> =
                row.iter().map(|name| *numbers.entry(*name).or_insert_with(|| names.push(name) as u32)).collect();
            held.sort_unstable();
            held.dedup();
            by_instance.push(held);
        }
        Self { perspective, origin: Origin::Annotation, names, pairs: Vec::new(), by_instance }
    }
}
