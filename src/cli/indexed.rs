//! What commands that read no record need: a recipe, and the index that belongs to it.
//!
//! Invariant: the records are opened only when the cache does not hold the index, and the dataset is hashed once.

use std::path::{Path, PathBuf};

use super::counts;
use super::progress::ProgressLine;
use crate::index::Index;
use crate::index::cache::Cache;
use crate::load::{self, Indexed};
use crate::policy;
use crate::recipe::Recipe;

/// The index of a dataset that the recipe read from `file` fits.
///
/// # Errors
/// [`load::LoadError`] when it cannot be opened, [`crate::recipe::RecipeError`] when the recipe does not fit it.
pub(super) fn indexed_for(recipe: (&Recipe, &Path), dataset: &Path) -> color_eyre::Result<Index> {
    indexed_under(recipe, dataset, &[])
}

/// The same under the sum of the counts in `files`: of a part, the recipe has to fit the whole.
///
/// # Errors
/// As [`indexed_for`] and [`counts::under`].
pub(super) fn indexed_under(
    (recipe, file): (&Recipe, &Path),
    dataset: &Path,
    files: &[PathBuf],
) -> color_eyre::Result<Index> {
    let cache = Cache::of_user();
    let found = indexed(dataset, recipe, &cache)?;
    keep(&found, recipe, &cache);
    let index = counts::under(found.index, recipe, files)?;
    policy::fits(&index, recipe).map_err(|error| error.in_file(file))?;
    Ok(index)
}

/// The index of the dataset at `path`, and facts about the dataset, whether or not the recipe's policy fits it.
///
/// # Errors
/// [`load::LoadError`] when it cannot be opened.
pub(super) fn indexed(path: &Path, recipe: &Recipe, cache: &Cache) -> Result<Indexed, load::LoadError> {
    load::indexed(path, recipe, &ProgressLine::on_stderr(), cache)
}

/// Keeps the index for the next time; that it cannot be kept is told and spoils nothing.
pub(super) fn keep(found: &Indexed, recipe: &Recipe, cache: &Cache) {
    if let Err(cause) = found.keep(recipe, cache) {
        eprintln!("the index could not be cached, so the next time takes as long: {cause}");
    }
}
