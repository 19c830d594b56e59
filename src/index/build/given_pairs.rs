//! Co-occurrence where the dataset itself lists its pairs.
//!
//! Invariant: a given list is taken as it is: nothing is added to it from the objects.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::pairs::alphabet;
use super::{held, inverse, ranked};
use crate::column::StringTable;
use crate::entity::Extracted;
use crate::index::{Names, PerspectiveIndex, Rows};

/// Ranks given pairs, naming them by the objects' ranks where there are objects.
pub(super) fn rank(given: Extracted, objects: Option<&PerspectiveIndex>) -> PerspectiveIndex {
    let Extracted { perspective, origin, names, pairs, mut by_instance } = given;
    let alphabet = alphabet(&names);
    let key = |pair: u32| pairs[pair as usize].map(|name| alphabet[name as usize]);
    let counts = held(&by_instance, pairs.len());
    let order = ranked(&counts, |a, b| key(a).cmp(&key(b)));
    let ranks = inverse(&order, pairs.len());
    by_instance.renumber(|pair| ranks[pair as usize]);
    let by_entity = by_instance.transposed(order.len());
    let (table, numbers) = shared_table(&names, objects);
    let pairs = order.iter().map(|&pair| pairs[pair as usize].map(|name| numbers[name as usize])).collect();
    let counts = order.iter().map(|&pair| counts[pair as usize]).collect();
    let names = Names::Pairs { pairs, objects: table };
    PerspectiveIndex::new(perspective, origin, names, Rows { counts, by_instance, by_entity, measured: None })
}

/// The objects' names by rank, with those of `names` that no object has appended in alphabetical order; and the place of each.
fn shared_table(names: &StringTable, objects: Option<&PerspectiveIndex>) -> (Arc<StringTable>, Vec<u32>) {
    let shared = match objects.map(|objects| &objects.names) {
        Some(Names::Plain(table)) => Arc::clone(table),
        _ => Arc::default(),
    };
    let ranks: FxHashMap<&str, u32> = shared.iter().zip(0..).collect();
    let mut numbers: Vec<u32> = names.iter().map(|name| ranks.get(name).copied().unwrap_or(u32::MAX)).collect();
    let mut missing: Vec<usize> = (0..names.len()).filter(|&name| numbers[name] == u32::MAX).collect();
    if missing.is_empty() {
        return (shared, numbers);
    }
    missing.sort_unstable_by_key(|&name| names.get(name));
    let mut table = StringTable::clone(&shared);
    for name in missing {
        numbers[name] = table.push(names.get(name)) as u32;
    }
    (Arc::new(table), numbers)
}
