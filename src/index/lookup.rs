//! The instances of an id: the first, and its repetitions.
//!
//! Invariant: an id that no instance has gives none; the first stands before its repetitions, those in their order.

use rustc_hash::FxHashMap;

use super::{Index, name_hash};
use crate::source::occurrence_hash;

impl Index {
    /// The numbers of the instances that have an id: several where the same record stands in the dataset several times.
    #[must_use]
    pub fn of_id(&self, id: &str) -> Vec<usize> {
        let hash = name_hash(id);
        let place = |hash: u64| self.id_hashes.iter().position(|&known| known == hash);
        let Some(first) = place(hash) else { return Vec::new() };
        if place(occurrence_hash(hash, 1)).is_none() {
            return vec![first];
        }
        let places: FxHashMap<u64, usize> = self.id_hashes.iter().copied().zip(0..).collect();
        let repetitions = (1..).map_while(|occurrence| places.get(&occurrence_hash(hash, occurrence)).copied());
        std::iter::once(first).chain(repetitions).collect()
    }
}
