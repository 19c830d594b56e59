//! A file that grows in the staging folder.
//!
//! Invariant: a mark is taken down only once everything before it is on disk.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use super::ManifestError;
use super::staging::{Finished, Joint, Staging};

/// How far a file is written: its bytes, the next instance, and the rows so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) bytes: u64,
    pub(super) next: u64,
    pub(super) rows: u64,
}

/// A file that grows.
pub(super) struct Output<'s> {
    staging: &'s mut Staging,
    name: String,
    file: BufWriter<File>,
    bytes: u64,
    start: Mark,
    marked: u64,
}

impl<'s> Output<'s> {
    /// How much is gathered before the system is asked to write.
    const BUFFER: usize = 1 << 20;

    /// Opens the file and cuts it to what is known to be whole.
    pub(super) fn open(staging: &'s mut Staging, name: &str, mark: Mark) -> Result<Self, ManifestError> {
        let path = staging.growing(name);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let cut = opened.and_then(|mut file| {
            // A file that lost what was on disk is as good as a new one.
            let mark = if file.metadata()?.len() < mark.bytes { Mark::default() } else { mark };
            file.set_len(mark.bytes)?;
            file.seek(SeekFrom::Start(mark.bytes))?;
            Ok((file, mark))
        });
        let (file, start) = cut.map_err(|cause| ManifestError::Unwritable { path: staging.place(name), cause })?;
        let file = BufWriter::with_capacity(Self::BUFFER, file);
        Ok(Self { staging, name: name.to_owned(), file, bytes: start.bytes, start, marked: start.bytes })
    }

    /// Where the writing goes on; all zero for a new file.
    pub(super) const fn start(&self) -> Mark {
        self.start
    }

    /// The bytes so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), ManifestError> {
        self.write_all(bytes).map_err(|cause| self.refused(cause))
    }

    /// Tells that everything before instance `next` is appended; now and then it is brought to the disk.
    pub(super) fn mark(&mut self, next: usize, rows: u64) -> Result<(), ManifestError> {
        if self.bytes - self.marked < self.staging.step {
            return Ok(());
        }
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.map_err(|cause| self.refused(cause))?;
        self.marked = self.bytes;
        self.staging.mark(&self.name, Mark { bytes: self.bytes, next: next as u64, rows })
    }

    /// Brings everything to the disk and says so.
    pub(super) fn finish(self, rows: u64, joint: Joint) -> Result<Finished, ManifestError> {
        let Self { staging, name, file, bytes, .. } = self;
        let path = staging.place(&name);
        let synced = file.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        synced.map_err(|cause| ManifestError::Unwritable { path, cause })?;
        let finished = Finished { name, rows, bytes, joint };
        staging.finish(finished.clone())?;
        Ok(finished)
    }

    /// The error of a write that the system refused.
    pub(super) fn refused(&self, cause: std::io::Error) -> ManifestError {
        ManifestError::Unwritable { path: self.staging.place(&self.name), cause }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
