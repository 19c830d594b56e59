//! Instances and entities in both directions, ranked; distribution, head/tail split and metrics over them.
//!
//! Invariant: an entity's number is its rank (0 = most frequent; ties in name order), so the head is a prefix.
//! The index knows nothing of policies, screens or files other than its own cache.

mod column;
mod perspective;
mod split;

pub use column::{Csr, StringTable};
pub use perspective::{Names, PerspectiveIndex};
pub use split::{Split, Threshold};

use crate::entity::Perspective;

/// Facts about the text that the findings tell and no perspective holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextFacts {
    /// Turns of the asking side.
    pub human_turns: u64,
    /// The most repeated turns of the asking side with their numbers of occurrences, most frequent first, at most ten.
    pub frequent_prompts: Vec<(String, u64)>,
    /// Words (tokens that are not punctuation) in each instance.
    pub words: Vec<u32>,
}

/// Everything that policies, previews and screens ask of a dataset.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// One entry a perspective that was extracted, in [`Perspective::ALL`] order.
    pub perspectives: Vec<PerspectiveIndex>,
    /// Stable hash of each instance's id; its length is the number of instances.
    pub id_hashes: Vec<u64>,
    /// Facts about the text.
    pub text: TextFacts,
}

impl Index {
    /// The number of instances.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.id_hashes.len()
    }

    /// The index of one perspective, when it was extracted.
    #[must_use]
    pub fn perspective(&self, perspective: Perspective) -> Option<&PerspectiveIndex> {
        self.perspectives.iter().find(|entry| entry.perspective == perspective)
    }
}
