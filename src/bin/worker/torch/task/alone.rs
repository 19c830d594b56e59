//! One worker at a time writes in a folder: the one before it may still be ending, when whoever started it was killed.
//!
//! Invariant: whoever waits can be cancelled; the lock goes with its holder, however that ends.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::engine::End;
use crate::session::Session;
use crate::torch::error::TorchError;

/// The file that is locked.
const NAME: &str = ".lock";
/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until no other worker writes in a folder; the lock is held until the file is dropped.
///
/// # Errors
/// The folder cannot be written to, or the task is cancelled.
pub fn alone(folder: &Path, session: &Session) -> Result<File, End> {
    let path = folder.join(NAME);
    let failed = |cause| super::end(TorchError::file(&path, cause));
    fs::create_dir_all(folder).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        session.go_on()?;
        std::thread::sleep(PAUSE);
    }
}
