//! How far the writing of all files of a manifest is, and whether it should go on.
//!
//! Invariant: asks whether to stop each time that it tells how far it is; the sum over all files never goes back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::ManifestError;
use crate::progress::{Observer, Stage};

/// Instances between two reports of progress.
pub(super) const STEP: usize = 4096;

/// Files that are written side by side: one that fails stops the others.
pub(super) struct Lanes<'a> {
    observer: &'a dyn Observer,
    failed: AtomicBool,
    /// Instances of each format that are done.
    done: Vec<AtomicU64>,
    total: u64,
}

impl<'a> Lanes<'a> {
    /// So many formats of so many instances each.
    pub(super) fn new(observer: &'a dyn Observer, formats: usize, instances: usize) -> Self {
        let done = (0..formats).map(|_| AtomicU64::new(0)).collect();
        Self { observer, failed: AtomicBool::new(false), done, total: (formats * instances) as u64 }
    }

    /// Stops the others where one failed.
    pub(super) fn watched<T>(&self, outcome: Result<T, ManifestError>) -> Result<T, ManifestError> {
        if outcome.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        outcome
    }

    /// The pace of one of them.
    pub(super) const fn pace(&'a self, format: usize) -> Pace<'a> {
        Pace { lanes: self, format }
    }

    fn stopped(&self) -> bool {
        self.failed.load(Ordering::Acquire) || self.observer.cancelled()
    }
}

/// Tells the progress of one format among several.
pub(super) struct Pace<'a> {
    lanes: &'a Lanes<'a>,
    format: usize,
}

impl Pace<'_> {
    /// Goes on, unless the user or another file's failure stops it.
    pub(super) fn go_on(&self) -> Result<(), ManifestError> {
        if self.lanes.stopped() { Err(ManifestError::Cancelled) } else { Ok(()) }
    }

    /// So many instances of this format are done.
    pub(super) fn reached(&self, done: usize) -> Result<(), ManifestError> {
        self.go_on()?;
        if let Some(mine) = self.lanes.done.get(self.format) {
            mine.fetch_max(done as u64, Ordering::AcqRel);
        }
        let sum: u64 = self.lanes.done.iter().map(|done| done.load(Ordering::Acquire)).sum();
        self.lanes.observer.advanced(Stage::Write, sum.min(self.lanes.total), self.lanes.total);
        Ok(())
    }
}
