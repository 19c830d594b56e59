//! The folder in which a manifest grows, inside its target, and how it gets its place.
//!
//! Files are written and synced here, one after the other; `state.json` says which are finished and how far the current one is
//! known to be on disk. When all are, the state says so, and only then are they renamed, provenance last. A run that finds such a
//! state renames what is left, so that a manifest is always replaced as a whole, even by a process that was killed between two names.
//!
//! Invariant: nothing stands under a final name before everything is on disk; only one process writes to a target.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::output::{Mark, Output};
use super::{ManifestError, Target};

/// The staging folder's name in the target; a leading dot, so that no one takes it for data.
pub(super) const NAME: &str = ".fantail-part";
const STATE: &str = "state.json";
const LOCK: &str = "lock";
/// How often, every hundredth of a second, a lock that someone holds is asked for again.
const PATIENCE: u32 = 20;

/// How the parts of a file that shards wrote make the file again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Joint {
    /// It is the same in every shard.
    Same,
    /// What is outside of the sections is the same in every shard; the insides follow each other.
    Sections(Vec<Section>),
    /// A Parquet table whose rows follow each other.
    Rows,
    /// A Parquet table whose row groups follow each other.
    RowGroups,
    /// A `.npy` array whose elements follow each other.
    Array,
    /// A folder whose files come together.
    Folder,
}

/// A part of a file that holds records: where it is, and what stands between two records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Section {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) between: Vec<u8>,
}

/// A file, or folder, that is whole and synced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Finished {
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) joint: Joint,
}

/// What is on disk.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// What the files are made of.
    key: String,
    finished: Vec<Finished>,
    /// How far the file that is being written is known to be whole.
    current: Option<(String, Mark)>,
    /// Everything is finished and gets its names.
    publishing: bool,
    /// Whether files that are there may be replaced.
    replace: bool,
}

/// An opened staging folder.
pub(super) struct Staging {
    target: PathBuf,
    home: PathBuf,
    state: State,
    /// Bytes between two checkpoints.
    pub(super) step: u64,
    /// Held as long as this process writes.
    _lock: File,
}

impl Staging {
    /// Opens the target's staging folder for what `key` stands for; a folder of something else, or without `resume`, starts empty.
    pub(super) fn open(target: &Target, key: String) -> Result<Self, ManifestError> {
        let home = target.folder.join(NAME);
        fs::create_dir_all(&home).map_err(refused(&target.folder))?;
        let lock = locked(&target.folder)?;
        let mut state = read(&home).filter(|state| target.resume && state.key == key && !state.publishing);
        if state.is_none() {
            empty(&home).map_err(refused(&home))?;
        }
        let mut state = state.take().unwrap_or(State { key, ..State::default() });
        state.replace = target.force;
        let staging = Self { target: target.folder.clone(), home, state, step: target.step, _lock: lock };
        staging.save()?;
        Ok(staging)
    }

    /// Gives their names to the files of a run that was killed while it did so; returns their key and what they are.
    pub(super) fn recover(folder: &Path) -> Result<Option<(String, Vec<Finished>)>, ManifestError> {
        let home = folder.join(NAME);
        if read(&home).is_none_or(|state| !state.publishing) {
            return Ok(None);
        }
        let lock = locked(folder)?;
        // Once more, now that no one else changes it.
        let Some(state) = read(&home).filter(|state| state.publishing) else { return Ok(None) };
        let staging = Self { target: folder.to_owned(), home, state, step: 0, _lock: lock };
        let found = (staging.state.key.clone(), staging.state.finished.clone());
        staging.name_all()?;
        Ok(Some(found))
    }

    /// A file or folder that is finished.
    pub(super) fn finished(&self, name: &str) -> Option<&Finished> {
        self.state.finished.iter().find(|finished| finished.name == name)
    }

    /// Everything that is finished, in order.
    pub(super) fn all_finished(&self) -> &[Finished] {
        &self.state.finished
    }

