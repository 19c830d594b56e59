//! What passes between a job and whoever started it; for a job in the worker, [`super::worker`] is what passes below it.
//!
//! Invariant: `Started` comes first and exactly one of `Finished`, `Cancelled`, `Failed` comes last.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::worker::Device;
use crate::manifest::{ManifestError, WrittenFile};
use crate::plan::Tally;
use crate::progress::Stage;

/// The folder of the worker's files in the folder of a manifest.
pub const FOLDER: &str = "synthesis";

/// What a job says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// It began.
    Started {
        /// What it is called.
        job: String,
        /// Its stages, in order.
        stages: Vec<Stage>,
    },
    /// It came further; a few times a second at most.
    Progress {
        /// The stage.
        stage: Stage,
        /// Units done.
        done: u64,
        /// Units in all; 0 while unknown.
        total: u64,
    },
    /// It works on this device.
    Device(Device),
    /// Device memory in use and in all, in bytes.
    Memory {
        /// In use.
        used: u64,
        /// In all.
        total: u64,
    },
    /// A figure that changes: `loss`, …
    Measure {
        /// What is measured.
        name: String,
        /// At which unit of the stage.
        at: u64,
        /// The figure.
        value: f64,
    },
    /// A new synthetic image.
    Picture {
        /// Its file.
        path: PathBuf,
        /// The real image that it began from, where there is one.
        seed: Option<PathBuf>,
        /// What it is to show.
        caption: String,
    },
    /// A line for its log.
    Log {
        /// The line.
        line: String,
    },
    /// It is done.
    Finished(Summary),
    /// It was stopped, and left nothing behind.
    Cancelled,
    /// It could not go on.
    Failed(Failure),
}

impl Event {
    /// True for the last event of a job.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Cancelled | Self::Failed(_))
    }
}

/// What a finished job made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The files that were written.
    pub files: Vec<WrittenFile>,
    /// What was kept and dropped; zeros of a job that decides no instances.
    pub tally: Tally,
    /// Records of the source that could not be used.
    pub set_aside: u64,
    /// Figures worth keeping, by name.
    pub figures: BTreeMap<String, f64>,
    /// The command that does the same without the terminal program.
    pub command: String,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}; {next}")]
pub struct Failure {
    /// What went wrong, with the path.
    pub message: String,
    /// What to do now.
    pub next: String,
    /// The program's exit code for it.
    pub exit_code: u8,
    /// Whether what was finished stays, for a later run to go on from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        Self {
            message: error.to_string(),
            next: error.next().to_owned(),
            exit_code: error.exit_code(),
            unfinished: false,
        }
    }
}
