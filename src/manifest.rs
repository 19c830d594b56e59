//! A plan's result as files: the kept records in the source's own format, tables of decisions, arrays for samplers, and where all
//! of it comes from.
//!
//! Invariant: files grow in a staging folder in their target and are renamed once all are on disk; a reader never sees half of one,
//! the source is never written to, and original records pass through byte for byte.

mod appended;
mod array;
mod calibration;
mod decisions;
mod error;
mod fill;
mod measured;
mod merge;
mod native;
mod output;
mod pace;
mod pending;
mod shard;
mod sql;
mod stages;
mod staging;
mod stale;
pub mod synthesized;
mod table;

pub use calibration::{
    Calibration, CompletedRecord, MadeRecord, PerspectiveRecord, SourceRecord, SynthesisRecord, TailRecord,
};
pub use error::ManifestError;
pub use merge::merge;
pub use pending::Pending;
pub use shard::Shard;
pub use sql::{SQL_FILES, write_sql};
pub use stages::StageRecord;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::index::Index;
use crate::plan::{Plan, Tally};
use crate::progress::Observer;
use crate::recipe::{ManifestFormat, Recipe, SynthesisName};
use crate::source::Dataset;
use fill::{Part, fill};
use staging::{Finished, Staging};

/// The name of the provenance file in a manifest's folder.
pub const CALIBRATION: &str = "calibration.json";
/// The name of what [`merge`] reads, in the folder of a shard; it stands in the place of the provenance.
pub const SHARD: &str = "shard.json";
/// The name of the recipe in a manifest's folder, every value spelled out.
pub const RECIPE: &str = "recipe.toml";

/// What is to be written.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// The records.
    pub dataset: &'a Dataset,
    /// Their entities.
    pub index: &'a Index,
    /// The user's choices.
    pub recipe: &'a Recipe,
    /// What is kept.
    pub plan: &'a Plan,
    /// Which part of it is written.
    pub shard: Shard,
}

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
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Its path.
    pub path: PathBuf,
    /// The records in it; 0 for the provenance.
    pub rows: u64,
    /// Its size; of a folder, that of its files.
    pub bytes: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The files.
    pub files: Vec<WrittenFile>,
    /// The plan's tally, of the part that was written.
    pub tally: Tally,
    /// Records of the source that could not be used.
    pub set_aside: u64,
}

/// The names of the files that a format has; more than one where each file of the dataset has one of its own.
#[must_use]
pub fn names(dataset: &Dataset, format: ManifestFormat) -> Vec<String> {
    match format {
        ManifestFormat::Native => native::names(dataset),
        ManifestFormat::Parquet => vec!["decisions.parquet".into()],
        ManifestFormat::Jsonl => vec!["decisions.jsonl".into()],
        ManifestFormat::Csv => vec!["decisions.csv".into()],
        ManifestFormat::Weights => vec!["weights.npy".into()],
        ManifestFormat::Indices => vec!["indices.npy".into()],
    }
}

/// Whether pictures that were made have a place in everything that the recipe asks for.
///
/// # Errors
/// [`ManifestError::Unsupported`] with what to write instead.
pub fn takes_pictures(dataset: &Dataset, recipe: &Recipe) -> Result<(), ManifestError> {
    let native = recipe.synthesis.uses(SynthesisName::Diffusion) && chosen(recipe).contains(&ManifestFormat::Native);
    if native { native::takes_pictures(dataset) } else { Ok(()) }
}

/// The files that writing would replace, or remove: what an earlier manifest there holds and this one does not.
#[must_use]
pub fn occupied(dataset: &Dataset, recipe: &Recipe, folder: &Path) -> Vec<PathBuf> {
    let others = [CALIBRATION, SHARD].map(str::to_owned);
    let recipe_file = (!holds_recipe(folder, recipe)).then(|| RECIPE.to_owned());
    let mut names: Vec<String> = format_names(dataset, recipe).chain(recipe_file).chain(others).collect();
    names.extend(stale::names(folder, &names, &sources(dataset)));
    names.into_iter().map(|name| folder.join(name)).filter(|path| path.symlink_metadata().is_ok()).collect()
}

/// The names of the files of all formats that the recipe asks for.
fn format_names<'a>(dataset: &'a Dataset, recipe: &Recipe) -> impl Iterator<Item = String> + use<'a> {
    let stages = stages::records(recipe).into_iter().filter_map(|stage| stage.file);
    chosen(recipe).into_iter().flat_map(|format| names(dataset, format)).chain(stages)
}

/// What the dataset is read from, without links.
fn sources(dataset: &Dataset) -> Vec<PathBuf> {
    let path = dataset.path().to_path_buf();
    dataset.files().iter().chain([&path]).filter_map(|file| file.canonicalize().ok()).collect()
}

