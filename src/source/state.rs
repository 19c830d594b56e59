//! By what a dataset's files are known again: their content, or their size and time of change.
//!
//! Invariant: the content decides; size and time only spare reading it.

use std::path::{Path, PathBuf};

/// BLAKE3 over the content of every file, in order; 32 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("blake3:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Size and time of change of files when they were opened, and what was found beside them.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileStates {
    files: Vec<(PathBuf, Option<(u64, std::time::SystemTime)>)>,
    beside: blake3::Hasher,
}

impl FileStates {
    /// Takes down how a file is now.
    pub(crate) fn note(&mut self, path: &Path) {
        self.files.push((path.to_owned(), Self::now(path)));
        self.note_beside(path, "");
    }

    /// Takes down what is told of a file without being part of any record: its name, or why it is not read.
    pub(crate) fn note_beside(&mut self, path: &Path, told: &str) {
        for part in [path.as_os_str().as_encoded_bytes(), told.as_bytes()] {
            self.beside.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
    }

    /// Differs when something else is told of the files, though their content may be the same; 32 bytes.
    pub(crate) fn beside(&self) -> [u8; 32] {
        *self.beside.finalize().as_bytes()
    }

    /// True while every file is as it was.
    pub(super) fn hold(&self) -> bool {
        self.files.iter().all(|(path, state)| Self::now(path) == *state)
    }

    /// True when a file was opened.
    pub(super) fn know(&self, path: &Path) -> bool {
        self.files.iter().any(|(known, _)| known == path)
    }

    /// The sum of the sizes.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().filter_map(|(_, state)| state.map(|(bytes, _)| bytes)).sum()
    }

    fn now(path: &Path) -> Option<(u64, std::time::SystemTime)> {
        let facts = std::fs::metadata(path).ok()?;
        Some((facts.len(), facts.modified().ok()?))
    }
}
