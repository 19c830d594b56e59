//! The state of the Export screen: which manifests are written, where, and what each will hold.
//!
//! Invariant: the chosen formats live in the recipe; a line is a view of one.

use std::path::PathBuf;

use super::Model;
use crate::job::protocol::FOLDER;
use crate::recipe::ManifestFormat;
use crate::source::{STDIN_NAME, is_stdin};

/// The Export screen.
#[derive(Debug, Default)]
pub struct ExportScreen {
    /// The selected line.
    pub cursor: usize,
    /// The folder to write to.
    pub folder: PathBuf,
}

impl ExportScreen {
    /// The folder of the trained model and of the pictures that are made.
    #[must_use]
    pub fn synthesis(&self) -> PathBuf {
        self.folder.join(FOLDER)
    }
}

/// A manifest format's line.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportLine {
    /// The format.
    pub format: ManifestFormat,
    /// Its name on the screen.
    pub title: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// True when the recipe asks for it.
    pub chosen: bool,
    /// The file or folder that would be written.
    pub path: PathBuf,
    /// The rows that it would hold, expected, where that is known.
    pub rows: Option<f64>,
    /// The bytes that it would hold, estimated, where that is known.
    pub bytes: Option<u64>,
}

/// Every format that can be written.
pub(crate) const FORMATS: [ManifestFormat; 6] = ManifestFormat::ALL;

/// The formats as the screen lists them.
pub(super) fn lines(model: &Model) -> Vec<ExportLine> {
    let line = |format: ManifestFormat| {
        let (title, purpose) = words(format);
        let (rows, bytes) = figures(model, format);
        let path = model.export.folder.join(file_name(model, format));
        ExportLine { format, title, purpose, chosen: model.recipe.export.formats.contains(&format), path, rows, bytes }
    };
    FORMATS.into_iter().map(line).collect()
}

const fn words(format: ManifestFormat) -> (&'static str, &'static str) {
    match format {
        ManifestFormat::Native => ("native", "the dataset's own format, kept records byte for byte"),
        ManifestFormat::Parquet => ("parquet", "every decision with its reason, for polars, pandas and SQL"),
        ManifestFormat::Jsonl => ("jsonl", "the same table, a JSON object a line"),
        ManifestFormat::Csv => ("csv", "the same table, comma-separated"),
        ManifestFormat::Weights => ("weights", "NumPy, a weight a row of the source, for a weighted sampler"),
        ManifestFormat::Indices => ("indices", "NumPy, kept rows with repeats, for select"),
    }
}

/// Rows, expected, and bytes, estimated, where they can be told.
fn figures(model: &Model, format: ManifestFormat) -> (Option<f64>, Option<u64>) {
    let after = model.rebalance.preview.value().map(|preview| preview.instances.after);
    let loaded = model.loaded();
    let before = loaded.map(|loaded| loaded.index.instances() as f64);
    // A record is as long as the average one; a row of the table is mostly its id, path and reason.
    let times = |rows: Option<f64>, each: f64| rows.map(|rows| (rows * each) as u64);
    match format {
        ManifestFormat::Native => {
            let each = loaded.and_then(|loaded| loaded.dataset.record_bytes());
            (after, each.and_then(|each| times(after, each)))
        }
        ManifestFormat::Parquet => (before, times(before, 40.0)),
        ManifestFormat::Jsonl => (before, times(before, 230.0)),
        ManifestFormat::Csv => (before, times(before, 120.0)),
        // And one more array for each stage of a schedule.
        ManifestFormat::Weights => {
            (before, times(before, 8.0 * (1 + crate::policy::stages(&model.recipe).len()) as f64))
        }
        ManifestFormat::Indices => (after, times(after, 8.0)),
    }
}

/// The file of a format; of the native one, the dataset's own name, since the manifest takes its place.
fn file_name(model: &Model, format: ManifestFormat) -> PathBuf {
    match format {
        ManifestFormat::Native => {
            let stdin = model.path.as_deref().is_some_and(is_stdin).then_some(STDIN_NAME.as_ref());
            let name = stdin.or_else(|| model.path.as_ref().and_then(|path| path.file_name()));
            name.map_or_else(|| PathBuf::from("calibrated.jsonl"), PathBuf::from)
        }
        ManifestFormat::Parquet => "decisions.parquet".into(),
        ManifestFormat::Jsonl => "decisions.jsonl".into(),
        ManifestFormat::Csv => "decisions.csv".into(),
        ManifestFormat::Weights => "weights.npy".into(),
        ManifestFormat::Indices => "indices.npy".into(),
    }
}
