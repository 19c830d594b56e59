//! Walks over the records of a text file on all cores and keeps, of each, only where it is and the hash of its id.
//!
//! A format says where the step at a position ends ([`Walk::step`], a function of the position alone) and guesses the
//! first step after any position ([`Walk::align`]). Chunks start at guesses and run at the same time; a chunk counts only if
//! the one before it ends exactly where it starts, and is walked again from there if not. The result is that of one walk
//! from the first byte, whatever the number of threads.
//!
//! Invariant: no byte of a record is kept; every step is a record or a fault, so nothing is lost silently.

use std::ops::Range;

use rayon::prelude::*;

use super::meter::Phase;
use super::{SetAsideKind, SourceError};

/// How many bytes one task walks.
const CHUNK: usize = 4 << 20;

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: SetAsideKind,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(kind: SetAsideKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// One record or one fault.
pub(crate) struct Step {
    /// The record's bytes, or those that are set aside.
    pub(crate) span: Range<usize>,
    /// Where the next step starts; after `span` and after the start of this step.
    pub(crate) next: usize,
    /// The hash of the record's id, `None` when it has no id, or what is wrong with it.
    pub(crate) outcome: Result<Option<u64>, Fault>,
}

/// How a format's records follow each other.
pub(crate) trait Walk: Sync {
    /// The step at `at`; `None` after the last one.
    fn step(&self, bytes: &[u8], at: usize) -> Option<Step>;

    /// A guess at the first step at or after `at`; the end of the bytes when there is none.
    fn align(&self, bytes: &[u8], at: usize) -> usize;
}

/// Where the usable records are.
#[derive(Default)]
pub(crate) struct Spans {
    offsets: Vec<u64>,
    lengths: Vec<u32>,
    /// For each row that is not usable, its row minus the number of those before it: ascending.
    gaps: Vec<u64>,
}

impl Spans {
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// The bytes of usable record `index`.
    pub(crate) fn range(&self, index: usize) -> Range<usize> {
        let start = self.offsets[index] as usize;
        start..start + self.lengths[index] as usize
    }

    /// The row of usable record `index` among all rows of the file.
    pub(crate) fn row(&self, index: usize) -> u64 {
        index as u64 + self.gaps.partition_point(|&gap| gap <= index as u64) as u64
    }

    /// Drops the records at `indices`, ascending.
    fn remove(&mut self, indices: &[usize]) {
        let rows: Vec<u64> = indices.iter().map(|&index| self.row(index)).collect();
        let mut gaps: Vec<u64> = self.gaps.iter().enumerate().map(|(before, gap)| gap + before as u64).collect();
        gaps.extend(rows);
        gaps.sort_unstable();
        self.gaps = gaps.into_iter().enumerate().map(|(before, row)| row - before as u64).collect();
        retain_except(&mut self.offsets, indices);
        retain_except(&mut self.lengths, indices);
    }
}

fn retain_except<T>(list: &mut Vec<T>, indices: &[usize]) {
    let mut at = 0;
    let mut next = indices.iter().peekable();
    list.retain(|_| {
        let gone = next.next_if(|&&index| index == at).is_some();
        at += 1;
        !gone
    });
}

/// A fault with its place in the file.
#[derive(Clone, Debug)]
pub(crate) struct Aside {
    pub(crate) row: u64,
    pub(crate) offset: u64,
    pub(crate) fault: Fault,
}

/// What a walk found.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) spans: Spans,
    /// The id hash of each usable record; 0 for those in `unnamed`.
    pub(crate) id_hashes: Vec<u64>,
    /// Which usable records have no id, ascending.
    pub(crate) unnamed: Vec<usize>,
    pub(crate) aside: Vec<Aside>,
    /// All rows, usable or not.
    pub(crate) rows: u64,
}

