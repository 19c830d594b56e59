//! What a background job tells of itself.
//!
//! Invariant: one of the last three ends a job, and nothing follows it.

use std::path::PathBuf;
use std::time::Duration;

use super::Failure;
use crate::app::action::Action;
use crate::app::model::Sample;

/// What a job tells.
#[derive(Clone, Debug, PartialEq)]
pub enum JobReport {
    /// A step went on.
    Progressed {
        /// The step.
        step: String,
        /// Units done.
        done: u64,
        /// Units in all; 0 while unknown.
        total: u64,
        /// Time since the job's start.
        elapsed: Duration,
    },
    /// It works on this device.
    Placed(String),
    /// Device memory in use and in all, in bytes.
    Filled {
        /// In use.
        used: u64,
        /// In all.
        total: u64,
    },
    /// A figure that changes, such as `loss`.
    Measured {
        /// What is measured.
        name: String,
        /// At which unit of the step.
        at: u64,
        /// The figure.
        value: f64,
    },
    /// A new synthetic image.
    Pictured(Sample),
    /// A line of its log.
    Logged(String),
    /// Files are there already; nothing was written.
    Occupied(Vec<PathBuf>),
    /// It is done.
    Finished {
        /// What was written, one line a file.
        summary: Vec<String>,
        /// The command that does the same.
        command: String,
    },
    /// It was stopped.
    Cancelled,
    /// It failed; with the action that mends it, where there is one.
    Failed(Failure, Option<Action>),
}
