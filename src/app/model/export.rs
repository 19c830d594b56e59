//! The state of the Export screen: which manifests are written, where, and what each will hold.
//!
//! Invariant: the chosen formats live in the recipe; a line is a view of one.

use std::path::PathBuf;

use super::Model;
use super::rebalance::Reckoning;
use crate::job::protocol::FOLDER;
use crate::recipe::ManifestFormat;
use crate::source::{Dataset, Format};

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
    /// The rows that it would hold, expected, where that is known; what is made for the tail among them.
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
        ExportLine { format, title, purpose, chosen: model.recipe.export.formats.contains(&format), rows, bytes }
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
    let Volume { before, after, copies, made } = model.volume();
    let with = |rows: Option<f64>, more: u64| rows.map(|rows| rows + more as f64);
    // A record is as long as the average one; a row of the table is mostly its id, path and reason.
    let times = |rows: Option<f64>, each: f64| rows.map(|rows| (rows * each) as u64);
    match format {
        ManifestFormat::Native => {
            let rows = with(after, made);
            let each = model.loaded().and_then(|loaded| record_bytes(&loaded.dataset));
            (rows, each.and_then(|each| times(rows, each)))
        }
        ManifestFormat::Parquet => (with(before, made), times(with(before, made), 40.0)),
        ManifestFormat::Jsonl => (with(before, made), times(with(before, made), 230.0)),
        ManifestFormat::Csv => (with(before, made), times(with(before, made), 120.0)),
        // And one more array for each stage of a schedule.
        ManifestFormat::Weights => {
            (before, times(before, 8.0 * (1 + crate::policy::stages(&model.recipe).len()) as f64))
        }
        ManifestFormat::Indices => (with(after, copies), times(with(after, copies), 8.0)),
    }
}

/// How many instances there are, and would be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Volume {
    /// Before.
    pub before: Option<f64>,
    /// After rebalancing, repeats counted: exact where it is planned what is made for the tail, else expected.
    pub after: Option<f64>,
    /// Copies that are made for the tail.
    pub copies: u64,
    /// All that is made for the tail.
    pub made: u64,
}

impl Model {
    /// How many instances the recipe would leave and make, as far as that is known.
    #[must_use]
    pub fn volume(&self) -> Volume {
        let before = self.loaded().map(|loaded| loaded.index.instances() as f64);
        let planned = match &self.synthesize.completion {
            Reckoning::Exact(completion) if self.synthesize.asked.as_ref() == Some(&self.recipe) => Some(completion),
            _ => None,
        };
        match planned.filter(|_| self.recipe.synthesis.is_on()) {
            Some(completion) => Volume {
                before,
                after: Some(completion.tally.after as f64),
                copies: completion.plan.copies().map(|(_, copies)| u64::from(copies)).sum(),
                made: completion.plan.made(),
            },
            None => Volume {
                before,
                after: self.rebalance.preview.value().map(|preview| preview.instances.after),
                ..Volume::default()
            },
        }
    }
}

/// The bytes of a record on average, unpacked.
fn record_bytes(dataset: &Dataset) -> Option<f64> {
    /// Records that are looked at where the size of the files says nothing.
    const SAMPLE: usize = 256;
    let packed = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    if !dataset.files().iter().any(packed) {
        return dataset.record_bytes();
    }
    // Their records are spread over several lists.
    if matches!(dataset.format(), Format::Coco | Format::Lvis) {
        return None;
    }
    let step = dataset.len().div_ceil(SAMPLE).max(1);
    let sizes: Option<Vec<f64>> =
        (0..dataset.len()).step_by(step).map(|number| Some(dataset.raw(number)?.len() as f64)).collect();
    // And what stands between two of them.
    sizes.filter(|sizes| !sizes.is_empty()).map(|sizes| sizes.iter().sum::<f64>() / sizes.len() as f64 + 1.0)
}
