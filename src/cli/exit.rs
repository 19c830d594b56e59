//! Exit codes.
//!
//! Invariant: 0 done · 1 unexpected · 2 usage · 3 dataset unreadable · 4 recipe invalid · 5 worker · 6 cancelled · 7 cannot write.

use crate::load::LoadError;
use crate::manifest::ManifestError;
use crate::plan::PlanError;
use crate::recipe::RecipeError;
use crate::source::SourceError;

/// A failure that has its exit code with it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Expected {
    /// What is said on stderr.
    pub message: String,
    /// The exit code.
    pub code: u8,
}

/// The exit code of a failure.
#[must_use]
pub fn code(report: &color_eyre::Report) -> u8 {
    let mut causes = report.chain();
    causes.find_map(|cause| known(cause)).unwrap_or(1)
}

fn known(error: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if let Some(expected) = error.downcast_ref::<Expected>() {
        return Some(expected.code);
    }
    if let Some(error) = error.downcast_ref::<LoadError>() {
        return Some(if error.is_cancelled() { 6 } else { 3 });
    }
    if let Some(error) = error.downcast_ref::<SourceError>() {
        return Some(if matches!(error, SourceError::Cancelled) { 6 } else { 3 });
    }
    let recipe = error.downcast_ref::<RecipeError>().map(RecipeError::exit_code);
    let plan = error.downcast_ref::<PlanError>().map(PlanError::exit_code);
    let manifest = error.downcast_ref::<ManifestError>().map(ManifestError::exit_code);
    recipe.or(plan).or(manifest)
}
