//! A file that grows in the staging folder.
//!
//! At a checkpoint another thread waits for the disk while this one writes on; what it waited for is taken down at the next one.
//!
//! Invariant: a mark is taken down only once everything before it is on disk.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::thread::JoinHandle;

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
    staging: &'s Staging,
    name: String,
    file: BufWriter<File>,
    bytes: u64,
    start: Mark,
    marked: u64,
    /// A checkpoint on its way to the disk.
    pending: Option<(JoinHandle<std::io::Result<()>>, Mark)>,
    /// The number of the system's error at the first write that it refused.
    refusal: Option<i32>,
}

impl<'s> Output<'s> {
    /// How much is gathered before the system is asked to write.
    const BUFFER: usize = 1 << 20;

    /// Opens the file and cuts it to what is known to be whole.
    pub(super) fn open(staging: &'s Staging, name: &str, mark: Mark) -> Result<Self, ManifestError> {
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
        Ok(Self {
            staging,
            name: name.to_owned(),
            file,
            bytes: start.bytes,
            start,
            marked: start.bytes,
            pending: None,
            refusal: None,
        })
    }

    /// To be written from its first byte on: what is on disk already is passed over. For files whose places hang on all before them
    /// and whose bytes need not be made.
    pub(super) const fn replayed(mut self) -> Self {
        self.bytes = 0;
        self
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
        let known = self.start.bytes.saturating_sub(self.bytes).min(bytes.len() as u64);
        self.bytes += known;
        self.write_all(&bytes[known as usize..]).map_err(|cause| self.refused(cause))
    }

    /// True when with so many bytes more a checkpoint is due.
    pub(super) const fn is_due(&self, more: usize) -> bool {
        (self.bytes + more as u64).saturating_sub(self.marked) >= self.staging.step
    }

    /// Tells that everything before instance `next` is appended; now and then it is brought to the disk.
    pub(super) fn mark(&mut self, next: usize, rows: u64) -> Result<(), ManifestError> {
        if !self.is_due(0) {
            return Ok(());
        }
        self.settle()?;
        let mark = Mark { bytes: self.bytes, next: next as u64, rows };
        let file = self.file.flush().and_then(|()| self.file.get_ref().try_clone());
        let file = file.map_err(|cause| self.refused(cause))?;
        self.marked = self.bytes;
        let synced = std::thread::Builder::new().name("sync".into()).spawn(move || file.sync_data());
        self.pending = Some((synced.map_err(|cause| self.refused(cause))?, mark));
        Ok(())
    }

    /// Waits for the checkpoint that is on its way, and takes it down.
    fn settle(&mut self) -> Result<(), ManifestError> {
        let Some((thread, mark)) = self.pending.take() else { return Ok(()) };
        let synced = thread.join().unwrap_or_else(|_| Err(std::io::Error::other("the thread that syncs is gone")));
        synced.map_err(|cause| self.refused(cause))?;
        self.staging.mark(&self.name, mark)
    }

    /// Brings everything to the disk and says so.
    pub(super) fn finish(mut self, rows: u64, joint: Joint) -> Result<Finished, ManifestError> {
        self.settle()?;
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|cause| self.refused(cause))?;
        let finished = Finished { name: self.name.clone(), rows, bytes: self.bytes, joint, digest: None };
        self.staging.finish(finished.clone())?;
        Ok(finished)
    }

    /// Why the system refused to write, when it did: libraries that write here may tell it in other words.
    pub(super) fn refusal(&self) -> Option<std::io::Error> {
        self.refusal.map(std::io::Error::from_raw_os_error)
    }

    /// The error of a write that the system refused.
    pub(super) fn refused(&self, cause: std::io::Error) -> ManifestError {
        ManifestError::Unwritable { path: self.staging.place(&self.name), cause }
    }
}

impl Drop for Output<'_> {
    /// What a stopped run brought to the disk is not lost.
    fn drop(&mut self) {
        // Whoever drops an unfinished file has an error of its own to tell.
        let _ = self.settle();
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes).inspect_err(|cause| {
            self.refusal = self.refusal.or_else(|| cause.raw_os_error());
        })?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush().inspect_err(|cause| self.refusal = self.refusal.or_else(|| cause.raw_os_error()))
    }
}
