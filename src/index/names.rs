//! What a perspective's entities are called, and the stable hashes of those names.
//!
//! Invariant: a pair is two numbers, never a joined string, so that a name may hold any sign.

use std::borrow::Cow;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::column::StringTable;
use crate::entity::Perspective;

/// The names of a perspective's entities, by rank.
#[derive(Clone, Debug)]
pub enum Names {
    /// One string an entity.
    Plain(Arc<StringTable>),
    /// Two object ranks an entity, and the objects' names.
    Pairs {
        /// The two objects' ranks; the one whose name comes first in alphabetical order first.
        pairs: Vec<[u32; 2]>,
        /// The objects' names by rank; names that no object entity has come after the last rank.
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

    /// The two objects' ranks of a pair.
    #[must_use]
    pub fn pair(&self, rank: usize) -> Option<[u32; 2]> {
        match self {
            Self::Plain(_) => None,
            Self::Pairs { pairs, .. } => pairs.get(rank).copied(),
        }
    }

    /// The hashes that an entity shown as `name` may have: one, or one for each way to read a pair into it.
    pub(super) fn possible_hashes(&self, perspective: Perspective, name: &str) -> Vec<u64> {
        match self {
            Self::Plain(_) => vec![name_hash(&perspective.folded(name))],
            Self::Pairs { .. } => name
                .match_indices(" + ")
                .flat_map(|(at, joint)| {
                    let (a, b) = (name_hash(&name[..at]), name_hash(&name[at + joint.len()..]));
                    [pair_hash([a, b])]
                })
                .collect(),
        }
    }

    /// The hash of each name, by rank; of tokens it is that of the small letters, so that no draw hangs on the spelling shown.
    pub(super) fn hashes(&self, perspective: Perspective) -> Vec<u64> {
        match self {
            Self::Plain(table) => table.iter().map(|name| name_hash(&perspective.folded(name))).collect(),
            Self::Pairs { pairs, objects } => {
                let hashes: Vec<u64> = objects.iter().map(name_hash).collect();
                let of = |object: u32| hashes.get(object as usize).copied().unwrap_or_default();
                pairs.iter().map(|&[a, b]| pair_hash([of(a), of(b)])).collect()
            }
        }
    }
}

/// The stable hash of a plain entity's name: XXH3 with seed 0.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// The stable hash of a pair: XXH3 of its objects' hashes, little-endian, in alphabetical order of the names.
#[must_use]
pub fn pair_hash(objects: [u64; 2]) -> u64 {
    let mut bytes = [0_u8; 16];
    bytes[..8].copy_from_slice(&objects[0].to_le_bytes());
    bytes[8..].copy_from_slice(&objects[1].to_le_bytes());
    xxh3_64(&bytes)
}