/// What an earlier manifest in the target holds and this one does not.
fn stale_names(contents: &Contents<'_>, target: &Target) -> Vec<String> {
    let provenance = if contents.shard.is_whole() { CALIBRATION } else { SHARD };
    let kept: Vec<String> = format_names(contents.dataset, contents.recipe).chain([provenance.to_owned()]).collect();
    stale::names(&target.folder, &kept, &sources(contents.dataset))
}

/// The recipe's formats, each once, in the order in which they are written.
fn chosen(recipe: &Recipe) -> Vec<ManifestFormat> {
    ManifestFormat::ALL.into_iter().filter(|format| recipe.export.formats.contains(format)).collect()
}

/// True when the folder's recipe says the same; then it is left as it is, with its comments.
fn holds_recipe(folder: &Path, recipe: &Recipe) -> bool {
    Recipe::load(&folder.join(RECIPE)).is_ok_and(|found| found == *recipe)
}

/// Writes what the recipe asks for, and its provenance.
///
/// # Errors
/// [`ManifestError`]; then nothing new stands under a final name. What was finished stays in the target's staging folder for a later
/// run that may resume.
#[expect(clippy::too_many_lines, reason = "to be divided")]
pub fn write(contents: &Contents<'_>, target: &Target, observer: &dyn Observer) -> Result<Written, ManifestError> {
    let dataset = contents.dataset;
    if contents.plan.repeats().len() != dataset.len()
        || contents.index.instances() != dataset.len()
        || !dataset.is_unchanged(&contents.recipe.dataset)
    {
        return Err(ManifestError::Changed { path: dataset.path().to_path_buf() });
    }
    check_source(contents, target)?;
    let key = key(contents);
    if let Some((found, files)) = Staging::recover(&target.folder, observer)?
        && target.resume
        && found == key
    {
        return Ok(written(contents, target, &files));
    }
    let occupied = occupied(dataset, contents.recipe, &target.folder);
    if target.resume
        && !occupied.is_empty()
        && let Some(files) = merge::finished_before(contents, target)
    {
        return Ok(written(contents, target, &files));
    }
    if let Some(path) = occupied.into_iter().next().filter(|_| !target.force) {
        return Err(ManifestError::Exists { path });
    }
    let staging = Staging::open(target, key, observer)?;
    let outcome = fill(contents, &staging, observer).and_then(|()| {
        if !dataset.is_unchanged(&contents.recipe.dataset) {
            return Err(ManifestError::Changed { path: dataset.path().to_path_buf() });
        }
        if observer.cancelled() {
            return Err(ManifestError::Cancelled);
        }
        let files = staging.all_finished();
        staging.publish(stale_names(contents, target)).map(|()| files)
    });
    match outcome {
        Ok(files) => Ok(written(contents, target, &files)),
        Err(error) => {
            staging.leave(!matches!(error, ManifestError::Changed { .. } | ManifestError::Unsupported { .. }));
            Err(error)
        }
    }
}

/// What all that is written hangs on.
fn key(contents: &Contents<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&contents.dataset.fingerprint().0);
    hasher.update(contents.recipe.effective().as_bytes());
    hasher.update(contents.shard.to_string().as_bytes());
    hasher.update(format!("{:?}", contents.plan.synthesis().seeds).as_bytes());
    contents.plan.repeats().iter().for_each(|repeat| {
        hasher.update(&repeat.to_le_bytes());
    });
    hasher.finalize().to_hex().to_string()
}

/// Refuses a target whose files are the dataset.
fn check_source(contents: &Contents<'_>, target: &Target) -> Result<(), ManifestError> {
    let sources = sources(contents.dataset);
    let formats = format_names(contents.dataset, contents.recipe);
    for name in formats.chain([CALIBRATION, SHARD, RECIPE].map(str::to_owned)) {
        let path = target.folder.join(name);
        if path.canonicalize().is_ok_and(|real| sources.contains(&real)) {
            return Err(ManifestError::IsSource { path });
        }
    }
    Ok(())
}

fn written(contents: &Contents<'_>, target: &Target, files: &[Finished]) -> Written {
    let range = native::range(contents).unwrap_or_default();
    let writes_all = contents.shard.is_whole() || contents.shard.number == contents.shard.of;
    let synthetic = if writes_all { contents.plan.synthesis().made() } else { 0 };
    Written {
        files: files
            .iter()
            .map(|file| WrittenFile { path: target.folder.join(&file.name), rows: file.rows, bytes: file.bytes })
            .collect(),
        tally: Tally { synthetic, ..contents.plan.tally_of(range) },
        set_aside: contents.dataset.set_aside().len() as u64,
    }
}
