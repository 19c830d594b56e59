//! What the two programs say to each other.
//!
//! Invariant: `hello` keeps the place of `protocol` and `version` in every version; a change of any other meaning raises [`PROTOCOL`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::work::Work;
use crate::progress::Stage;

/// The version of the protocol that this program speaks.
pub const PROTOCOL: u32 = 1;

/// How often the worker says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(2);

/// What the client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "order")]
pub enum Order {
    /// Who asks, and for which device.
    Hello {
        /// The protocol of the client.
        protocol: u32,
        /// The client's own version.
        version: String,
        /// `auto`, `cpu` or `cuda:N`.
        device: String,
    },
    /// Begin a task.
    Start {
        /// Its number; reports carry it.
        task: u64,
        /// What to do.
        work: Work,
    },
    /// Hold the task before its next step.
    Pause,
    /// Let it go on.
    Resume,
    /// End it at its next step.
    Cancel,
    /// End.
    Shutdown,
}

/// What the worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "report")]
pub enum Report {
    /// Who answers, and on which device.
    Hello {
        /// The protocol of the worker.
        protocol: u32,
        /// The worker's own version.
        version: String,
        /// Its process number, on its machine.
        process: u32,
        /// The version of the libtorch that it runs on.
        libtorch: String,
        /// The device that it will use.
        device: Device,
    },
    /// The worker cannot do what `hello` asked for.
    Refused(Problem),
    /// It lives.
    Alive,
    /// A task came further; a few times a second at most.
    Progress {
        /// Which task.
        task: u64,
        /// Which stage of it.
        stage: Stage,
        /// Units done.
        done: u64,
        /// Units in all; 0 while unknown.
        total: u64,
    },
    /// A figure that changes: `loss`, `gradient_norm`, …
    Measure {
        /// Which task.
        task: u64,
        /// What is measured.
        name: String,
        /// At which unit of the stage.
        at: u64,
        /// The figure.
        #[serde(deserialize_with = "null_is_nan")]
        value: f64,
    },
    /// Device memory in use, in bytes.
    Memory {
        /// What this task's process holds, or the device's whole use where only that is known.
        used: u64,
        /// What there is.
        total: u64,
    },
    /// A new synthetic image.
    Picture {
        /// Which task.
        task: u64,
        /// The image's file.
        path: PathBuf,
        /// The file of the real image that it began from, where there is one.
        seed: Option<PathBuf>,
        /// What it is to show.
        caption: String,
    },
    /// An instance that cannot be used, and why.
    SetAside {
        /// Which task.
        task: u64,
        /// The instance's id.
        id: String,
        /// Why.
        reason: String,
    },
    /// A line for the log.
    Log {
        /// The line.
        line: String,
    },
    /// The task is done.
    Finished {
        /// Which task.
        task: u64,
        /// What it made.
        outcome: Outcome,
    },
    /// The task ended because it was told to; what it can go on from is on disk.
    Cancelled {
        /// Which task.
        task: u64,
    },
    /// The task could not go on.
    Failed {
        /// Which task.
        task: u64,
        /// Why.
        problem: Problem,
    },
}

impl Report {
    /// The task that it is the last report of.
    #[must_use]
    pub const fn ends(&self) -> Option<u64> {
        match self {
            Self::Finished { task, .. } | Self::Cancelled { task } | Self::Failed { task, .. } => Some(*task),
            _ => None,
        }
    }
}

/// A device that can be worked on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// `cpu` or `cuda:N`.
    pub name: String,
    /// The model: `NVIDIA H200`, or the processor's.
    pub model: String,
    /// Memory in all, in bytes; 0 where it cannot be told.
    pub memory: u64,
    /// Memory free at the time of asking, in bytes; 0 where it cannot be told.
    pub free: u64,
    /// Threads that it computes with; 0 on a GPU.
    pub threads: u32,
    /// Why it is not the one that one would wish for: `libtorch has no CUDA`, …; empty where it is.
    pub note: String,
}

/// What a finished task made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The files, the most important one first.
    pub files: Vec<PathBuf>,
    /// Figures worth keeping, by name.
    pub figures: BTreeMap<String, f64>,
    /// How many instances could not be used.
    pub set_aside: u64,
}

/// Why something could not be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What went wrong, with the path.
    pub message: String,
    /// What to do now.
    pub next: String,
}

fn null_is_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_is_no_number_passes() {
        let said = Report::Measure { task: 1, name: "loss".into(), at: 3, value: f64::NAN };
        let line = serde_json::to_string(&said).unwrap();
        assert!(line.contains("null"), "{line}");
        let Report::Measure { value, .. } = serde_json::from_str(&line).unwrap() else { panic!("{line}") };
        assert!(value.is_nan());
    }

    #[test]
    fn what_is_written_is_what_the_page_says() {
        let order = Order::Hello { protocol: 1, version: "0.1.0".into(), device: "auto".into() };
        let line = r#"{"order":"hello","protocol":1,"version":"0.1.0","device":"auto"}"#;
        assert_eq!(serde_json::to_string(&order).unwrap(), line);
        let report = Report::Progress { task: 1, stage: Stage::Train, done: 40, total: 2000 };
        let line = r#"{"report":"progress","task":1,"stage":"train","done":40,"total":2000}"#;
        assert_eq!(serde_json::to_string(&report).unwrap(), line);
    }
}
