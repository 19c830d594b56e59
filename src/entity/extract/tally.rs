//! Counts so far, for those who watch an extraction.
//!
//! Invariant: tells a few times a second at most, and never makes the work wait for a listener it did not call; spellings that the
//! index makes one entity are one here, too.

mod spelling;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::chunk::Chunk;
use super::interner::{Interner, locked};
use crate::column::Csr;
use crate::entity::Perspective;
use crate::progress::{Observer, Stage};
use spelling::Spellings;

const INTERVAL: Duration = Duration::from_millis(200);

/// Counts of each perspective by entity number, and when they were last told.
pub(super) struct Tally<'a> {
    names: &'a [Interner; 5],
    observer: &'a dyn Observer,
    total: u64,
    done: AtomicU64,
    counts: Mutex<[Counts; 5]>,
    told: Mutex<Option<Instant>>,
}

/// The counts of one perspective.
#[derive(Default)]
struct Counts {
    /// How many instances hold each number; of several spellings the first one's number has them all.
    held: Vec<u32>,
    spellings: Spellings,
    row: Vec<u32>,
}

impl Counts {
    fn add(&mut self, number: u32) {
        let number = number as usize;
        if number >= self.held.len() {
            self.held.resize(number + 1, 0);
        }
        self.held[number] += 1;
    }

    /// Counts what one instance holds, each entity once however many spellings of it there are.
    fn add_folded(&mut self, numbers: &[u32]) {
        let mut row = std::mem::take(&mut self.row);
        row.clear();
        row.extend(numbers.iter().map(|&number| self.spellings.first(number)));
        row.sort_unstable();
        row.dedup();
        for &number in &row {
            self.add(number);
        }
        self.row = row;
    }

    /// The counts of what was seen.
    fn seen(&self) -> Vec<u32> {
        self.held.iter().copied().filter(|&count| count > 0).collect()
    }
}

impl<'a> Tally<'a> {
    pub(super) fn new(observer: &'a dyn Observer, instances: usize, names: &'a [Interner; 5]) -> Self {
        let (counts, told) = (Mutex::default(), Mutex::default());
        Self { names, observer, total: instances as u64, done: AtomicU64::new(0), counts, told }
    }

    /// Adds a finished chunk.
    pub(super) fn add(&self, chunk: &Chunk) {
        let instances = chunk.rows.iter().map(Csr::rows).max().unwrap_or(0).max(chunk.words.len());
        let by_perspective = Perspective::ALL.into_iter().zip(self.names);
        for ((counts, rows), (perspective, names)) in
            locked(&self.counts).iter_mut().zip(&chunk.rows).zip(by_perspective)
        {
            if perspective.ignores_case() {
                counts.spellings.learn(perspective, names);
                (0..rows.rows()).for_each(|row| counts.add_folded(rows.row(row)));
            } else {
                rows.values().iter().for_each(|&number| counts.add(number));
            }
        }
        let done = self.done.fetch_add(instances as u64, Ordering::Relaxed) + instances as u64;
        self.observer.advanced(Stage::Extract, done, self.total);
        self.tell();
    }

    /// Tells that all is read, even if some instances had nothing.
    pub(super) fn finish(&self) {
        self.observer.advanced(Stage::Extract, self.total, self.total);
    }

    fn tell(&self) {
        // Who finds another thread telling has nothing to add.
        let Ok(mut told) = self.told.try_lock() else { return };
        if told.is_some_and(|told| told.elapsed() < INTERVAL) {
            return;
        }
        self.observer.counted(&|| {
            let counts = locked(&self.counts);
            let named = Perspective::ALL.into_iter().zip(counts.iter());
            named
                .filter(|(_, counts)| !counts.held.is_empty())
                .map(|(perspective, counts)| (perspective, counts.seen()))
                .collect()
        });
        *told = Some(Instant::now());
    }
}
