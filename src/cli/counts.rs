//! The counts of a whole dataset, in a file that travels between the machines that hold its parts.
//!
//! Invariant: what is decided under the counts of the whole is what the whole would decide; where that cannot be, nothing is.

use std::path::{Path, PathBuf};

use super::exit_code::UsageError;
use crate::index::{Counts, Index};
use crate::job::Failure;
use crate::manifest::{ManifestError, Pending};
use crate::policy::{self, Dictionary, Fate, Level};
use crate::recipe::{Override, Recipe, RecipeError};

/// Writes the counts of an index; only earlier counts are replaced.
pub(super) fn write(index: &Index, path: &Path) -> color_eyre::Result<()> {
    let text = serde_json::to_vec(&Counts::of(index))?;
    let replace = are_counts(path);
    if !replace && path.symlink_metadata().is_ok() {
        return Err(Failure::from(ManifestError::Foreign { path: path.to_owned() }).into());
    }
    let written = Pending::beside(path).and_then(|mut file| {
        file.write(&text)?;
        file.synced()?.publish(replace)
    });
    Ok(written.map_err(|error: ManifestError| Failure::from(error))?)
}

/// Whether a file holds counts; of another kind of file no more than its beginning is read.
fn are_counts(path: &Path) -> bool {
    let file = std::fs::File::open(path).map(std::io::BufReader::new);
    file.is_ok_and(|file| serde_json::from_reader::<_, Counts>(file).is_ok())
}

/// The index under the sum of the counts in `files`; as it is without any.
pub(super) fn under(index: Index, recipe: &Recipe, files: &[PathBuf]) -> color_eyre::Result<Index> {
    let mut sum = Counts::default();
    let mut parts = std::collections::BTreeMap::new();
    for path in files {
        let read = std::fs::read(path).map_err(|cause| cause.to_string());
        let counts = read.and_then(|text| serde_json::from_slice::<Counts>(&text).map_err(|cause| cause.to_string()));
        let counts =
            counts.map_err(|cause| UsageError(format!("cannot read the counts {}: {cause}", path.display())))?;
        if let Some(earlier) = parts.insert(counts.part, path).filter(|_| counts.part != 0) {
            let (earlier, path) = (earlier.display(), path.display());
            return Err(
                UsageError(format!("{path} counts the same instances as {earlier}: name each part once")).into()
            );
        }
        sum.add(counts);
    }
    if files.is_empty() {
        return Ok(index);
    }
    let index = index.under(&sum).map_err(|cause| UsageError(format!("the counts do not fit the dataset: {cause}")))?;
    match beyond_counts(&index, recipe)? {
        Some(reason) => Err(RecipeError::Unfit(format!(
            "{reason}, which counts do not tell: a part cannot be decided like the whole by counts alone; use --shard, where every \
             process sees the whole dataset"
        ))
        .into()),
        None => Ok(index),
    }
}

/// Why the counts of the whole are not enough to decide a part of it.
fn beyond_counts(index: &Index, recipe: &Recipe) -> Result<Option<String>, RecipeError> {
    let policy = recipe.rebalance.policy;
    let rule = policy::rule(index, recipe)?;
    let sums_up = |entry: &Override| entry.action.sums_up();
    Ok(if recipe.synthesis.is_on() {
        Some("synthesis shares one budget over the seeds of all instances".to_owned())
    } else if recipe.rebalance.overrides.iter().any(sums_up) {
        Some("a cap or a floor of a single entity weighs all of its instances".to_owned())
    } else if rule.sought().is_some() {
        Some(format!("the wanted size of the policy '{policy}' is sought over all instances"))
    } else if rule.dictionaries.iter().any(Dictionary::takes_fit) {
        Some(format!("the policy '{policy}' is fitted to all instances"))
    } else if rule.dictionaries.iter().any(|dictionary| dictionary.level == Level::Subclass) {
        Some("subclasses are counted over all instances".to_owned())
    } else if matches!(rule.fate, Fate::Shares | Fate::Weights) {
        Some(format!("the policy '{policy}' weighs each instance against all others"))
    } else {
        None
    })
}