impl Walked {
    /// Sets aside the records without an id when others have one; true when no record has any.
    pub(crate) fn settle_ids(&mut self) -> bool {
        if self.unnamed.len() == self.id_hashes.len() {
            return true;
        }
        let fault = Fault::new(SetAsideKind::MissingId, "the record has no id while others of its file have one");
        for &index in &self.unnamed {
            let offset = self.spans.range(index).start as u64;
            self.aside.push(Aside { row: self.spans.row(index), offset, fault: fault.clone() });
        }
        self.aside.sort_by_key(|aside| aside.row);
        self.spans.remove(&self.unnamed);
        retain_except(&mut self.id_hashes, &self.unnamed);
        self.unnamed.clear();
        false
    }

    fn append(&mut self, chunk: Chunk) {
        let (first, first_row) = (self.id_hashes.len(), self.rows);
        self.spans.offsets.extend(chunk.offsets);
        self.spans.lengths.extend(chunk.lengths);
        self.id_hashes.extend(chunk.id_hashes);
        self.unnamed.extend(chunk.unnamed.into_iter().map(|index| first + index));
        for mut aside in chunk.aside {
            aside.row += first_row;
            self.spans.gaps.push(aside.row - self.aside.len() as u64);
            self.aside.push(aside);
        }
        self.rows += chunk.rows;
    }
}

#[derive(Default)]
struct Chunk {
    offsets: Vec<u64>,
    lengths: Vec<u32>,
    id_hashes: Vec<u64>,
    unnamed: Vec<usize>,
    aside: Vec<Aside>,
    rows: u64,
    start: usize,
    /// Where the next chunk was guessed to start.
    until: usize,
    /// Where the first step after this chunk does start.
    end: usize,
}

/// Walks over all records of `bytes` from `body.start` on.
pub(crate) fn walk<W: Walk>(walk: &W, bytes: &[u8], from: usize, phase: &Phase<'_>) -> Result<Walked, SourceError> {
    let count = bytes.len().div_ceil(CHUNK).max(1);
    let bound = |number: usize| match number {
        0 => from,
        _ if number == count => bytes.len(),
        _ => walk.align(bytes, (number * CHUNK).max(from)),
    };
    let chunks: Vec<Chunk> = (0..count)
        .into_par_iter()
        .map(|number| {
            let chunk = walk_chunk(walk, bytes, bound(number)..bound(number + 1));
            phase.add((bytes.len() / count) as u64).map(|()| chunk)
        })
        .collect::<Result<_, _>>()?;
    let mut walked = Walked::default();
    let mut at = from;
    for guess in chunks {
        let chunk = if guess.start == at {
            guess
        } else {
            phase.check()?;
            walk_chunk(walk, bytes, at..guess.until)
        };
        at = chunk.end;
        walked.append(chunk);
    }
    Ok(walked)
}

fn walk_chunk<W: Walk>(walk: &W, bytes: &[u8], range: Range<usize>) -> Chunk {
    let mut chunk = Chunk { start: range.start, until: range.end, end: range.start, ..Chunk::default() };
    while chunk.end < range.end {
        let Some(step) = walk.step(bytes, chunk.end) else {
            chunk.end = bytes.len();
            break;
        };
        chunk.end = step.next;
        chunk.take(step);
    }
    chunk
}

impl Chunk {
    fn take(&mut self, step: Step) {
        let row = self.rows;
        self.rows += 1;
        let offset = step.span.start as u64;
        let outcome = u32::try_from(step.span.len())
            .map_err(|_| Fault::new(SetAsideKind::BadJson, "the record is larger than 4 GiB"))
            .and_then(|length| step.outcome.map(|id| (length, id)));
        match outcome {
            Err(fault) => self.aside.push(Aside { row, offset, fault }),
            Ok((length, id)) => {
                if id.is_none() {
                    self.unnamed.push(self.offsets.len());
                }
                self.offsets.push(offset);
                self.lengths.push(length);
                self.id_hashes.push(id.unwrap_or(0));
            }
        }
    }
}

#[cfg(test)]
mod tests;
