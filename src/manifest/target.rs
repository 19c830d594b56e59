//! Where a manifest is written, and what stands there already.
//!
//! Invariant: writes nothing; what the dataset is read from is never to be replaced.

use std::path::{Path, PathBuf};

use super::guard::Guard;
use super::{
    CALIBRATION, Contents, ManifestError, RECIPE, SHARD, chosen, fixed_name, format_names, holds_recipe, staging, stale,
};
use crate::recipe::Recipe;
use crate::source::Dataset;

/// Where it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The folder; made when it is not there.
    pub folder: PathBuf,
    /// Whether files that are there may be replaced.
    pub force: bool,
    /// Whether to go on from what an interrupted run left.
    pub resume: bool,
    /// Bytes between two checkpoints of a file.
    pub step: u64,
}

impl Target {
    /// As much is written between two checkpoints, unless told otherwise.
    pub const STEP: u64 = 64 << 20;

    /// A folder whose files are never replaced.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), force: false, resume: false, step: Self::STEP }
    }

    /// Fails where it is plain already that nothing will be written: asked before a dataset is opened or a plan is made, as these
    /// take longer than the answer.
    ///
    /// # Errors
    /// [`ManifestError::Exists`] or [`ManifestError::Unwritable`].
    pub fn check(&self, recipe: &Recipe) -> Result<(), ManifestError> {
        let names: Vec<&str> = chosen(recipe).into_iter().filter_map(fixed_name).chain([CALIBRATION, SHARD]).collect();
        self.check_names(&names, recipe)
    }

    /// As [`Self::check`], of files of these names and the recipe's.
    pub(super) fn check_names(&self, names: &[&str], recipe: &Recipe) -> Result<(), ManifestError> {
        is_writable(&self.folder)?;
        // What was to be named is named before anything is said of it.
        if self.force || self.resume || staging::is_publishing(&self.folder) {
            return Ok(());
        }
        let recipe_file = (!holds_recipe(&self.folder, recipe)).then_some(RECIPE);
        let mut paths = names.iter().copied().chain(recipe_file).map(|name| self.folder.join(name));
        paths.find(|path| path.symlink_metadata().is_ok()).map_or(Ok(()), |path| Err(ManifestError::Exists { path }))
    }
}

/// Fails where no file can be made in a folder, or the folder itself cannot be made.
fn is_writable(folder: &Path) -> Result<(), ManifestError> {
    let there = folder.ancestors().find(|path| path.symlink_metadata().is_ok());
    let there = there.unwrap_or(Path::new("."));
    let allowed = std::fs::metadata(there).and_then(|facts| {
        if facts.is_dir() { allows_files(there) } else { Err(std::io::ErrorKind::NotADirectory.into()) }
    });
    allowed.map_err(|cause| ManifestError::Unwritable { path: folder.to_owned(), cause })
}

#[cfg(unix)]
fn allows_files(folder: &Path) -> std::io::Result<()> {
    use rustix::fs::Access;
    Ok(rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn allows_files(_folder: &Path) -> std::io::Result<()> {
    // The first file tells.
    Ok(())
}

/// The files that writing would replace, or remove: what an earlier manifest there holds and this one does not.
#[must_use]
pub fn occupied(dataset: &Dataset, recipe: &Recipe, folder: &Path) -> Vec<PathBuf> {
    let others = [CALIBRATION, SHARD].map(str::to_owned);
    let recipe_file = (!holds_recipe(folder, recipe)).then(|| RECIPE.to_owned());
    let mut names: Vec<String> = format_names(dataset, recipe).chain(recipe_file).chain(others).collect();
    names.extend(stale::names(folder, &names, Guard::of(dataset, recipe).sources()));
    names.into_iter().map(|name| folder.join(name)).filter(|path| path.symlink_metadata().is_ok()).collect()
}

/// What an earlier manifest in the target holds and this one does not.
pub(super) fn stale_names(contents: &Contents<'_>, target: &Target) -> Vec<String> {
    let provenance = if contents.shard.is_whole() { CALIBRATION } else { SHARD };
    let kept: Vec<String> = format_names(contents.dataset, contents.recipe).chain([provenance.to_owned()]).collect();
    stale::names(&target.folder, &kept, Guard::of(contents.dataset, contents.recipe).sources())
}

/// Refuses a target where what the dataset is read from, or what nobody here wrote, would be replaced.
pub(super) fn check_source(contents: &Contents<'_>, target: &Target) -> Result<(), ManifestError> {
    let formats = format_names(contents.dataset, contents.recipe);
    let names: Vec<String> = formats.chain([CALIBRATION, SHARD, RECIPE].map(str::to_owned)).collect();
    Guard::of(contents.dataset, contents.recipe).check(&target.folder, names.iter().map(String::as_str))
}
