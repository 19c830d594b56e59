//! One job at a time makes pictures in a folder: the shards of an export share one.
//!
//! Invariant: whoever waits can be cancelled; the lock goes with its holder, however that ends.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::job::{End, Event, Listener};
use crate::manifest::ManifestError;

/// The file that is locked.
const NAME: &str = ".lock";
/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Waits until no other job works in the folder; the lock is held until the file is dropped.
pub(in crate::job) fn alone(folder: &Path, listener: &dyn Listener) -> Result<File, End> {
    let path = folder.join(NAME);
    let failed = |cause| super::unwritten(ManifestError::Unwritable { path: path.clone(), cause });
    fs::create_dir_all(folder).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        if !told {
            let line = format!("another job makes pictures in {}: waiting for it", folder.display());
            listener.tell(Event::Log { line });
            told = true;
        }
        listener.go_on().map_err(|_| End::Cancelled)?;
        std::thread::sleep(PAUSE);
    }
}
