//! One worker at a time writes in a folder: the one before it may still be ending, when whoever started it was killed.
//!
//! Invariant: a worker that waits is cancelled as one that works.

use std::fs::File;
use std::path::Path;

use fantail::job::worker;

use crate::engine::End;
use crate::session::Session;
use crate::torch::error::TorchError;

/// Waits until no other worker writes in a folder; the lock is held until the file is dropped.
///
/// # Errors
/// The folder cannot be written to, or the task is cancelled.
pub fn alone(folder: &Path, session: &Session) -> Result<File, End> {
    worker::alone(folder, |path, cause| super::end(TorchError::file(path, cause)), || session.go_on())
}
