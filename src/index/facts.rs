//! What is known of a dataset as opened, apart from its records: what `stats` and the findings tell when only the index is at hand.
//!
//! Invariant: holds no record and borrows nothing, so that it can be kept beside a cached index.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::source::{Dataset, Fingerprint, Format, SetAside};

/// Facts about an opened dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetFacts {
    /// The path as the user gave it.
    pub path: PathBuf,
    /// The detected format.
    pub format: Format,
    /// The number of usable records.
    pub instances: usize,
    /// The records that could not be used.
    pub set_aside: Vec<SetAside>,
    /// What else the user should know.
    pub warnings: Vec<String>,
    /// What each role was mapped to: role, then column or member.
    pub mapping: Vec<(String, String)>,
    /// The content's fingerprint: 32 bytes.
    pub fingerprint: [u8; 32],
    /// The hash of what is told of the files beside their content: the facts hold only while it is the same.
    #[serde(default)]
    pub beside: [u8; 32],
}

impl DatasetFacts {
    /// The facts about an opened dataset.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            path: dataset.path().to_path_buf(),
            format: dataset.format(),
            instances: dataset.len(),
            set_aside: dataset.set_aside().to_vec(),
            warnings: dataset.warnings().to_vec(),
            mapping: dataset.mapping().to_vec(),
            fingerprint: dataset.fingerprint().0,
            beside: dataset.beside(),
        }
    }

    /// The content's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.fingerprint)
    }
}
