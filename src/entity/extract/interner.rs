//! Numbers for names, shared by all threads.
//!
//! Invariant: one name has one number; numbers are dense, their order is arbitrary.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};

use crate::column::StringTable;

/// One interner a perspective, and one for given pairs, whose names are those of co-occurrence.
#[derive(Default)]
pub(super) struct Interners {
    pub(super) names: [Interner; 5],
    pub(super) pairs: PairInterner,
}

/// How many shards an interner has.
pub(super) const SHARDS: usize = 64;

/// Names to numbers, in shards of one lock each.
pub(super) struct Interner {
    shards: [Mutex<Shard>; SHARDS],
    next: AtomicU32,
}

#[derive(Default)]
struct Shard {
    /// Places in `names`.
    table: HashTable<u32>,
    names: StringTable,
    /// The number of each place.
    numbers: Vec<u32>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), next: AtomicU32::new(0) }
    }
}

/// A lock whose holder panicked guards data that is still whole: entries are added in one step.
pub(super) fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hash(name: &str) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(name)
}

impl Interner {
    /// The number of a name, new or known.
    pub(super) fn intern(&self, name: &str) -> u32 {
        let hash = hash(name);
        let mut shard = locked(&self.shards[(hash >> 40) as usize % SHARDS]);
        let Shard { table, names, numbers } = &mut *shard;
        if let Some(&place) = table.find(hash, |&place| names.get(place as usize) == name) {
            return numbers[place as usize];
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let place = names.push(name) as u32;
        numbers.push(number);
        table.insert_unique(hash, place, |&place| self::hash(names.get(place as usize)));
        number
    }

    /// Visits every name that came since the last visit, with its number; `seen` is where the last visit ended.
    pub(super) fn visit_new(&self, seen: &mut [usize; SHARDS], mut visit: impl FnMut(u32, &str)) {
        for (shard, seen) in self.shards.iter().zip(seen) {
            let shard = locked(shard);
            for place in *seen..shard.numbers.len() {
                visit(shard.numbers[place], shard.names.get(place));
            }
            *seen = shard.numbers.len();
        }
    }

    /// All names, by number.
    pub(super) fn into_names(self) -> StringTable {
        let shards = self.shards.map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner));
        let mut by_number = vec![""; self.next.into_inner() as usize];
        for shard in &shards {
            for (name, &number) in shard.names.iter().zip(&shard.numbers) {
                by_number[number as usize] = name;
            }
        }
        by_number.into_iter().collect()
    }
}

/// Pairs of names' numbers to numbers.
#[derive(Default)]
pub(super) struct PairInterner {
    numbers: Mutex<FxHashMap<[u32; 2], u32>>,
}

impl PairInterner {
    /// The number of a pair, new or known.
    pub(super) fn intern(&self, pair: [u32; 2]) -> u32 {
        let mut numbers = locked(&self.numbers);
        let next = numbers.len() as u32;
        *numbers.entry(pair).or_insert(next)
    }

    /// All pairs, by number.
    pub(super) fn into_pairs(self) -> Vec<[u32; 2]> {
        let numbers = self.numbers.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut pairs = vec![[0; 2]; numbers.len()];
        for (pair, number) in numbers {
            pairs[number as usize] = pair;
        }
        pairs
    }
}