    /// The file of a name, to be written on from where it is known to be whole.
    pub(super) fn output(&mut self, name: &str) -> Result<Output<'_>, ManifestError> {
        let current = self.state.current.take().filter(|(current, _)| current == name);
        let mark = current.map_or(Mark::default(), |(_, mark)| mark);
        Output::open(self, name, mark)
    }

    /// Where a folder of a name is to be filled; whatever was in it is gone.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, ManifestError> {
        let path = self.home.join(name);
        if path.symlink_metadata().is_ok() {
            fs::remove_dir_all(&path).map_err(refused(&path))?;
        }
        fs::create_dir_all(&path).map_err(refused(&self.target.join(name)))?;
        Ok(path)
    }

    /// Takes down that a file or folder is whole and synced.
    pub(super) fn finish(&mut self, finished: Finished) -> Result<(), ManifestError> {
        self.state.current = None;
        self.state.finished.push(finished);
        self.save()
    }

    /// Takes down how far a file is synced.
    pub(super) fn mark(&mut self, name: &str, mark: Mark) -> Result<(), ManifestError> {
        self.state.current = Some((name.to_owned(), mark));
        self.save()
    }

    /// Where the file of a name grows.
    pub(super) fn growing(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Where the file of a name will be.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// Gives all files their names.
    pub(super) fn publish(&mut self) -> Result<(), ManifestError> {
        if !self.state.replace {
            let taken = self.state.finished.iter().map(|finished| self.place(&finished.name));
            if let Some(path) = taken.into_iter().find(|path| path.symlink_metadata().is_ok()) {
                return Err(ManifestError::Exists { path });
            }
        }
        self.state.publishing = true;
        self.save()?;
        self.name_all()
    }

    fn name_all(&self) -> Result<(), ManifestError> {
        for finished in &self.state.finished {
            self.name(&finished.name)?;
        }
        sync_folder(&self.target);
        // What is left there is nothing that anyone needs.
        let _ = fs::remove_dir_all(&self.home);
        Ok(())
    }

    fn name(&self, name: &str) -> Result<(), ManifestError> {
        let (from, to) = (self.growing(name), self.place(name));
        if from.symlink_metadata().is_err() {
            // A run before this one came so far; else something took it away.
            return if to.symlink_metadata().is_ok() {
                Ok(())
            } else {
                Err(ManifestError::Unwritable { path: to, cause: ErrorKind::NotFound.into() })
            };
        }
        let named = match (from.is_dir(), self.state.replace) {
            (true, _) => self.name_folder(&from, &to),
            (false, true) => fs::rename(&from, &to),
            (false, false) => name_new(&from, &to),
        };
        named.map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => ManifestError::Exists { path: to },
            _ => ManifestError::Unwritable { path: to, cause },
        })
    }

    /// A folder cannot be renamed over one that is not empty: the old one makes room first.
    fn name_folder(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        if to.symlink_metadata().is_ok() {
            if !self.state.replace {
                return Err(ErrorKind::AlreadyExists.into());
            }
            let old = self.home.join(".old");
            if old.symlink_metadata().is_ok() {
                fs::remove_dir_all(&old)?;
            }
            fs::rename(to, &old)?;
        }
        fs::rename(from, to)
    }

    /// Leaves behind what a later run can go on from, and nothing else.
    pub(super) fn leave(self, worth: bool) {
        if !worth || (self.state.finished.is_empty() && self.state.current.is_none()) {
            let _ = fs::remove_dir_all(&self.home);
        }
    }

    fn save(&self) -> Result<(), ManifestError> {
        let (path, fresh) = (self.home.join(STATE), self.home.join(".state.json"));
        let text = serde_json::to_vec(&self.state).unwrap_or_default();
        let written = File::create(&fresh)
            .and_then(|mut file| std::io::Write::write_all(&mut file, &text).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&fresh, &path));
        written.map_err(refused(&self.target))
    }
}

fn read(home: &Path) -> Option<State> {
    serde_json::from_slice(&fs::read(home.join(STATE)).ok()?).ok()
}

/// Takes hold of the target, or says that another process has it.
fn locked(folder: &Path) -> Result<File, ManifestError> {
    let path = folder.join(NAME).join(LOCK);
    let file = File::create(&path).map_err(refused(folder))?;
    #[cfg(unix)]
    for attempt in 0.. {
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
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

/// A hard link is refused when the name is taken, which a rename is not.
pub(super) fn name_new(from: &Path, to: &Path) -> std::io::Result<()> {
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
pub(super) fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

pub(super) fn refused(path: &Path) -> impl FnOnce(std::io::Error) -> ManifestError + '_ {
    move |cause| ManifestError::Unwritable { path: path.to_owned(), cause }
}
