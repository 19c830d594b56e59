//! Finds the records whose id an earlier record has.
//!
//! Invariant: equal hashes alone never condemn a record; the ids themselves are compared.

use rayon::prelude::*;

/// Pairs of a later record and the first one with the same id, by the later record's number.
pub(crate) fn duplicates(hashes: &[u64], id: &(dyn Fn(usize) -> String + Sync)) -> Vec<(usize, usize)> {
    let mut order: Vec<(u64, usize)> = hashes.iter().copied().zip(0..).collect();
    order.par_sort_unstable();
    let mut found: Vec<(usize, usize)> = order
        .par_chunk_by(|one, other| one.0 == other.0)
        .filter(|group| group.len() > 1)
        .flat_map_iter(|group| repeats(group, id))
        .collect();
    found.par_sort_unstable();
    found
}

fn repeats(group: &[(u64, usize)], id: &(dyn Fn(usize) -> String + Sync)) -> Vec<(usize, usize)> {
    let mut kept: Vec<(String, usize)> = Vec::new();
    let mut found = Vec::new();
    for &(_, number) in group {
        let name = id(number);
        match kept.iter().find(|(other, _)| *other == name) {
            Some(&(_, first)) => found.push((number, first)),
            None => kept.push((name, number)),
        }
    }
    found
}
