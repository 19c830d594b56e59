//! From an extraction to an index: entities are ranked, rows renumbered, both directions and all sums made.
//!
//! Invariant: the result hangs on names and rows alone, never on the order in which entities were numbered.

mod given_pairs;
mod pairs;
mod spelling;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{Index, Names, PerspectiveIndex, Rows};
use crate::column::{Csr, StringTable};
use crate::entity::{Extracted, Extraction, Perspective};
use crate::progress::{Cancelled, Observer, Stage};

/// As many of an instance's objects are paired, chosen by a hash of the name; an instance with k objects has k·(k − 1)/2 pairs.
pub const MOST_PAIRED_OBJECTS: usize = 64;

/// Builds the index of an extraction.
///
/// # Errors
/// [`Cancelled`] when the observer says so.
pub fn build(extraction: Extraction, observer: &dyn Observer) -> Result<Index, Cancelled> {
    let Extraction { perspectives, wanted, id_hashes, text, unpaired } = extraction;
    let steps = Steps { observer, done: AtomicU64::new(0), total: wanted.len() as u64 };
    let (given_pairs, plain): (Vec<_>, Vec<_>) =
        perspectives.into_iter().partition(|entry| entry.perspective == Perspective::CoOccurrence);
    let mut ranked: Vec<PerspectiveIndex> = plain
        .into_par_iter()
        .map(|entry| {
            let built = plain_perspective(entry, observer)?;
            steps.finish_one();
            Ok(built)
        })
        .collect::<Result<_, Cancelled>>()?;
    let objects = ranked.iter().find(|entry| entry.perspective == Perspective::Object);
    let mut crowded_instances = 0;
    if wanted.contains(&Perspective::CoOccurrence) {
        let keep_instances = !wanted.contains(&Perspective::Object);
        let given = given_pairs.into_iter().next().map(|given| (given, &unpaired[..]));
        let (pairs, crowded) = co_occurrence(given, (objects, keep_instances), observer)?;
        crowded_instances = crowded;
        ranked.extend(pairs);
        steps.finish_one();
    }
    observer.go_on()?;
    ranked.retain(|entry| wanted.contains(&entry.perspective));
    ranked.sort_by_key(|entry| entry.perspective);
    Ok(Index { perspectives: ranked, id_hashes, text, crowded_instances, ..Index::default() })
}

/// The pairs, from lists, from objects, or, record by record, from what each has; and how many instances have too many objects to
/// be paired all.
fn co_occurrence(
    given: Option<(Extracted, &[u32])>,
    (objects, keep_instances): (Option<&PerspectiveIndex>, bool),
    observer: &dyn Observer,
) -> Result<(Option<PerspectiveIndex>, u32), Cancelled> {
    Ok(match (given, objects) {
        (Some((mut given, unpaired @ [_, ..])), Some(objects)) => {
            let alone = given_pairs::objects_of(objects, unpaired);
            let pairs = pairs::pair(&alone, false, observer)?;
            given_pairs::complete(&mut given, &pairs, unpaired);
            (Some(given_pairs::rank(given, Some(objects))), pairs::crowded(&alone.by_instance))
        }
        (Some((given, _)), objects) => (Some(given_pairs::rank(given, objects)), 0),
        (None, Some(objects)) => {
            let crowded = pairs::crowded(&objects.by_instance);
            (Some(pairs::pair(objects, keep_instances, observer)?), crowded)
        }
        (None, None) => (None, 0),
    })
}

struct Steps<'a> {
    observer: &'a dyn Observer,
    done: AtomicU64,
    total: u64,
}

impl Steps<'_> {
    fn finish_one(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.observer.advanced(Stage::Index, done.min(self.total), self.total);
    }
}

fn plain_perspective(entry: Extracted, observer: &dyn Observer) -> Result<PerspectiveIndex, Cancelled> {
    let Extracted { perspective, origin, names, mut by_instance, .. } = entry;
    observer.go_on()?;
    let mut spellings = spelling::merge(perspective, &names, &mut by_instance, observer)?;
    let counts = held(&by_instance, names.len());
    let order = ranked(&counts, |a, b| names.get(a as usize).cmp(names.get(b as usize)));
    let ranks = inverse(&order, names.len());
    by_instance.renumber(|number| ranks[number as usize]);
    observer.go_on()?;
    let by_entity = by_instance.transposed(order.len());
    let table: StringTable = order.iter().map(|&number| names.get(number as usize)).collect();
    let counts = order.iter().map(|&number| counts[number as usize]).collect();
    let rows = Rows { counts, by_instance, by_entity, measured: None };
    observer.go_on()?;
    for spelling in &mut spellings {
        spelling.rank = ranks[spelling.rank as usize];
    }
    spellings.sort_unstable_by(|a, b| (a.rank, &a.name).cmp(&(b.rank, &b.name)));
    let names = Names::Plain(Arc::new(table));
    Ok(PerspectiveIndex { spellings, ..PerspectiveIndex::new(perspective, origin, names, rows) })
}

/// How many rows hold each number.
fn held(rows: &Csr, numbers: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; numbers];
    for &number in rows.values() {
        counts[number as usize] += 1;
    }
    counts
}

/// The numbers with a count above zero, by count descending, then by name.
fn ranked(counts: &[u32], by_name: impl Fn(u32, u32) -> std::cmp::Ordering + Sync) -> Vec<u32> {
    let mut order: Vec<u32> = (0..counts.len() as u32).filter(|&number| counts[number as usize] > 0).collect();
    order.par_sort_unstable_by(|&a, &b| counts[b as usize].cmp(&counts[a as usize]).then_with(|| by_name(a, b)));
    order
}

/// The place of each number in `order`.
fn inverse(order: &[u32], numbers: usize) -> Vec<u32> {
    let mut places = vec![u32::MAX; numbers];
    for (place, &number) in order.iter().enumerate() {
        places[number as usize] = place as u32;
    }
    places
}
