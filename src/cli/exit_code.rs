//! The program's exit codes: 0 done, 1 unexpected, 2 usage, 3 dataset unreadable, 4 recipe invalid, 5 worker failed, 6 cancelled,
//! 7 cannot write.
//!
//! Invariant: the code follows from the type of the error, never from its words.

use crate::job::Failure;
use crate::load::LoadError;
use crate::manifest::ManifestError;
use crate::plan::PlanError;
use crate::recipe::RecipeError;
use crate::source::SourceError;

/// The command was given something that cannot be: an id or a name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// A failure of the command line itself that has its exit code with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Expected {
    /// What is said on stderr.
    pub message: String,
    /// The exit code.
    pub code: u8,
}

/// The exit code of an error that reached the edge.
#[must_use]
pub fn of(report: &color_eyre::Report) -> u8 {
    report.chain().find_map(of_cause).unwrap_or(1)
}

fn of_cause(error: &(dyn std::error::Error + 'static)) -> Option<u8> {
    let of_source = |error: &SourceError| if matches!(error, SourceError::Cancelled) { 6 } else { 3 };
    let of_load = |error: &LoadError| match error {
        cancelled if cancelled.is_cancelled() => 6,
        LoadError::Source(_) => 3,
        LoadError::Entity(_) => 4,
        LoadError::Cancelled(_) => 6,
    };
    let found = [
        error.downcast_ref().map(|_: &UsageError| 2),
        error.downcast_ref().map(|expected: &Expected| expected.code),
        error.downcast_ref().map(RecipeError::exit_code),
        error.downcast_ref().map(PlanError::exit_code),
        error.downcast_ref().map(ManifestError::exit_code),
        error.downcast_ref().map(|failure: &Failure| failure.exit_code),
        error.downcast_ref().map(of_load),
        error.downcast_ref().map(of_source),
    ];
    found.into_iter().flatten().next()
}
