//! From a path and a recipe to an opened and indexed dataset: open, then take the index from the cache or extract and build it.
//!
//! Invariant: a cached index is used only when its key and its ids fit the dataset; without a usable cache everything still works.

mod subclasses;

use std::path::Path;

use crate::entity::{self, EntityError};
use crate::index::cache::{Cache, Key, Miss};
use crate::index::{self, DatasetFacts, Index};
use crate::progress::{Cancelled, Observer};
use crate::recipe::Recipe;
use crate::source::{self, Dataset, Fingerprint, SourceError};

/// An opened and indexed dataset.
pub struct Loaded {
    /// The records.
    pub dataset: Dataset,
    /// Their entities.
    pub index: Index,
}

/// The index of a dataset whose records are not needed any more.
pub struct Indexed {
    /// The entities.
    pub index: Index,
    /// What is told of the dataset.
    pub facts: DatasetFacts,
    /// Where the index came from.
    pub provenance: Provenance,
}

/// Why a dataset could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be opened.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its entities cannot be extracted.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// The user stopped it while it was indexed.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl LoadError {
    /// True when the user stopped the work.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Source(SourceError::Cancelled) | Self::Entity(EntityError::Cancelled) | Self::Cancelled(Cancelled)
        )
    }
}

/// Where an index came from.
#[derive(Debug)]
pub enum Provenance {
    /// Read from the cache.
    Cached,
    /// Built, because of this miss; [`keep`] makes the next time quick.
    Built(Miss),
}

/// Opens and indexes the dataset at `path`, or the embedded demo by its name; the index is taken from `cache` where it fits, and its counts are told while the records
/// are still being found.
///
/// # Errors
/// [`LoadError`] when it cannot be opened, or when the observer cancels.
pub fn load(
    path: &Path,
    recipe: &Recipe,
    observer: &dyn Observer,
    cache: &Cache,
) -> Result<(Loaded, Provenance), LoadError> {
    if source::is_demo(path) {
        return demo(recipe, observer);
    }
    let opening = source::Opening::begin(path, &recipe.dataset, observer)?;
    let key = key(opening.fingerprint(), recipe);
    let (kept, dataset) = rayon::join(|| kept(&key, observer, cache), || opening.finish());
    let dataset = dataset?;
    let (index, provenance) = fitting(kept, &dataset, recipe, observer)?;
    Ok((Loaded { dataset, index: subclasses::joined(index, recipe) }, provenance))
}

/// Opens and indexes the embedded demo, which is not worth a cache.
///
/// # Errors
/// [`LoadError`] when the vocabulary cannot be read, or when the observer cancels.
pub fn demo(recipe: &Recipe, observer: &dyn Observer) -> Result<(Loaded, Provenance), LoadError> {
    let dataset = source::open_demo()?;
    let (index, provenance) = index_of(&dataset, recipe, observer, &Cache::none())?;
    Ok((Loaded { dataset, index: subclasses::joined(index, recipe) }, provenance))
}

/// The index of an opened dataset, from `cache` where it fits.
///
/// # Errors
/// [`LoadError::Entity`] when the vocabulary cannot be read, or when the observer cancels.
pub fn index_of(
    dataset: &Dataset,
    recipe: &Recipe,
    observer: &dyn Observer,
    cache: &Cache,
) -> Result<(Index, Provenance), LoadError> {
    let kept = kept(&key(dataset.fingerprint(), recipe), observer, cache);
    fitting(kept, dataset, recipe, observer)
}

/// The index that the cache holds; its counts are told at once.
fn kept(key: &Key, observer: &dyn Observer, cache: &Cache) -> Result<Index, Miss> {
    let (index, _) = cache.load(key)?;
    let counts = || index.perspectives.iter().map(|entry| (entry.perspective, entry.counts.clone())).collect();
    observer.counted(&counts);
    Ok(index)
}

/// The kept index where it fits the dataset, else a new one.
fn fitting(
    kept: Result<Index, Miss>,
    dataset: &Dataset,
    recipe: &Recipe,
    observer: &dyn Observer,
) -> Result<(Index, Provenance), LoadError> {
    let miss = match kept {
        Ok(index) if index.id_hashes == dataset.id_hashes() => return Ok((index, Provenance::Cached)),
        Ok(_) => Miss::Stale,
        Err(miss) => miss,
    };
    let extraction = entity::extract(dataset, &recipe.entities, observer)?;
    dataset.intact()?;
    Ok((index::build(extraction, observer)?, Provenance::Built(miss)))
}

/// The index of the dataset at `path` and the facts about it. Where the cache holds both, the records are not found at all: the
/// cost is that of the fingerprint, which is taken once whether or not they are.
///
/// # Errors
/// [`LoadError`] when it cannot be opened, or when the observer cancels.
pub fn indexed(path: &Path, recipe: &Recipe, observer: &dyn Observer, cache: &Cache) -> Result<Indexed, LoadError> {
    if source::is_demo(path) {
        return demo(recipe, observer).map(Indexed::from);
    }
    let opening = source::Opening::begin(path, &recipe.dataset, observer)?;
    let (fingerprint, beside) = (opening.fingerprint(), opening.beside());
    let kept = match cache.load(&key(fingerprint, recipe)) {
        Ok((index, facts)) if facts.path == path && facts.beside == beside => {
            let index = subclasses::joined(index, recipe);
            return Ok(Indexed { index, facts, provenance: Provenance::Cached });
        }
        kept => kept,
    };
    // The facts are those of another path, or something beside the records has changed since: then they are kept anew.
    let outdated = kept.as_ref().is_ok_and(|(_, facts)| facts.path == path);
    let dataset = opening.finish()?;
    let (index, provenance) = fitting(kept.map(|(index, _)| index), &dataset, recipe, observer)?;
    let provenance = if outdated { Provenance::Built(Miss::Stale) } else { provenance };
    Ok(Indexed::from((Loaded { dataset, index: subclasses::joined(index, recipe) }, provenance)))
}

impl From<(Loaded, Provenance)> for Indexed {
    fn from((loaded, provenance): (Loaded, Provenance)) -> Self {
        Self { facts: DatasetFacts::of(&loaded.dataset), index: loaded.index, provenance }
    }
}

impl Indexed {
    /// Keeps an index that was built for the next time; one that was cached is kept already.
    ///
    /// # Errors
    /// What the system says when the cache cannot be written; nothing else is lost.
    pub fn keep(&self, recipe: &Recipe, cache: &Cache) -> std::io::Result<()> {
        match self.provenance {
            Provenance::Built(_) => cache.store(&key(self.facts.fingerprint(), recipe), &self.index, &self.facts),
            Provenance::Cached => Ok(()),
        }
    }
}

/// Keeps the index of an opened dataset for the next time.
///
/// # Errors
/// What the system says when the cache cannot be written; nothing else is lost.
pub fn keep(loaded: &Loaded, recipe: &Recipe, cache: &Cache) -> std::io::Result<()> {
    let facts = DatasetFacts::of(&loaded.dataset);
    cache.store(&key(facts.fingerprint(), recipe), &loaded.index, &facts)
}

fn key(fingerprint: Fingerprint, recipe: &Recipe) -> Key {
    Key::of(fingerprint, &recipe.dataset, &recipe.entities)
}
