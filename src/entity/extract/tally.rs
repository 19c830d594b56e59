//! Counts so far, for those who watch an extraction.
//!
//! Invariant: tells a few times a second at most, and never makes the work wait for a listener it did not call.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::chunk::Chunk;
use super::interner::locked;
use crate::column::Csr;
use crate::entity::Perspective;
use crate::progress::{Observer, Stage};

const INTERVAL: Duration = Duration::from_millis(200);

/// Counts of each perspective by entity number, and when they were last told.
pub(super) struct Tally<'a> {
    observer: &'a dyn Observer,
    total: u64,
    done: AtomicU64,
    counts: Mutex<[Vec<u32>; 5]>,
    told: Mutex<Option<Instant>>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(observer: &'a dyn Observer, instances: usize) -> Self {
        let (counts, told) = (Mutex::default(), Mutex::default());
        Self { observer, total: instances as u64, done: AtomicU64::new(0), counts, told }
    }

    /// Adds a finished chunk.
    pub(super) fn add(&self, chunk: &Chunk) {
        let instances = chunk.rows.iter().map(Csr::rows).max().unwrap_or(0).max(chunk.words.len());
        for (counts, rows) in locked(&self.counts).iter_mut().zip(&chunk.rows) {
            for &number in rows.values() {
                if number as usize >= counts.len() {
                    counts.resize(number as usize + 1, 0);
                }
                counts[number as usize] += 1;
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
                .filter(|(_, counts)| !counts.is_empty())
                .map(|(perspective, counts)| (perspective, counts.clone()))
                .collect()
        });
        *told = Some(Instant::now());
    }
}
