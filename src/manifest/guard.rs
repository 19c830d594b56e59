//! What writing must leave alone, whatever may be replaced: what a dataset is read from, and folders that nobody here wrote.
//!
//! Invariant: a file that is read, or a folder with one in it, is never replaced; nor is a folder that no provenance lists.

use std::path::{Path, PathBuf};

use super::{ManifestError, stale};
use crate::recipe::Recipe;
use crate::source::Dataset;

/// What is read, without links.
pub(super) struct Guard {
    sources: Vec<PathBuf>,
    /// The folders in which whatever is written would be read as the dataset's.
    whole: Vec<PathBuf>,
}

impl Guard {
    /// Of a dataset and the files that a recipe names.
    pub(super) fn of(dataset: &Dataset, recipe: &Recipe) -> Self {
        let path = dataset.path();
        let images = dataset.image_root().map(|(root, _)| root.to_path_buf());
        let named = [
            recipe.dataset.entities.clone(),
            recipe.entities.vocabulary.clone(),
            recipe.rebalance.subclasses.clone(),
            recipe.synthesis.diffusion.bundle.clone(),
            images,
        ];
        let files = dataset.files().iter().cloned().chain([path.to_path_buf()]).chain(named.into_iter().flatten());
        // A pattern finds what comes to lie beside the files that it found.
        let pattern = !dataset.files().is_empty() && path.symlink_metadata().is_err();
        let beside = dataset.files().iter().filter_map(|file| file.parent()).filter(|_| pattern);
        let whole = beside.chain([path]).filter(|path| path.is_dir()).map(Path::to_path_buf);
        Self { sources: real(files), whole: real(whole) }
    }

    /// Of datasets of which the paths alone are known.
    pub(super) fn of_paths<'p>(paths: impl Iterator<Item = &'p Path>) -> Self {
        let sources = real(paths.map(Path::to_path_buf));
        Self { whole: sources.iter().filter(|path| path.is_dir()).cloned().collect(), sources }
    }

    /// What is read, without links.
    pub(super) fn sources(&self) -> &[PathBuf] {
        &self.sources
    }

    /// Refuses to write files and folders of these names to a folder.
    pub(super) fn check<'n>(&self, folder: &Path, names: impl Iterator<Item = &'n str>) -> Result<(), ManifestError> {
        let place = destined(folder);
        if self.whole.iter().any(|whole| place.starts_with(whole)) {
            return Err(ManifestError::Inside { path: folder.to_owned() });
        }
        for name in names {
            self.check_name(folder, name)?;
        }
        Ok(())
    }

    fn check_name(&self, folder: &Path, name: &str) -> Result<(), ManifestError> {
        let path = folder.join(name);
        let Ok(real) = path.canonicalize() else { return Ok(()) };
        if self.sources.iter().any(|source| source.starts_with(&real)) {
            return Err(ManifestError::IsSource { path });
        }
        let is_folder = path.symlink_metadata().is_ok_and(|facts| facts.is_dir());
        if is_folder && !stale::lists(folder, name) {
            return Err(ManifestError::Foreign { path });
        }
        Ok(())
    }
}

fn real(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    paths.into_iter().filter_map(|path| path.canonicalize().ok()).collect()
}

/// Where a folder is, or will be, without links.
fn destined(folder: &Path) -> PathBuf {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let found = folder.ancestors().find_map(|there| Some((there, there.canonicalize().ok()?)));
    found.map_or_else(|| folder.clone(), |(there, real)| real.join(folder.strip_prefix(there).unwrap_or(Path::new(""))))
}
