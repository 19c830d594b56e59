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

/// Size and time of change of files when they were opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileStates(Vec<(PathBuf, Option<(u64, std::time::SystemTime)>)>);

impl FileStates {
    /// Takes down how a file is now.
    pub(crate) fn note(&mut self, path: &Path) {
        self.0.push((path.to_owned(), Self::now(path)));
    }

    /// True while every file is as it was.
    pub(super) fn hold(&self) -> bool {
        self.0.iter().all(|(path, state)| Self::now(path) == *state)
    }

    /// The sum of the sizes.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().filter_map(|(_, state)| state.map(|(bytes, _)| bytes)).sum()
    }

    fn now(path: &Path) -> Option<(u64, std::time::SystemTime)> {
        let facts = std::fs::metadata(path).ok()?;
        Some((facts.len(), facts.modified().ok()?))
    }
}
