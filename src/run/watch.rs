//! Watches the dataset, the recipe, the theme and the keymap for changes on disk.
//!
//! Invariant: many events of one change are told as one; reading a file is no change; a file that cannot be watched is only that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::event::Sender;
use crate::app::message::{Message, Watched};

/// How long a change must be over before it is told.
const QUIET: Duration = Duration::from_millis(200);

/// Which files are watched, and the folders that the program itself writes to.
#[derive(Default)]
struct Watches {
    files: BTreeMap<Watched, PathBuf>,
    own: BTreeSet<PathBuf>,
}

/// The watcher.
pub(super) struct Watcher {
    notifier: RecommendedWatcher,
    watches: Arc<Mutex<Watches>>,
}

impl Watcher {
    pub(super) fn open(sender: &Sender) -> notify::Result<Self> {
        let watches = Arc::<Mutex<Watches>>::default();
        let shared = Arc::clone(&watches);
        let (raw, changes) = channel();
        let notifier = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            // A busy folder must not wake anybody for files that are not watched.
            for watched in concerned(&event, &shared) {
                // Without the teller there is nobody to tell.
                let _ = raw.send(watched);
            }
        })?;
        sender.spawn("watcher", move |sender| {
            tell_changes(&changes, sender);
            Ok(())
        })?;
        Ok(Self { notifier, watches })
    }

    /// Watches a file or folder, in place of the one that was watched as this before. Where it lies in a folder that does not exist
    /// yet, the making of that one is told as a change; then it must be watched anew.
    pub(super) fn watch(&mut self, watched: Watched, path: &Path) -> Result<(), String> {
        let path = std::path::absolute(path).map_err(|cause| cause.to_string())?;
        // Editors replace files; their folder sees it. A folder's own entries are seen by itself.
        let above = path.ancestors().skip(usize::from(!path.is_dir()));
        let folder = above.into_iter().find(|folder| folder.is_dir()).ok_or("no folder above it exists")?;
        self.notifier.watch(folder, RecursiveMode::NonRecursive).map_err(|error| error.to_string())?;
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).files.insert(watched, path);
        Ok(())
    }

    /// What happens in this folder is the program's own doing, and no change of anything.
    pub(super) fn leave_out(&self, folder: &Path) {
        if let Ok(folder) = std::path::absolute(folder) {
            self.watches.lock().unwrap_or_else(PoisonError::into_inner).own.insert(folder);
        }
    }
}

/// True for events that may have changed a file's content.
const fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Any | EventKind::Access(_) | EventKind::Other => false,
    }
}

/// Which watched files an event may have changed.
fn concerned(event: &notify::Event, watches: &Mutex<Watches>) -> Vec<Watched> {
    if !is_change(event.kind) {
        return Vec::new();
    }
    let watches = watches.lock().unwrap_or_else(PoisonError::into_inner);
    let is_changed = |watched: Watched, path: &PathBuf| {
        event.paths.iter().any(|changed| concerns(changed, path) && !watches.is_own(watched, changed))
    };
    let changed = watches.files.iter().filter(|(watched, path)| is_changed(**watched, path));
    changed.map(|(watched, _)| *watched).collect()
}

impl Watches {
    /// Whether a change is the program's own doing: in a folder that it writes to or, in the dataset's folder, of the recipe that
    /// is kept there, or of a hidden file, which is no part of a dataset.
    fn is_own(&self, watched: Watched, changed: &Path) -> bool {
        let recipe = || self.files.get(&Watched::Recipe).is_some_and(|recipe| recipe == changed);
        let hidden = || changed.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let beside = watched == Watched::Dataset && self.files.get(&watched).is_some_and(|path| path != changed);
        self.own.iter().any(|own| changed.starts_with(own)) || (beside && (recipe() || hidden()))
    }
}

/// Waits for changes and tells each once it is over.
fn tell_changes(changes: &Receiver<Watched>, sender: &Sender) {
    while let Ok(first) = changes.recv() {
        let mut pending = BTreeSet::from([first]);
        while let Ok(next) = changes.recv_timeout(QUIET) {
            pending.insert(next);
        }
        for watched in pending {
            sender.tell(Message::FileChanged(watched));
        }
    }
}

/// True when a changed path is the watched one, lies in it, or is a folder on the way to it.
fn concerns(changed: &Path, watched: &Path) -> bool {
    watched.starts_with(changed) || changed.parent() == Some(watched)
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::*;

    #[test]
    fn a_replaced_file_is_told_once_and_others_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let recipe = folder.path().join("recipe.toml");
        let (sender, events) = channel();
        let mut watcher = Watcher::open(&Sender::new(sender)).unwrap();
        watcher.watch(Watched::Recipe, &recipe).unwrap();
        std::fs::write(folder.path().join("other.toml"), "seed = 1").unwrap();
        for seed in 0..20 {
            let beside = folder.path().join("new");
            std::fs::write(&beside, format!("seed = {seed}")).unwrap();
            std::fs::rename(&beside, &recipe).unwrap();
        }
        let told = events.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(matches!(told, Event::Told(Message::FileChanged(Watched::Recipe))));
        assert!(events.try_recv().is_err());
    }

    #[test]
    fn a_folder_that_is_made_later_is_told_on_the_way_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let keymap = folder.path().join("new/fantail/keymap.toml");
        let (sender, events) = channel();
        let mut watcher = Watcher::open(&Sender::new(sender)).unwrap();
        for made in ["new", "new/fantail", "new/fantail/keymap.toml"] {
            watcher.watch(Watched::Keymap, &keymap).unwrap();
            let made = folder.path().join(made);
            if made == keymap {
                std::fs::write(&made, "").unwrap();
            } else {
                std::fs::create_dir(&made).unwrap();
            }
            let told = events.recv_timeout(Duration::from_secs(20)).unwrap();
            assert!(matches!(told, Event::Told(Message::FileChanged(Watched::Keymap))), "{}", made.display());
        }
    }

    #[test]
    fn what_the_program_writes_itself_is_no_change_of_the_dataset() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, events) = channel();
        let mut watcher = Watcher::open(&Sender::new(sender)).unwrap();
        watcher.watch(Watched::Dataset, folder.path()).unwrap();
        watcher.watch(Watched::Recipe, &folder.path().join("recipe.toml")).unwrap();
        watcher.leave_out(&folder.path().join("out"));
        std::fs::create_dir(folder.path().join("out")).unwrap();
        std::fs::write(folder.path().join(".recipe.toml.new"), "").unwrap();
        std::fs::write(folder.path().join("recipe.toml"), "").unwrap();
        let told = events.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(matches!(told, Event::Told(Message::FileChanged(Watched::Recipe))));
        std::fs::write(folder.path().join("records.jsonl"), "").unwrap();
        let told = events.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(matches!(told, Event::Told(Message::FileChanged(Watched::Dataset))));
    }
}
