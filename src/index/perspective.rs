//! One perspective of the index: ranked entities, their counts, and both directions.
//!
//! Invariant: `counts` descends; rows hold ranks, distinct and ascending.

use std::borrow::Cow;
use std::sync::Arc;

use super::column::{Csr, StringTable};
use super::split::{Split, Threshold};
use crate::entity::{Origin, Perspective};

/// The names of a perspective's entities, by rank.
#[derive(Clone, Debug)]
pub enum Names {
    /// One string an entity.
    Plain(Arc<StringTable>),
    /// Two object ranks an entity, and the objects' names.
    Pairs {
        /// The two objects' ranks.
        pairs: Vec<[u32; 2]>,
        /// The objects' names by rank.
        objects: Arc<StringTable>,
    },
}

impl Names {
    /// The name at a rank, as the screen shows it; pairs are joined by " + ".
    #[must_use]
    pub fn get(&self, rank: usize) -> Cow<'_, str> {
        match self {
            Self::Plain(table) => Cow::Borrowed(table.get(rank)),
            Self::Pairs { pairs, objects } => match pairs.get(rank) {
                Some(&[a, b]) => Cow::Owned(format!("{} + {}", objects.get(a as usize), objects.get(b as usize))),
                None => Cow::Borrowed(""),
            },
        }
    }
}

/// One perspective of an index.
#[derive(Clone, Debug)]
pub struct PerspectiveIndex {
    /// Which perspective.
    pub perspective: Perspective,
    /// Where its entities come from.
    pub origin: Origin,
    /// Names by rank.
    pub names: Names,
    /// Number of instances that hold each entity, by rank, descending.
    pub counts: Vec<u32>,
    /// Ranks held by each instance, ascending.
    pub by_instance: Csr,
    /// Instances that hold each entity, ascending; empty for pairs, whose instances are an intersection.
    pub by_entity: Csr,
    /// Stable hash of each entity's name (XXH3), by rank: what draws are keyed by.
    pub name_hashes: Vec<u64>,
}

impl PerspectiveIndex {
    /// The number of entities.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.counts.len()
    }

    /// The sum of all counts.
    #[must_use]
    pub fn occurrences(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    /// Splits head from tail.
    #[must_use]
    pub fn split(&self, threshold: Threshold) -> Split {
        Split::of(&self.counts, threshold)
    }

    /// The rank of an entity by its shown name, where there is one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        (0..self.entities()).find(|&rank| self.names.get(rank) == name)
    }
}
