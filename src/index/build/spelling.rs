//! Names that differ in case alone become one entity, shown in its most frequent spelling.
//!
//! Invariant: the spelling that is shown hangs on counts and names alone; among equally frequent ones it is the first by name.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::held;
use crate::column::{Csr, StringTable};
use crate::entity::Perspective;
use crate::index::Spelling;
use crate::progress::{Cancelled, Observer};

/// Renumbers every spelling to the one that is shown; a row keeps each entity once. Returns the spellings of names that have several,
/// each with the number of the shown one in the place of the rank.
///
/// # Errors
/// [`Cancelled`] when the observer says so.
pub(super) fn merge(
    perspective: Perspective,
    names: &StringTable,
    rows: &mut Csr,
    observer: &dyn Observer,
) -> Result<Vec<Spelling>, Cancelled> {
    if !perspective.ignores_case() {
        return Ok(Vec::new());
    }
    let counts = held(rows, names.len());
    let shown = shown(perspective, names, &counts);
    observer.go_on()?;
    if shown.iter().zip(0..).any(|(&shown, number)| shown != number) {
        rows.renumber(|number| shown[number as usize]);
        observer.go_on()?;
        rows.drop_repeats();
    }
    observer.go_on()?;
    Ok(several(names, (&counts, &shown)))
}

/// The spellings of names that have several.
fn several(names: &StringTable, (counts, shown): (&[u32], &[u32])) -> Vec<Spelling> {
    let mut several = vec![false; names.len()];
    for (number, &shown) in shown.iter().enumerate().filter(|&(number, &shown)| shown as usize != number) {
        (several[number], several[shown as usize]) = (true, true);
    }
    (0..names.len())
        .filter(|&number| several[number] && counts[number] > 0)
        .map(|number| Spelling { rank: shown[number], count: counts[number], name: names.get(number).to_owned() })
        .collect()
}

/// For each name the number of the spelling that is shown for it.
fn shown(perspective: Perspective, names: &StringTable, counts: &[u32]) -> Vec<u32> {
    let mut groups: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
    let mut best: Vec<u32> = Vec::new();
    let preference = |number: u32| (Reverse(counts[number as usize]), names.get(number as usize));
    let group_of: Vec<usize> = (0..names.len() as u32)
        .map(|number| match groups.entry(perspective.folded(names.get(number as usize))) {
            Entry::Occupied(known) => {
                let best = &mut best[*known.get()];
                if preference(number) < preference(*best) {
                    *best = number;
                }
                *known.get()
            }
            Entry::Vacant(new) => {
                best.push(number);
                *new.insert(best.len() - 1)
            }
        })
        .collect();
    group_of.into_iter().map(|group| best[group]).collect()
}
