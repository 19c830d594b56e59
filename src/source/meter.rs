//! Turns the steps of opening files into one count of bytes, and asks between them whether to stop.
//!
//! Invariant: the count never runs backwards and ends at the sum of the files' sizes.

use std::sync::atomic::{AtomicU64, Ordering};

use super::SourceError;
use crate::progress::{Observer, Stage};

/// Progress over all files of a dataset.
pub(crate) struct Meter<'a> {
    observer: &'a dyn Observer,
    total: u64,
}

impl<'a> Meter<'a> {
    /// A meter over `total` bytes.
    pub(crate) fn new(observer: &'a dyn Observer, total: u64) -> Self {
        Self { observer, total }
    }

    /// The bytes of all files.
    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// The part of the work that moves the count over `bytes` in `units` steps.
    pub(crate) fn phase(&self, bytes: std::ops::Range<u64>, units: u64) -> Phase<'_> {
        Phase { meter: self, bytes, units: units.max(1), done: AtomicU64::new(0) }
    }
}

/// One step of the work on one file.
pub(crate) struct Phase<'a> {
    meter: &'a Meter<'a>,
    bytes: std::ops::Range<u64>,
    units: u64,
    done: AtomicU64,
}

impl Phase<'_> {
    /// Stops the work when the user asked for it.
    pub(crate) fn check(&self) -> Result<(), SourceError> {
        if self.meter.observer.cancelled() { Err(SourceError::Cancelled) } else { Ok(()) }
    }

    /// Adds finished units, tells the observer, and stops when the user asked for it.
    pub(crate) fn add(&self, units: u64) -> Result<(), SourceError> {
        let done = (self.done.fetch_add(units, Ordering::AcqRel) + units).min(self.units);
        let share = u128::from(self.bytes.end - self.bytes.start) * u128::from(done) / u128::from(self.units);
        self.meter.observer.advanced(Stage::Read, self.bytes.start + share as u64, self.meter.total);
        self.check()
    }
}
