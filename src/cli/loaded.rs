//! What commands that write need: the records, and the index that decides them, under a recipe that fits.
//!
//! Invariant: an index that was built is kept; that it cannot be kept is told and spoils nothing.

use std::path::{Path, PathBuf};

use super::counts;
use super::progress::Interrupt;
use crate::index::cache::Cache;
use crate::load::{self, Loaded, Provenance};
use crate::policy;
use crate::recipe::Recipe;

/// The dataset, and its index under the sum of the counts in `files`, which the recipe read from `file` fits.
///
/// # Errors
/// [`load::LoadError`] when it cannot be opened, those of [`counts::under`], and [`crate::recipe::RecipeError`] when the recipe does
/// not fit it.
pub(super) fn loaded_under(
    (recipe, file): (&Recipe, &Path),
    dataset: &Path,
    files: &[PathBuf],
    interrupt: &Interrupt,
) -> color_eyre::Result<Loaded> {
    let cache = Cache::of_user();
    let (loaded, provenance) = load::load(dataset, recipe, interrupt, &cache)?;
    if let Provenance::Built(_) = provenance
        && let Err(cause) = load::keep(&loaded, recipe, &cache)
    {
        interrupt.log(&format!("the index could not be cached, so the next time takes as long: {cause}"));
    }
    let index = counts::under(loaded.index, recipe, files)?;
    policy::fits(&index, recipe).map_err(|error| error.in_file(file))?;
    Ok(Loaded { index, dataset: loaded.dataset })
}
