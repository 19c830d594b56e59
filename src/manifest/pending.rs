//! A file that does not have its name yet.
//!
//! Invariant: until it is published nothing stands under the final name; dropped before that, it leaves nothing behind.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::ManifestError;

/// A file under a temporary name beside its target.
#[derive(Debug)]
pub struct Pending {
    target: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
    bytes: u64,
}

impl Pending {
    /// How much is gathered before the system is asked to write.
    const BUFFER: usize = 1 << 20;

    /// Makes an empty file beside `target`.
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`] when the folder takes no file.
    pub fn beside(target: &Path) -> Result<Self, ManifestError> {
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let temporary = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create(&temporary)
            .map_err(|cause| ManifestError::Unwritable { path: target.to_path_buf(), cause })?;
        let file = Some(BufWriter::with_capacity(Self::BUFFER, file));
        Ok(Self { target: target.to_path_buf(), temporary, file, bytes: 0 })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`], such as when the disk is full.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ManifestError> {
        self.bytes += bytes.len() as u64;
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|cause| self.refused(cause))
    }

    /// The bytes appended so far.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Brings everything to the disk and closes the file.
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`].
    pub fn synced(mut self) -> Result<Self, ManifestError> {
        let Some(file) = self.file.take() else { return Ok(self) };
        let synced = file.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        synced.map_err(|cause| self.refused(cause))?;
        Ok(self)
    }

    /// Gives the file its name. Without `replace`, a file that came to be there in the meantime stays.
    ///
    /// # Errors
    /// [`ManifestError::Exists`] or [`ManifestError::Unwritable`].
    pub fn publish(self, replace: bool) -> Result<(), ManifestError> {
        let named = if replace { fs::rename(&self.temporary, &self.target) } else { self.name_new() };
        named.map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => ManifestError::Exists { path: self.target.clone() },
            _ => self.refused(cause),
        })?;
        // The new name itself must survive a power cut; folders cannot be synced everywhere.
        if let Some(folder) = self.target.parent() {
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    /// A hard link is refused when the name is taken, which a rename is not.
    fn name_new(&self) -> std::io::Result<()> {
        match fs::hard_link(&self.temporary, &self.target) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists && self.target.symlink_metadata().is_err() => {
                fs::rename(&self.temporary, &self.target)
            }
            linked => linked,
        }
    }

    fn refused(&self, cause: std::io::Error) -> ManifestError {
        ManifestError::Unwritable { path: self.target.clone(), cause }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
    }
}
