//! Owns the choice of the objects of a crowded instance that are paired.
//!
//! Invariant: the choice hangs on the names of the instance's own objects, never on their counts, so that a part of a dataset
//! has the pairs that the whole has.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::column::{Csr, StringTable};
use crate::index::{MOST_PAIRED_OBJECTS, PerspectiveIndex};

/// The objects of each instance that are paired, by rank: all, or of a crowded instance an even sample by a hash of the name.
pub(super) struct Chosen<'a> {
    all: &'a Csr,
    crowded: FxHashMap<u32, Vec<u32>>,
}

impl<'a> Chosen<'a> {
    pub(super) fn of(objects: &'a PerspectiveIndex, names: &StringTable) -> Self {
        let all = &objects.by_instance;
        let hash = |rank: u32| xxh3_64(objects.perspective.folded(names.get(rank as usize)).as_bytes());
        let chosen = |instance: u32| {
            let mut row: Vec<(u64, u32)> = all.row(instance as usize).iter().map(|&rank| (hash(rank), rank)).collect();
            row.select_nth_unstable(MOST_PAIRED_OBJECTS);
            let mut row: Vec<u32> = row[..MOST_PAIRED_OBJECTS].iter().map(|&(_, rank)| rank).collect();
            row.sort_unstable();
            (instance, row)
        };
        let is_crowded = |instance: &u32| all.row(*instance as usize).len() > MOST_PAIRED_OBJECTS;
        Self { all, crowded: (0..all.rows() as u32).into_par_iter().filter(is_crowded).map(chosen).collect() }
    }

    /// The ranks of an instance's objects that are paired, ascending.
    pub(super) fn row(&self, instance: u32) -> &[u32] {
        let row = self.all.row(instance as usize);
        if row.len() <= MOST_PAIRED_OBJECTS { row } else { &self.crowded[&instance] }
    }

    /// The instances of an object that pair it, with its place among the objects of each that are paired.
    pub(super) fn places(
        &self,
        objects: &'a PerspectiveIndex,
        first: u32,
    ) -> impl Iterator<Item = (u32, usize, &[u32])> {
        objects.by_entity.row(first as usize).iter().filter_map(move |&instance| {
            let row = self.row(instance);
            row.binary_search(&first).ok().map(|place| (instance, place, row))
        })
    }
}
