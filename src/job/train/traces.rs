//! What a training leaves in its folder when it ends before it is done.
//!
//! Invariant: with a checkpoint everything stays, since the training goes on from it; without one, what this run made is removed,
//! and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

/// The list of instances with a picture.
const LIST: &str = "instances.jsonl";
/// The names of the entities.
const NAMES: &str = "entities.txt";
/// Pictures that the dataset holds itself, written out.
const PICTURES: &str = "images";
/// The file by which one job at a time works there.
const LOCK: &str = ".lock";
/// The model's folder.
const MODEL: &str = "model";
/// The checkpoint in the model's folder: where it is, a training can go on.
const CHECKPOINT: &str = "model.safetensors";

/// What was not there before the run: only that may be removed.
pub(super) struct Traces {
    checkpoint: PathBuf,
    absent: Vec<PathBuf>,
}

impl Traces {
    /// Looks at the folder before anything is written to it.
    pub(super) fn before(folder: &Path) -> Self {
        let inner = [LIST, NAMES, PICTURES, LOCK, MODEL].map(|name| folder.join(name));
        // From the inside out; the first one that is there ends the row.
        let outer = folder.ancestors().take_while(|above| !above.exists()).map(Path::to_path_buf);
        let absent = inner.into_iter().filter(|path| !path.exists()).chain(outer).collect();
        Self { checkpoint: folder.join(MODEL).join(CHECKPOINT), absent }
    }

    /// Removes what cannot be gone on from, and says what is left.
    pub(super) fn settle(&self) -> String {
        if self.checkpoint.exists() {
            return format!("started again, the training goes on from {}", self.checkpoint.display());
        }
        let gone = self.absent.iter().all(|path| remove(path).is_ok());
        let left = if gone { "nothing of it is left" } else { "what it made could not be removed whole" };
        format!("no checkpoint was written yet: {left}")
    }
}

/// Removes a file, a folder that is ours with what is in it, or a folder above once it is empty; what is not there is gone already.
fn remove(path: &Path) -> std::io::Result<()> {
    let ours = path.ends_with(PICTURES) || path.ends_with(MODEL);
    let removed = if ours {
        fs::remove_dir_all(path)
    } else if path.is_dir() {
        fs::remove_dir(path)
    } else {
        fs::remove_file(path)
    };
    removed.or_else(|cause| if cause.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(cause) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that a run of training has written to, below one that it made, too.
    fn begun(base: &Path) -> (Traces, PathBuf) {
        let folder = base.join("rebalanced/synthesis");
        let traces = Traces::before(&folder);
        fs::create_dir_all(folder.join(MODEL)).unwrap();
        fs::create_dir_all(folder.join(PICTURES)).unwrap();
        fs::write(folder.join(PICTURES).join("a"), "picture").unwrap();
        fs::write(folder.join(LIST), "{}").unwrap();
        (traces, folder)
    }

    #[test]
    fn without_a_checkpoint_nothing_is_left() {
        let base = tempfile::tempdir().unwrap();
        let (traces, _) = begun(base.path());
        assert!(traces.settle().contains("nothing of it is left"));
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 0);
    }

    #[test]
    fn with_a_checkpoint_everything_is() {
        let base = tempfile::tempdir().unwrap();
        let (traces, folder) = begun(base.path());
        fs::write(folder.join(MODEL).join(CHECKPOINT), "weights").unwrap();
        assert!(traces.settle().contains("goes on from"));
        assert!(folder.join(LIST).exists() && folder.join(PICTURES).join("a").exists());
    }

    #[test]
    fn what_was_there_before_stays() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("rebalanced/synthesis");
        fs::create_dir_all(folder.join(PICTURES)).unwrap();
        fs::write(folder.join(PICTURES).join("mine"), "picture").unwrap();
        fs::write(base.path().join("rebalanced/list.txt"), "mine").unwrap();
        let (traces, _) = begun(base.path());
        traces.settle();
        assert!(folder.join(PICTURES).join("mine").exists() && base.path().join("rebalanced/list.txt").exists());
        assert!(!folder.join(LIST).exists() && !folder.join(MODEL).exists());
    }
}
