//! What can go wrong with a worker.
//!
//! Invariant: every error says what was seen, the end of the worker's log where it has one, and what to do now.

use std::time::Duration;

use super::protocol::{PROTOCOL, Problem};
use crate::job::Failure;

/// What a worker does until it has said hello.
pub(super) const STARTING: &str = "starting";

/// Why there is no worker, or none any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// There is no such program.
    #[error("no worker: {reason}")]
    Absent {
        /// Where it was looked for.
        reason: String,
    },
    /// The system cannot start it.
    #[error("cannot start {command}: {cause}")]
    NotStarted {
        /// The command.
        command: String,
        /// The system's reason.
        cause: String,
    },
    /// It said something else than `hello` where that was due.
    #[error("{command} is no fantail-worker: it said {said:?} where a greeting was due")]
    NoGreeting {
        /// The command.
        command: String,
        /// What it said, shortened.
        said: String,
    },
    /// It speaks another protocol.
    #[error("the worker {version} speaks protocol {protocol}, this fantail protocol {PROTOCOL}")]
    OtherProtocol {
        /// Its protocol.
        protocol: u64,
        /// Its version.
        version: String,
    },
    /// It cannot do what `hello` asked for.
    #[error("{}", .0.message)]
    Refused(Problem),
    /// It said nothing for too long, and was killed.
    #[error("the worker said nothing for {} s while {during}, and was ended{}", .silence.as_secs(), tail(.log))]
    Silent {
        /// What it was doing.
        during: String,
        /// For how long.
        silence: Duration,
        /// The end of its log.
        log: Vec<String>,
    },
    /// It ended before its task did.
    #[error("the worker ended ({status}) while {during}{}", tail(.log))]
    Died {
        /// What it was doing.
        during: String,
        /// How: `exit status 1`, `signal 9 (killed)`, …
        status: String,
        /// The end of its log.
        log: Vec<String>,
    },
    /// It keeps saying what is no report.
    #[error("the worker said {count} lines in a row that are no report while {during}, and was ended{}", tail(.log))]
    Babbling {
        /// What it was doing.
        during: String,
        /// How many.
        count: u64,
        /// The end of its log.
        log: Vec<String>,
    },
    /// The task failed in an orderly way.
    #[error("{}", .0.message)]
    Task(Problem),
    /// It was told to stop, and did.
    #[error("cancelled")]
    Cancelled,
}

/// The end of a log, as part of a sentence.
fn tail(log: &[String]) -> String {
    if log.is_empty() { String::new() } else { format!("; the last it said: {}", log.join(" ⏎ ")) }
}

impl WorkerError {
    /// What to do now.
    #[must_use]
    pub fn next(&self) -> String {
        match self {
            Self::Absent { .. } => "build it with: make build; or name one with --worker".into(),
            Self::NotStarted { .. } | Self::NoGreeting { .. } => "check --worker, or build the worker with: make build".into(),
            Self::OtherProtocol { .. } => "use fantail and fantail-worker of the same build".into(),
            Self::Refused(problem) | Self::Task(problem) => problem.next.clone(),
            Self::Died { status, .. } if status.contains("127") || status.contains("126") => {
                "see what it runs on with: fantail doctor".into()
            }
            Self::Died { status, .. } if status.starts_with("signal 9") => {
                "if it was the system that ended it for want of memory, choose a smaller batch; started again, the job goes on from \
                 its last checkpoint"
                    .into()
            }
            Self::Died { during, .. } if during == STARTING => {
                "check --worker and --libtorch; fantail doctor shows what is used, and why".into()
            }
            Self::Died { .. } | Self::Silent { .. } => "start the job again: it goes on from its last checkpoint".into(),
            Self::Babbling { .. } => "check --worker: it may start another program".into(),
            Self::Cancelled => "started again, the job goes on from its last checkpoint".into(),
        }
    }

    /// The program's exit code for it.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if matches!(self, Self::Cancelled) { 6 } else { 5 }
    }
}

impl From<WorkerError> for Failure {
    fn from(error: WorkerError) -> Self {
        Self { message: error.to_string(), next: error.next(), exit_code: error.exit_code(), unfinished: false }
    }
}
