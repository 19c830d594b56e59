//! Who may work in a folder of pictures or of a model: one process at a time.
//!
//! Invariant: whoever waits can be cancelled; the lock goes with its holder, however that ends.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// The file that is locked.
const NAME: &str = ".lock";
/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until no other process works in the folder, which is made where it is not; the lock is held until the file is dropped.
/// `waiting` is asked before each pause whether to go on.
///
/// # Errors
/// That of `refused`, which is given the file that cannot be locked and why; that of `waiting`.
pub fn alone<E>(
    folder: &Path,
    refused: impl Fn(&Path, io::Error) -> E,
    mut waiting: impl FnMut() -> Result<(), E>,
) -> Result<File, E> {
    let path = folder.join(NAME);
    let failed = |cause| refused(&path, cause);
    fs::create_dir_all(folder).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        waiting()?;
        std::thread::sleep(PAUSE);
    }
}
