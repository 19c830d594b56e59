//! A folder of pictures that grows in the staging folder: links, or copies.
//!
//! Now and then what is new is brought to the disk, and how far that is is taken down; a later run goes on from there.
//!
//! Invariant: a picture never takes the name of another; what is taken down is on disk, with the folders that hold it.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ManifestError;
use super::native::{absolute, relative};
use super::output::Mark;
use super::staging::{Finished, Joint, Staging, refused, sync_folder};

/// So many files are brought to the disk at once: the disk takes together what is asked for together.
const SYNCS: usize = 16;
/// What a link, or a small picture, counts as at least between two checkpoints.
const LEAST: u64 = 4096;

/// A folder of pictures that grows.
pub(super) struct Album<'s> {
    staging: &'s Staging,
    name: String,
    growing: PathBuf,
    /// Where it will be; absolute.
    place: PathBuf,
    start: Mark,
    bytes: u64,
    rows: u64,
    /// What waits for the next checkpoint: its weight, the copies, and the folders in which something is new.
    waiting: u64,
    copies: Vec<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl<'s> Album<'s> {
    /// Opens the folder, with what is known to be whole in it.
    pub(super) fn open(staging: &'s Staging, name: &str) -> Result<Self, ManifestError> {
        let (growing, start) = staging.folder(name)?;
        let place = absolute(&staging.place(name));
        let folders = BTreeSet::from([growing.clone()]);
        let (copies, waiting) = (Vec::new(), 0);
        let Mark { bytes, rows, .. } = start;
        Ok(Self { staging, name: name.to_owned(), growing, place, start, bytes, rows, waiting, copies, folders })
    }

    /// The first instance that is not known to be whole.
    pub(super) const fn next(&self) -> usize {
        self.start.next as usize
    }

    /// Adds a link to a picture; where it leads is said relative to the folder's last place.
    pub(super) fn link(&mut self, picture: &Path, name: &Path) -> Result<(), ManifestError> {
        fs::metadata(picture).map_err(unreadable(picture))?;
        let (new, place) = self.free(name)?;
        let to = relative(place.parent().unwrap_or(&self.place), picture);
        link(&to, &new).map_err(refused(&place))?;
        self.added(to.as_os_str().len() as u64);
        Ok(())
    }

    /// Adds a copy of a picture.
    pub(super) fn copy(&mut self, picture: &Path, name: &Path) -> Result<(), ManifestError> {
        let (new, place) = self.free(name)?;
        let bytes = fs::copy(picture, &new).map_err(|cause| match fs::File::open(picture) {
            Ok(_) => refused(&place)(cause),
            Err(cause) => unreadable(picture)(cause),
        })?;
        self.copies.push(new);
        self.added(bytes);
        Ok(())
    }

    fn added(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.rows += 1;
        self.waiting += bytes.max(LEAST);
    }

    /// Where a picture of a name grows and will be. What a killed run left there behind its last checkpoint goes.
    fn free(&mut self, name: &Path) -> Result<(PathBuf, PathBuf), ManifestError> {
        let (new, place) = (self.growing.join(name), self.place.join(name));
        let folder = new.parent().unwrap_or(&self.growing).to_path_buf();
        if !self.folders.contains(&folder) {
            fs::create_dir_all(&folder).map_err(refused(&place))?;
            let inner = folder.ancestors().take_while(|folder| **folder != self.growing).map(Path::to_path_buf);
            self.folders.extend(inner.collect::<Vec<_>>());
        }
        if new.symlink_metadata().is_ok() {
            if self.start == Mark::default() {
                return Err(refused(&place)(ErrorKind::AlreadyExists.into()));
            }
            fs::remove_file(&new).map_err(refused(&place))?;
        }
        Ok((new, place))
    }

    /// Tells that everything before instance `next` is added; now and then it is brought to the disk.
    pub(super) fn mark(&mut self, next: usize) -> Result<(), ManifestError> {
        if self.waiting < self.staging.step {
            return Ok(());
        }
        self.sync()?;
        self.staging.mark(&self.name, Mark { bytes: self.bytes, next: next as u64, rows: self.rows })
    }

    /// Brings what is new to the disk, pictures before the folders that hold them.
    fn sync(&mut self) -> Result<(), ManifestError> {
        let copies = std::mem::take(&mut self.copies);
        let next = AtomicUsize::new(0);
        let some = || {
            while let Some(copy) = copies.get(next.fetch_add(1, Ordering::Relaxed)) {
                let opened = OpenOptions::new().read(true).write(cfg!(not(unix))).open(copy);
                opened.and_then(|file| file.sync_all()).map_err(refused(copy))?;
            }
            Ok::<(), ManifestError>(())
        };
        std::thread::scope(|scope| {
            let others = (1..SYNCS.min(copies.len())).map(|_| std::thread::Builder::new().spawn_scoped(scope, some));
            let others: Vec<_> = others.filter_map(Result::ok).collect();
            let mine = some();
            others.into_iter().fold(mine, |outcome, other| {
                outcome.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            })
        })?;
        self.folders.iter().rev().for_each(|folder| sync_folder(folder));
        self.folders = BTreeSet::from([self.growing.clone()]);
        self.waiting = 0;
        Ok(())
    }

    /// Brings everything to the disk and says so.
    pub(super) fn finish(mut self) -> Result<(), ManifestError> {
        self.sync()?;
        let Self { name, rows, bytes, .. } = self;
        self.staging.finish(Finished { name, rows, bytes, joint: Joint::Folder, digest: None })
    }
}

fn unreadable(picture: &Path) -> impl FnOnce(std::io::Error) -> ManifestError + '_ {
    move |cause| ManifestError::Picture { path: picture.to_owned(), cause }
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, from)
}

#[cfg(not(unix))]
fn link(to: &Path, from: &Path) -> std::io::Result<()> {
    let folder = from.parent().unwrap_or(Path::new("."));
    fs::copy(folder.join(to), from).map(drop)
}
