//! Co-occurrence: the unordered pairs of each instance's objects, counted and ranked.
//!
//! Invariant: no joined strings and no table of all pairs by hash: for one object at a time, its partners are counted in a plain
//! array, so that memory is the pairs themselves and one array of objects a thread.

mod chosen;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chosen::Chosen;
use rayon::prelude::*;

use super::MOST_PAIRED_OBJECTS;
use crate::column::{Csr, StringTable};
use crate::entity::Perspective;
use crate::index::{Names, PerspectiveIndex, Rows};
use crate::progress::{Cancelled, Observer};

/// Two object ranks, `first < second`, and how many instances hold both.
#[derive(Clone, Copy)]
struct Pair {
    first: u32,
    second: u32,
    count: u32,
}

/// How many instances have too many objects to be paired all.
pub(super) fn crowded(objects: &Csr) -> u32 {
    objects.offsets().windows(2).filter(|ends| ends[1] - ends[0] > MOST_PAIRED_OBJECTS as u64).count() as u32
}

/// The pairs of the ranked objects. With `keep_instances` both directions are stored, for an index without the objects.
///
/// # Errors
/// [`Cancelled`] when the observer says so.
pub(super) fn pair(
    objects: &PerspectiveIndex,
    keep_instances: bool,
    observer: &dyn Observer,
) -> Result<PerspectiveIndex, Cancelled> {
    let Names::Plain(table) = &objects.names else { return Ok(empty(objects)) };
    let alphabet = alphabet(table);
    let chosen = Chosen::of(objects, table);
    let mut pairs = counted((objects, &chosen), observer)?;
    let in_order = |pair: &Pair| {
        let (a, b) = (alphabet[pair.first as usize], alphabet[pair.second as usize]);
        (a.min(b), a.max(b))
    };
    pairs.par_sort_unstable_by(|x, y| y.count.cmp(&x.count).then_with(|| in_order(x).cmp(&in_order(y))));
    observer.go_on()?;
    let by_instance = rows((objects, &chosen), &Partners::of(&pairs, objects.entities()), observer)?;
    let by_entity = if keep_instances { by_instance.transposed(pairs.len()) } else { Csr::default() };
    let by_name = |pair: &Pair| {
        let mut objects = [pair.first, pair.second];
        objects.sort_unstable_by_key(|&object| alphabet[object as usize]);
        objects
    };
    let names = Names::Pairs { pairs: pairs.iter().map(by_name).collect(), objects: Arc::clone(table) };
    let counts = pairs.iter().map(|pair| pair.count).collect();
    drop(pairs);
    observer.go_on()?;
    Ok(PerspectiveIndex::new(
        Perspective::CoOccurrence,
        objects.origin,
        names,
        Rows { counts, by_instance, by_entity, measured: None },
    ))
}

fn empty(objects: &PerspectiveIndex) -> PerspectiveIndex {
    let names = Names::Pairs { pairs: Vec::new(), objects: Arc::new(StringTable::default()) };
    PerspectiveIndex::new(Perspective::CoOccurrence, objects.origin, names, Rows::default())
}

/// The place of each name in alphabetical order.
pub(super) fn alphabet(names: &StringTable) -> Vec<u32> {
    let mut order: Vec<u32> = (0..names.len() as u32).collect();
    order.par_sort_unstable_by_key(|&number| names.get(number as usize));
    super::inverse(&order, names.len())
}

/// Objects dealt out to jobs like cards, so that each has its part of the frequent ones, which are most of the work.
fn jobs(entities: usize) -> impl ParallelIterator<Item = impl Iterator<Item = u32>> {
    let jobs = (rayon::current_num_threads() * 8).min(entities).max(1);
    (0..jobs).into_par_iter().map(move |job| (job as u32..entities as u32).step_by(jobs))
}

