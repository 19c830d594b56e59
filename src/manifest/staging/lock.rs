//! Who may write to a target: one process at a time.
//!
//! Invariant: the lock is the system's, so that it goes with the process that holds it, however that ends.

use std::fs::File;
use std::path::Path;

use super::super::ManifestError;
use super::naming::refused;
use super::{LOCK, NAME};
use crate::progress::Observer;

/// How often, every hundredth of a second, a lock that someone holds is asked for again. The system's call that waits for a lock has no
/// time limit and cannot be called off, and whoever holds one for longer than this is another export, which is not waited for.
const PATIENCE: u32 = 20;

/// Takes hold of the target, or says that another process has it.
pub(super) fn locked(folder: &Path, observer: &dyn Observer) -> Result<File, ManifestError> {
    let file = File::create(folder.join(NAME).join(LOCK)).map_err(refused(folder))?;
    #[cfg(unix)]
    for attempt in 0.. {
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) if observer.cancelled() => return Err(ManifestError::Cancelled),
            Err(rustix::io::Errno::WOULDBLOCK) if attempt == PATIENCE => {
                return Err(ManifestError::Busy { path: folder.to_owned() });
            }
            // A program that is just being started has copies of all that is open, for a moment.
            Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(std::time::Duration::from_millis(10)),
            // A file system without locks has to do without.
            Ok(()) | Err(_) => break,
        }
    }
    Ok(file)
}
