//! Co-occurrence where the dataset itself lists its pairs.
//!
//! Invariant: a given list is taken as it is: nothing is added to it from the objects; a record without one has its objects' pairs.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::pairs::alphabet;
use super::{held, inverse, ranked};
use crate::column::{Csr, StringTable};
use crate::entity::Extracted;
use crate::index::{Names, PerspectiveIndex, Rows};

/// The objects of some instances alone, ascending; the others hold none.
pub(super) fn objects_of(objects: &PerspectiveIndex, instances: &[u32]) -> PerspectiveIndex {
    let mut by_instance = Csr::default();
    let mut next = instances.iter().peekable();
    for instance in 0..objects.by_instance.rows() {
        let is_next = next.next_if(|&&next| next as usize == instance).is_some();
        by_instance.push(objects.by_instance.row(instance).iter().copied().filter(|_| is_next));
    }
    let by_entity = by_instance.transposed(objects.entities());
    let counts = objects.counts.clone();
    let rows = Rows { counts, by_instance, by_entity, measured: Some(objects.distribution) };
    PerspectiveIndex::new(objects.perspective, objects.origin, objects.names.clone(), rows)
}

/// Gives the instances that list no pairs those that were made of their objects.
pub(super) fn complete(given: &mut Extracted, made: &PerspectiveIndex, unpaired: &[u32]) {
    let Names::Pairs { pairs, objects } = &made.names else { return };
    let mut names: FxHashMap<String, u32> = given.names.iter().map(str::to_owned).zip(0..).collect();
    let mut known: FxHashMap<[u32; 2], u32> = given.pairs.iter().copied().zip(0..).collect();
    let mut numbers = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let pair = pair.map(|object| {
            let name = objects.get(object as usize);
            *names.entry(name.to_owned()).or_insert_with(|| given.names.push(name) as u32)
        });
        numbers.push(*known.entry(pair).or_insert_with(|| {
            given.pairs.push(pair);
            given.pairs.len() as u32 - 1
        }));
    }
    let mut rows = Csr::default();
    let mut next = unpaired.iter().peekable();
    for instance in 0..given.by_instance.rows() {
        if next.next_if(|&&next| next as usize == instance).is_some() {
            rows.push(made.by_instance.row(instance).iter().map(|&rank| numbers[rank as usize]));
        } else {
            rows.push(given.by_instance.row(instance).iter().copied());
        }
    }
    given.by_instance = rows;
}

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
