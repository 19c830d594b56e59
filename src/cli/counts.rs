//! The counts of a whole dataset, in a file that travels between the machines that hold its parts.
//!
//! Invariant: what is decided under the counts of the whole is what the whole would decide; where that cannot be, nothing is.

use std::path::{Path, PathBuf};

use super::exit_code::UsageError;
use crate::index::{Counts, Index};
use crate::job::Failure;
use crate::manifest::{ManifestError, Pending};
use crate::policy::{self, Fate};
use crate::recipe::{Override, OverrideAction, Recipe, RecipeError};

/// Writes the counts of an index.
pub(super) fn write(index: &Index, path: &Path) -> color_eyre::Result<()> {
    let text = serde_json::to_vec(&Counts::of(index))?;
    let written = Pending::beside(path).and_then(|mut file| {
        file.write(&text)?;
        file.synced()?.publish(true)
    });
    Ok(written.map_err(|error: ManifestError| Failure::from(error))?)
}

/// The index under the sum of the counts in `files`; as it is without any.
pub(super) fn under(index: Index, recipe: &Recipe, files: &[PathBuf]) -> color_eyre::Result<Index> {
    let mut sum = Counts::default();
    for path in files {
        let read = std::fs::read(path).map_err(|cause| cause.to_string());
        let counts = read.and_then(|text| serde_json::from_slice::<Counts>(&text).map_err(|cause| cause.to_string()));
        sum.add(counts.map_err(|cause| UsageError(format!("cannot read the counts {}: {cause}", path.display())))?);
    }
    if files.is_empty() {
        return Ok(index);
    }
    let index = index.under(&sum).map_err(|cause| UsageError(format!("the counts do not fit the dataset: {cause}")))?;
    let sums_up = |entry: &Override| matches!(entry.action, OverrideAction::Cap(_) | OverrideAction::Floor(_));
    if recipe.rebalance.overrides.iter().any(sums_up) {
        let reason = "caps and floors of single entities weigh all of their instances, which counts do not tell";
        return Err(RecipeError::Unfit(format!("{reason}; use --shard with the whole dataset")).into());
    }
    if recipe.synthesis.is_on() {
        let reason = "synthesis shares one budget over the seeds of all instances, which counts do not tell";
        let next = "use --shard with the whole dataset, or write policies = [] under [synthesis]";
        return Err(RecipeError::Unfit(format!("{reason}; {next}")).into());
    }
    if matches!(policy::rule(&index, recipe)?.fate, Fate::Shares | Fate::Weights) {
        return Err(RecipeError::Unfit(format!(
            "the policy '{}' weighs each instance against all others, which counts do not tell; use --shard with the whole dataset",
            recipe.rebalance.policy
        ))
        .into());
    }
    Ok(index)
}