/// All pairs with their counts, in no order.
fn counted(paired: (&PerspectiveIndex, &Chosen<'_>), observer: &dyn Observer) -> Result<Vec<Pair>, Cancelled> {
    let by_job: Result<Vec<Vec<Pair>>, Cancelled> =
        jobs(paired.0.entities()).map(|firsts| counted_of(paired, firsts, observer)).collect();
    Ok(by_job?.concat())
}

fn counted_of(
    (objects, chosen): (&PerspectiveIndex, &Chosen<'_>),
    firsts: impl Iterator<Item = u32>,
    observer: &dyn Observer,
) -> Result<Vec<Pair>, Cancelled> {
    let (mut counts, mut touched) = (vec![0_u32; objects.entities()], Vec::new());
    let mut pairs = Vec::new();
    for first in firsts {
        observer.go_on()?;
        for (_, place, row) in chosen.places(objects, first) {
            for &second in &row[place + 1..] {
                if counts[second as usize] == 0 {
                    touched.push(second);
                }
                counts[second as usize] += 1;
            }
        }
        let take = |second: u32| Pair { first, second, count: std::mem::take(&mut counts[second as usize]) };
        pairs.extend(touched.drain(..).map(take));
    }
    Ok(pairs)
}

/// For each first object its partners and the ranks of the pairs.
struct Partners {
    starts: Vec<usize>,
    /// Second object and rank of the pair.
    seconds: Vec<(u32, u32)>,
}

impl Partners {
    fn of(ranked: &[Pair], objects: usize) -> Self {
        let mut starts = vec![0_usize; objects + 1];
        for pair in ranked {
            starts[pair.first as usize + 1] += 1;
        }
        for object in 0..objects {
            starts[object + 1] += starts[object];
        }
        let mut next = starts.clone();
        let mut seconds = vec![(0, 0); ranked.len()];
        for (rank, pair) in ranked.iter().enumerate() {
            let slot = &mut next[pair.first as usize];
            seconds[*slot] = (pair.second, rank as u32);
            *slot += 1;
        }
        Self { starts, seconds }
    }

    fn row(&self, first: u32) -> &[(u32, u32)] {
        &self.seconds[self.starts[first as usize]..self.starts[first as usize + 1]]
    }
}

/// The ranks of each instance's pairs. The pairs of one first object fill a place of their own in each row.
fn rows(
    (objects, chosen): (&PerspectiveIndex, &Chosen<'_>),
    partners: &Partners,
    observer: &dyn Observer,
) -> Result<Csr, Cancelled> {
    let mut offsets = vec![0_u64];
    for instance in 0..objects.by_instance.rows() {
        let held = chosen.row(instance as u32).len();
        let last = offsets[instance];
        offsets.push(last + pairs_before(held, held) as u64);
    }
    let slots: Vec<AtomicU32> =
        (0..offsets[offsets.len() - 1]).into_par_iter().map(|_| AtomicU32::new(u32::MAX)).collect();
    jobs(objects.entities()).try_for_each(|firsts| {
        let mut rank_with = vec![0_u32; objects.entities()];
        for first in firsts {
            observer.go_on()?;
            for &(second, rank) in partners.row(first) {
                rank_with[second as usize] = rank;
            }
            for (instance, place, row) in chosen.places(objects, first) {
                let start = offsets[instance as usize] as usize + pairs_before(place, row.len());
                for (slot, &second) in slots[start..].iter().zip(&row[place + 1..]) {
                    slot.store(rank_with[second as usize], Ordering::Relaxed);
                }
            }
        }
        Ok(())
    })?;
    let mut rows = Csr::from_parts(offsets, slots.into_iter().map(AtomicU32::into_inner).collect());
    rows.each_row_mut(&|row| row.sort_unstable());
    Ok(rows)
}

/// How many of the pairs of `held` things have one of the first `place` things as their first.
fn pairs_before(place: usize, held: usize) -> usize {
    place * held - place * (place + 1) / 2
}
