//! The background job as the Run screen shows it.
//!
//! Invariant: a job that began ends in exactly one of finished, cancelled or failed.

use std::collections::VecDeque;
use std::time::Duration;

/// How the job stands.
#[derive(Clone, Debug, Default)]
pub enum JobState {
    /// None was started.
    #[default]
    Absent,
    /// It runs.
    Running(Job),
    /// It is held before its next step.
    Paused(Job),
    /// It was asked to stop and has not yet.
    Cancelling(Job),
    /// It is done: what was written, one line a file, and the command that reproduces it.
    Finished {
        /// The job as it ended.
        job: Job,
        /// What was written.
        summary: Vec<String>,
        /// The command that does the same without the terminal program.
        command: String,
    },
    /// It was stopped.
    Cancelled(Job),
    /// It failed.
    Failed {
        /// The job as it ended.
        job: Job,
        /// Why.
        cause: String,
        /// What to do now.
        next: String,
    },
}

impl JobState {
    /// The job, when there is or was one.
    #[must_use]
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Absent => None,
            Self::Running(job)
            | Self::Paused(job)
            | Self::Cancelling(job)
            | Self::Cancelled(job)
            | Self::Finished { job, .. }
            | Self::Failed { job, .. } => Some(job),
        }
    }

    /// True while it works.
    #[must_use]
    pub fn active(&self) -> bool {
        matches!(self, Self::Running(_) | Self::Paused(_) | Self::Cancelling(_))
    }
}

/// A job's progress and log.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Which of the jobs of this session: results of others are dropped.
    pub generation: u64,
    /// Its steps, in order.
    pub steps: Vec<JobStep>,
    /// The newest lines of its log, the newest last; bounded.
    pub log: VecDeque<String>,
    /// Time since its start, as of the last report.
    pub elapsed: Duration,
    /// Units a second of the current step, as of the last report.
    pub rate: f64,
    /// Time left of the current step, where it can be told.
    pub remaining: Option<Duration>,
}

/// A step of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStep {
    /// Its name.
    pub name: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 while unknown.
    pub total: u64,
    /// Time from the job's start to the step's.
    pub began: Duration,
}
