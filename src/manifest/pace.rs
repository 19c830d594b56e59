//! How far the writing of all files of a manifest is.
//!
//! Invariant: asks whether to stop each time that it tells how far it is.

use super::ManifestError;
use crate::progress::{Observer, Stage};

/// Instances between two reports of progress.
pub(super) const STEP: usize = 4096;

/// Tells the progress of one file among several.
pub(super) struct Pace<'a> {
    pub(super) observer: &'a dyn Observer,
    /// Instances in the files before this one.
    pub(super) before: u64,
    /// Instances in all files.
    pub(super) total: u64,
}

impl Pace<'_> {
    /// So many instances of this file are done.
    pub(super) fn reached(&self, done: usize) -> Result<(), ManifestError> {
        if self.observer.cancelled() {
            return Err(ManifestError::Cancelled);
        }
        self.observer.advanced(Stage::Write, (self.before + done as u64).min(self.total), self.total);
        Ok(())
    }
}
