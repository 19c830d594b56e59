//! From a path and a recipe to an opened and indexed dataset: open, then take the index from the cache or extract and build it.
//!
//! Invariant: a cached index is used only when its key fits the dataset as opened; without a usable cache everything still works.

use std::path::Path;

use crate::app::model::Loaded;
use crate::entity::{self, EntityError};
use crate::index::cache::{Cache, Key, Miss};
use crate::index::{self, Index};
use crate::progress::Observer;
use crate::recipe::Recipe;
use crate::source::{self, Dataset, SourceError};

/// Why a dataset could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be opened.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its entities cannot be extracted.
    #[error(transparent)]
    Entity(#[from] EntityError),
}

impl LoadError {
    /// True when the user stopped the work.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Source(SourceError::Cancelled) | Self::Entity(EntityError::Cancelled))
    }
}

/// Where an index came from.
#[derive(Debug)]
pub enum Provenance {
    /// Read from the cache.
    Cached,
    /// Built, and kept in the cache, because of this miss.
    Built(Miss),
    /// Built; the cache could not keep it, so the next time takes as long.
    Unkept(std::io::Error),
}

/// Opens and indexes the dataset at `path` with the user's cache.
///
/// # Errors
/// [`LoadError`] when it cannot be opened, or when the observer cancels.
pub fn load(path: &Path, recipe: &Recipe, observer: &dyn Observer) -> Result<Loaded, LoadError> {
    let dataset = source::open(path, &recipe.dataset, observer)?;
    let (index, _) = index_of(&dataset, recipe, observer, &Cache::of_user())?;
    Ok(Loaded { dataset, index })
}

/// The index of an opened dataset, from `cache` where it holds it.
///
/// # Errors
/// [`LoadError::Entity`] when the vocabulary cannot be read, or when the observer cancels.
pub fn index_of(
    dataset: &Dataset,
    recipe: &Recipe,
    observer: &dyn Observer,
    cache: &Cache,
) -> Result<(Index, Provenance), LoadError> {
    let key = Key::of(dataset, &recipe.dataset, &recipe.entities);
    let miss = match cache.load(&key, dataset.id_hashes()) {
        Ok(index) => return Ok((index, Provenance::Cached)),
        Err(miss) => miss,
    };
    let extraction = entity::extract(dataset, &recipe.entities, observer)?;
    let index = index::build(extraction, observer);
    let provenance = match cache.store(&key, &index) {
        Ok(()) => Provenance::Built(miss),
        Err(cause) => Provenance::Unkept(cause),
    };
    Ok((index, provenance))
}
