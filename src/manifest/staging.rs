//! The folder in which a manifest grows, inside its target, and how it gets its place.
//!
//! Files are written and synced here, some side by side; `state.json` says which are finished and how far the others are
//! known to be on disk. When all are, the state says so, and only then are they renamed, provenance last. A run that finds such a
//! state renames what is left, so that a manifest is always replaced as a whole, even by a process that was killed between two names.
//!
//! Invariant: nothing stands under a final name before everything is on disk; only one process writes to a target.

mod lock;
mod naming;
mod state;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) use naming::{refused, sync_folder};
pub(super) use state::{Finished, Joint, Section, place_of};

use super::output::{Mark, Output};
use super::{CALIBRATION, ManifestError, SHARD, Target};
use crate::progress::Observer;
use lock::locked;
use state::State;

/// The staging folder's name in the target; a leading dot, so that no one takes it for data.
pub(super) const NAME: &str = ".fantail-part";
const LOCK: &str = "lock";

/// An opened staging folder.
pub(super) struct Staging {
    target: PathBuf,
    home: PathBuf,
    state: Mutex<State>,
    /// Bytes between two checkpoints.
    pub(super) step: u64,
    /// Held as long as this process writes.
    _lock: File,
}

impl Staging {
    /// Opens the target's staging folder for what `key` stands for; a folder of something else, or without `resume`, starts empty.
    pub(super) fn open(target: &Target, key: String, observer: &dyn Observer) -> Result<Self, ManifestError> {
        let home = target.folder.join(NAME);
        fs::create_dir_all(&home).map_err(refused(&target.folder))?;
        let lock = locked(&target.folder, observer)?;
        let before = State::read(&home).filter(|state| !state.publishing);
        let discarded = discarded(before.as_ref(), target, &key);
        if let Some(reason) = discarded {
            observer.noted(&format!("what was left unfinished in {} starts over: {reason}", target.folder.display()));
        }
        let found = before.filter(|state| target.resume && state.key == key);
        if found.is_none() {
            empty(&home).map_err(refused(&home))?;
        }
        let mut state = found.unwrap_or(State { key, ..State::default() });
        state.replace = target.force;
        state.save(&home).map_err(refused(&target.folder))?;
        let state = Mutex::new(state);
        Ok(Self { target: target.folder.clone(), home, state, step: target.step, _lock: lock })
    }

    /// Gives their names to the files of a run that was killed while it did so; returns their key and what they are.
    pub(super) fn recover(
        folder: &Path,
        observer: &dyn Observer,
    ) -> Result<Option<(String, Vec<Finished>)>, ManifestError> {
        let home = folder.join(NAME);
        if !is_publishing(folder) {
            return Ok(None);
        }
        let lock = locked(folder, observer)?;
        // Once more, now that no one else changes it.
        let Some(state) = State::read(&home).filter(|state| state.publishing) else { return Ok(None) };
        let found = (state.key.clone(), state.finished.clone());
        let staging = Self { target: folder.to_owned(), home, state: Mutex::new(state), step: 0, _lock: lock };
        staging.name_all()?;
        Ok(Some(found))
    }

    /// True when a file or folder is finished.
    pub(super) fn is_finished(&self, name: &str) -> bool {
        self.state().finished.iter().any(|finished| finished.name == name)
    }

    /// Everything that is finished, in the order of a manifest.
    pub(super) fn all_finished(&self) -> Vec<Finished> {
        let mut finished = self.state().finished.clone();
        finished.sort_by_key(|file| place_of(&file.name));
        finished
    }

