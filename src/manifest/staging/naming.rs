//! How files and folders get their final names.
//!
//! Invariant: without leave to replace, nothing that stands under a name is touched.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use super::super::ManifestError;

/// Gives a file its name, and replaces what has it where that is allowed.
pub(super) fn name_file(from: &Path, to: &Path, replace: bool) -> std::io::Result<()> {
    if replace { fs::rename(from, to) } else { name_new(from, to) }
}

/// Gives a folder its name. It cannot be renamed over one that is not empty: the old one makes room first, to `old`.
pub(super) fn name_folder(from: &Path, to: &Path, old: Option<&Path>) -> std::io::Result<()> {
    if to.symlink_metadata().is_ok() {
        let old = old.ok_or(ErrorKind::AlreadyExists)?;
        if old.symlink_metadata().is_ok() {
            fs::remove_dir_all(old)?;
        }
        fs::rename(to, old)?;
    }
    fs::rename(from, to)
}

/// Removes a file, or a folder with all that is in it; what is not there is gone already.
pub(super) fn remove(path: &Path) -> std::io::Result<()> {
    match path.symlink_metadata() {
        Ok(facts) if facts.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    }
}

/// A hard link is refused when the name is taken, which a rename is not.
fn name_new(from: &Path, to: &Path) -> std::io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(cause) if cause.kind() != ErrorKind::AlreadyExists && to.symlink_metadata().is_err() => {
            fs::rename(from, to)
        }
        // Killed between the link and the removal, a run before this one left both.
        Err(_) if is_same(from, to) => fs::remove_file(from),
        Err(cause) => Err(cause),
    }
}

#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let facts = |path: &Path| path.symlink_metadata().map(|facts| (facts.dev(), facts.ino())).ok();
    facts(one).is_some() && facts(one) == facts(other)
}

#[cfg(not(unix))]
fn is_same(_one: &Path, _other: &Path) -> bool {
    false
}

/// A new name itself must survive a power cut; folders cannot be synced everywhere.
pub(in super::super) fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

pub(in super::super) fn refused(path: &Path) -> impl FnOnce(std::io::Error) -> ManifestError + '_ {
    move |cause| ManifestError::Unwritable { path: path.to_owned(), cause }
}
