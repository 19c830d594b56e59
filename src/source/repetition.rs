//! Records with an id that an earlier record has: the same record once more, or another one.
//!
//! Invariant: a repetition is told by its bytes, or by all that is read of it where its format has none; whatever else has a
//! used id is set aside with the place of the first.

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::identity::duplicates;
use super::{Dataset, Instance, SetAside, SetAsideKind};

/// Keeps the records that are an earlier one once more, and sets aside those that only have its id.
pub(super) fn settle(dataset: &mut Dataset) {
    let found = duplicates(&dataset.id_hashes, &|number| read_alone(dataset, number).id.into_owned());
    if found.is_empty() {
        return;
    }
    let is_same = |&&(later, first): &&(usize, usize)| match (raw_alone(dataset, later), raw_alone(dataset, first)) {
        (Some(later), Some(first)) => later == first,
        _ => read_alone(dataset, later) == read_alone(dataset, first),
    };
    let (again, others): (Vec<_>, Vec<_>) = found.iter().partition(is_same);
    let asides: Vec<SetAside> = others.iter().map(|pair| aside_of(dataset, *pair)).collect();
    let mut occurrences: FxHashMap<usize, u64> = FxHashMap::default();
    for &(later, first) in &again {
        let count = occurrences.entry(first).or_insert(0);
        *count += 1;
        dataset.id_hashes[later] = occurrence_hash(dataset.id_hashes[first], *count);
    }
    let mut gone = others.iter().map(|pair| pair.0).peekable();
    let mut number = 0;
    dataset.id_hashes.retain(|_| {
        let goes = gone.next_if(|&next| next == number).is_some();
        number += 1;
        !goes
    });
    let remaining = |number: usize| (number - others.partition_point(|pair| pair.0 < number)) as u32;
    dataset.copies = again.iter().map(|&(later, first)| (remaining(later), remaining(first))).collect();
    dataset.repeats = others.iter().enumerate().map(|(before, pair)| pair.0 - before).collect();
    dataset.set_aside.extend(asides);
    if let Some(&(number, first)) = dataset.copies.first() {
        let (row, first) = (dataset.row(number as usize), dataset.row(first as usize));
        let count = dataset.copies.len();
        dataset.warnings.push(match count {
            1 => format!("1 record is an earlier one once more and counts as a repeat: row {row}, like row {first}"),
            _ => format!(
                "{count} records are an earlier one once more and count as repeats; the first is row {row}, like row {first}"
            ),
        });
    }
}

/// The key that the draws of a repetition hang on; `occurrence` is 1 for the first repetition.
#[must_use]
pub fn occurrence_hash(id_hash: u64, occurrence: u64) -> u64 {
    let mut bytes = [0_u8; 16];
    bytes[..8].copy_from_slice(&id_hash.to_le_bytes());
    bytes[8..].copy_from_slice(&occurrence.to_le_bytes());
    xxh3_64(&bytes)
}

/// A record without what is joined to it.
fn read_alone(dataset: &Dataset, number: usize) -> Instance<'_> {
    let mut instance = Instance::default();
    if let Some((reader, row)) = dataset.locate(number) {
        reader.read(row, &mut instance);
    }
    instance
}

fn raw_alone(dataset: &Dataset, number: usize) -> Option<&[u8]> {
    dataset.locate(number).and_then(|(reader, row)| reader.raw(row))
}

fn aside_of(dataset: &Dataset, (later, first): (usize, usize)) -> SetAside {
    let place = |number: usize| {
        let file = dataset.slot(number).and_then(|(file, _)| dataset.files.get(file)).cloned();
        (file.unwrap_or_default(), dataset.place(number))
    };
    let ((file, at), (first_file, first_at)) = (place(later), place(first));
    let first_row = first_at.map_or(0, |at| at.row);
    let elsewhere = if file == first_file { String::new() } else { format!(" of {}", first_file.display()) };
    let id = read_alone(dataset, later).id;
    let message = format!("id '{id}' is that of row {first_row}{elsewhere}, whose content differs");
    let (row, offset) = at.map_or((0, 0), |at| (at.row, at.offset));
    SetAside { file, row, offset, kind: SetAsideKind::DuplicateId, message }
}