    /// The file of a name, to be written on from where it is known to be whole.
    pub(super) fn output(&self, name: &str) -> Result<Output<'_>, ManifestError> {
        let mark = self.state().current.get(name).copied().unwrap_or_default();
        Output::open(self, name, mark)
    }

    /// Where a folder of a name is to be filled, and how far it is known to be whole; without that, whatever was in it is gone.
    pub(super) fn folder(&self, name: &str) -> Result<(PathBuf, Mark), ManifestError> {
        let path = self.home.join(name);
        let mark = self.state().current.get(name).copied().filter(|_| path.is_dir()).unwrap_or_default();
        if mark == Mark::default() && path.symlink_metadata().is_ok() {
            fs::remove_dir_all(&path).map_err(refused(&path))?;
        }
        fs::create_dir_all(&path).map_err(refused(&self.target.join(name)))?;
        Ok((path, mark))
    }

    /// Takes down that a file or folder is whole and synced.
    pub(super) fn finish(&self, finished: Finished) -> Result<(), ManifestError> {
        let mut state = self.state();
        state.current.remove(&finished.name);
        state.finished.push(finished);
        state.save(&self.home).map_err(refused(&self.target))
    }

    /// Takes down how far a file is synced.
    pub(super) fn mark(&self, name: &str, mark: Mark) -> Result<(), ManifestError> {
        let mut state = self.state();
        state.current.insert(name.to_owned(), mark);
        state.save(&self.home).map_err(refused(&self.target))
    }

    /// Where the file of a name grows.
    pub(super) fn growing(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Where the file of a name will be.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// Gives all files their names; what an earlier manifest left over goes.
    pub(super) fn publish(&self, leftovers: Vec<String>) -> Result<(), ManifestError> {
        {
            let mut state = self.state();
            state.finished.sort_by_key(|file| place_of(&file.name));
            if state.replace {
                state.stale = leftovers;
            } else {
                let taken = state.finished.iter().map(|finished| self.place(&finished.name));
                if let Some(path) = taken.into_iter().find(|path| path.symlink_metadata().is_ok()) {
                    return Err(ManifestError::Exists { path });
                }
            }
            state.publishing = true;
            state.save(&self.home).map_err(refused(&self.target))?;
        }
        self.name_all()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name_all(&self) -> Result<(), ManifestError> {
        let state = self.state().clone();
        for finished in &state.finished {
            if [CALIBRATION, SHARD].contains(&finished.name.as_str()) {
                for name in &state.stale {
                    let path = self.place(name);
                    naming::remove(&path).map_err(refused(&path))?;
                }
            }
            self.name(&finished.name, state.replace)?;
        }
        sync_folder(&self.target);
        // What is left there is nothing that anyone needs.
        let _ = fs::remove_dir_all(&self.home);
        Ok(())
    }

    fn name(&self, name: &str, replace: bool) -> Result<(), ManifestError> {
        let (from, to) = (self.growing(name), self.place(name));
        if from.symlink_metadata().is_err() {
            // A run before this one came so far; else something took it away.
            return if to.symlink_metadata().is_ok() {
                Ok(())
            } else {
                Err(ManifestError::Unwritable { path: to, cause: ErrorKind::NotFound.into() })
            };
        }
        let named = if from.is_dir() {
            let old = self.home.join(".old");
            naming::name_folder(&from, &to, replace.then_some(old.as_path()))
        } else {
            naming::name_file(&from, &to, replace)
        };
        named.map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => ManifestError::Exists { path: to },
            _ => ManifestError::Unwritable { path: to, cause },
        })
    }

    /// Leaves behind what a later run can go on from, and nothing else.
    pub(super) fn leave(self, worth: bool) {
        if !worth || self.state().is_idle() {
            let _ = fs::remove_dir_all(&self.home);
        }
    }
}

/// Why the work that a run before this one left is of no use to it, where there is such work.
fn discarded(before: Option<&State>, target: &Target, key: &str) -> Option<&'static str> {
    before.filter(|state| !state.is_idle())?;
    if !target.resume {
        return Some("it is gone on from with --resume alone");
    }
    (before?.key != key).then_some("it is of another recipe, dataset or version")
}

/// True when a run was ended while it gave everything its name.
pub(super) fn is_publishing(folder: &Path) -> bool {
    State::read(&folder.join(NAME)).is_some_and(|state| state.publishing)
}

/// True when something is finished, or begun, that a later run can go on from.
pub(super) fn holds_work(folder: &Path) -> bool {
    State::read(&folder.join(NAME)).is_some_and(|state| !state.is_idle())
}

/// Removes what a run that was killed left when everything had its name; work that can be gone on from stays.
pub(super) fn sweep(folder: &Path, observer: &dyn Observer) {
    let home = folder.join(NAME);
    if home.is_dir() && locked(folder, observer).is_ok_and(|_lock| !holds_work(folder)) {
        let _ = fs::remove_dir_all(&home);
    }
}

/// Removes everything but the lock.
fn empty(home: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(home)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
