//! What commands that read no record need: a recipe, and the index that belongs to it.
//!
//! Invariant: the records are opened only when the cache does not hold the index.

use std::path::Path;

use super::progress::ProgressLine;
use crate::index::cache::Cache;
use crate::index::{DatasetFacts, Index};
use crate::load::{self, Provenance};
use crate::policy;
use crate::recipe::Recipe;

/// The index of a dataset that the recipe read from `file` fits, and facts about the dataset.
///
/// # Errors
/// [`load::LoadError`] when it cannot be opened, [`crate::recipe::RecipeError`] when the recipe does not fit it.
pub(super) fn indexed_for(
    (recipe, file): (&Recipe, &Path),
    dataset: &Path,
) -> color_eyre::Result<(Index, DatasetFacts)> {
    let found = indexed(dataset, recipe)?;
    policy::fits(&found.0, recipe).map_err(|error| error.in_file(file))?;
    Ok(found)
}

/// The index of the dataset at `path`, and facts about the dataset, whether or not the recipe's policy fits it.
///
/// # Errors
/// [`load::LoadError`] when it cannot be opened.
pub(super) fn indexed(path: &Path, recipe: &Recipe) -> color_eyre::Result<(Index, DatasetFacts)> {
    let (line, cache) = (ProgressLine::on_stderr(), Cache::of_user());
    if let Some(found) = load::cached(path, recipe, &line, &cache)? {
        return Ok(found);
    }
    let (loaded, provenance) = load::load(path, recipe, &line, &cache)?;
    drop(line);
    if let (Provenance::Built(_), Err(cause)) = (provenance, load::keep(&loaded, recipe, &cache)) {
        eprintln!("the index could not be cached, so the next time takes as long: {cause}");
    }
    Ok((loaded.index, DatasetFacts::of(&loaded.dataset)))
}
