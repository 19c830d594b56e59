//! A plan's result as files: the kept records in the source's own format, tables of decisions, arrays for samplers, and where all
//! of it comes from.
//!
//! Invariant: files grow in a staging folder in their target and are renamed once all are on disk; a reader never sees half of one,
//! the source is never written to, and original records pass through byte for byte.

mod album;
mod appended;
mod array;
mod calibration;
mod decided;
mod decisions;
mod digest;
mod error;
mod fill;
mod guard;
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
mod target;
mod write;

pub use calibration::{
    Calibration, CompletedRecord, MadeRecord, PerspectiveRecord, SourceRecord, SynthesisRecord, TailRecord,
};
pub use error::ManifestError;
pub use merge::merge;
pub use pending::Pending;
pub use shard::Shard;
pub use sql::{SQL_FILES, check_sql, write_sql};
pub use stages::StageRecord;
pub use target::{Target, occupied};
pub use write::write;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::index::Index;
use crate::plan::{Plan, Tally};
use crate::recipe::{ManifestFormat, Recipe, SynthesisName};
use crate::source::Dataset;
use fill::Part;

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
        other => fixed_name(other).map(str::to_owned).into_iter().collect(),
    }
}

/// Whether an export that did not come to its end has left something to go on from.
#[must_use]
pub fn is_unfinished(folder: &Path) -> bool {
    staging::holds_work(folder)
}

/// The name of a format's file where it is the same for every dataset.
const fn fixed_name(format: ManifestFormat) -> Option<&'static str> {
    match format {
        ManifestFormat::Native => None,
        ManifestFormat::Parquet => Some("decisions.parquet"),
        ManifestFormat::Jsonl => Some("decisions.jsonl"),
        ManifestFormat::Csv => Some("decisions.csv"),
        ManifestFormat::Weights => Some("weights.npy"),
        ManifestFormat::Indices => Some("indices.npy"),
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

/// The names of the files of all formats that the recipe asks for.
fn format_names<'a>(dataset: &'a Dataset, recipe: &Recipe) -> impl Iterator<Item = String> + use<'a> {
    let stages = stages::records(recipe).into_iter().filter_map(|stage| stage.file);
    chosen(recipe).into_iter().flat_map(|format| names(dataset, format)).chain(stages)
}

/// The recipe's formats, each once, in the order in which they are written.
fn chosen(recipe: &Recipe) -> Vec<ManifestFormat> {
    ManifestFormat::ALL.into_iter().filter(|format| recipe.export.formats.contains(format)).collect()
}

/// True when the folder's recipe says the same; then it is left as it is, with its comments.
fn holds_recipe(folder: &Path, recipe: &Recipe) -> bool {
    Recipe::load(&folder.join(RECIPE)).is_ok_and(|found| found == *recipe)
}
