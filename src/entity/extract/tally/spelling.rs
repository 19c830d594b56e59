//! Which of the names seen so far are spellings of one entity.
//!
//! Invariant: the first spelling that was learnt stands for all of them, for good.

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::entity::Perspective;
use crate::entity::extract::interner::{Interner, SHARDS};

/// The first spelling of each name.
pub(super) struct Spellings {
    /// By name's number.
    first: Vec<u32>,
    /// By hash of the folded name: for counts that are shown for a moment, equal hashes are equal names.
    by_form: FxHashMap<u64, u32>,
    seen: [usize; SHARDS],
}

impl Default for Spellings {
    fn default() -> Self {
        Self { first: Vec::new(), by_form: FxHashMap::default(), seen: [0; SHARDS] }
    }
}

impl Spellings {
    /// Learns the names that came since the last time.
    pub(super) fn learn(&mut self, perspective: Perspective, names: &Interner) {
        let Self { first, by_form, seen } = self;
        names.visit_new(seen, |number, name| {
            let spelling = *by_form.entry(xxh3_64(perspective.folded(name).as_bytes())).or_insert(number);
            for unknown in first.len()..=number as usize {
                first.push(unknown as u32);
            }
            first[number as usize] = spelling;
        });
    }

    /// The number of the first spelling of a name.
    pub(super) fn first(&self, number: u32) -> u32 {
        self.first.get(number as usize).copied().unwrap_or(number)
    }
}
