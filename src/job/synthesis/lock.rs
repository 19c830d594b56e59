//! One job at a time makes pictures in a folder: the shards of an export share one.
//!
//! Invariant: that a job waits is told, once.

use std::fs::File;
use std::path::Path;

use crate::job::{End, Event, Listener, worker};
use crate::manifest::ManifestError;

/// Waits until no other job works in the folder; the lock is held until the file is dropped.
pub(in crate::job) fn alone(folder: &Path, listener: &dyn Listener) -> Result<File, End> {
    let refused = |path: &Path, cause| super::unwritten(ManifestError::Unwritable { path: path.to_owned(), cause });
    let mut told = false;
    worker::alone(folder, refused, || {
        if !std::mem::replace(&mut told, true) {
            let line = format!("another job makes pictures in {}: waiting for it", folder.display());
            listener.tell(Event::Log { line });
        }
        listener.go_on().map_err(|_| End::Cancelled)
    })
}
