//! The on-disk cache of indexes: reopening a dataset costs its fingerprint and one read.
//!
//! Invariant: never trusted. A file whose magic, version, key, lengths, checksums or offsets do not hold is as good as absent,
//! and the index is built again; a reader never sees half a file.

mod content;
mod key;
mod measures;
mod sections;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use etcetera::BaseStrategy;

pub use key::Key;

use super::{DatasetFacts, Index};

/// All cached indexes together stay below this many bytes; the oldest go first.
const MOST_BYTES: u64 = 8 << 30;
const EXTENSION: &str = "fantail-index";

/// A folder of cached indexes, or none.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    folder: Option<PathBuf>,
}

/// Why a cached index was not used.
#[derive(Debug, thiserror::Error)]
pub enum Miss {
    /// There is none.
    #[error("no cached index")]
    Absent,
    /// It cannot be read.
    #[error("the cached index cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It was made by another version, from other data or with other settings.
    #[error("the cached index is stale")]
    Stale,
    /// Its content is not what was written.
    #[error("the cached index is damaged: {0}")]
    Damaged(&'static str),
}

impl Cache {
    /// The user's: `FANTAIL_CACHE_DIR`, else `fantail` under the cache folder of the platform. None without a home folder.
    #[must_use]
    pub fn of_user() -> Self {
        let chosen = std::env::var_os("FANTAIL_CACHE_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let usual = || etcetera::choose_base_strategy().ok().map(|platform| platform.cache_dir().join("fantail"));
        Self { folder: chosen.or_else(usual) }
    }

    /// A cache in `folder`, which is made when it is first needed.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: Some(folder.to_path_buf()) }
    }

    /// No cache: nothing is found and nothing kept.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Where the cached indexes are.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The file of a key.
    #[must_use]
    pub fn file(&self, key: &Key) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(key.name()).with_extension(EXTENSION))
    }

    /// Loads the index of a key, and the facts about its dataset.
    ///
    /// # Errors
    /// [`Miss`], after which the index must be built.
    pub fn load(&self, key: &Key) -> Result<(Index, DatasetFacts), Miss> {
        let path = self.file(key).ok_or(Miss::Absent)?;
        let file = fs::File::open(&path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => Miss::Absent,
            _ => Miss::Unreadable(cause),
        })?;
        content::read(file, key)
    }

    /// Keeps an index: written beside its place, synced, renamed; then the oldest are removed until all fit.
    ///
    /// # Errors
    /// What the system says; the caller may go on without a cache.
    pub fn store(&self, key: &Key, index: &Index, facts: &DatasetFacts) -> std::io::Result<()> {
        static WRITES: AtomicU32 = AtomicU32::new(0);
        let (Some(folder), Some(path)) = (&self.folder, self.file(key)) else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let unique = format!("{}-{}", std::process::id(), WRITES.fetch_add(1, Ordering::Relaxed));
        let temporary = path.with_extension(format!("{unique}.part"));
        let written =
            fs::File::create(&temporary).and_then(|file| content::write(&file, key, (index, facts))?.sync_all());
        if let Err(cause) = written.and_then(|()| fs::rename(&temporary, &path)) {
            // The first cause is the one to tell; a part that stays is removed with the oldest.
            let _ = fs::remove_file(&temporary);
            return Err(cause);
        }
        make_room(folder, &path);
        Ok(())
    }
}

/// Removes the oldest files, `newest` excepted, until the rest fits. What cannot be removed stays.
fn make_room(folder: &Path, newest: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let ours = path.extension().is_some_and(|extension| extension == EXTENSION || extension == "part");
            let about = path.metadata().ok()?;
            (ours && path != newest).then_some((about.modified().ok()?, about.len(), path))
        })
        .collect();
    files.sort();
    let newest = newest.metadata().map_or(0, |about| about.len());
    let mut held = newest + files.iter().map(|file| file.1).sum::<u64>();
    for (_, length, path) in files {
        if held <= MOST_BYTES {
            return;
        }
        if fs::remove_file(path).is_ok() {
            held -= length;
        }
    }
}
