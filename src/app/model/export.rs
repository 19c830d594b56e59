//! The state of the Export screen: which manifests are written, where, and what each will hold.
//!
//! Invariant: the chosen formats live in the recipe; a line is a view of one.

use std::path::PathBuf;

use super::Model;
use crate::recipe::ManifestFormat;

/// The Export screen.
#[derive(Debug, Default)]
pub struct ExportScreen {
    /// The selected line.
    pub cursor: usize,
    /// The folder to write to.
    pub folder: PathBuf,
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
pub(crate) const FORMATS: [ManifestFormat; 1] = [ManifestFormat::Native];

/// The formats as the screen lists them.
pub(super) fn lines(model: &Model) -> Vec<ExportLine> {
    let preview = model.rebalance.preview.value();
    let line = |format: ManifestFormat| match format {
        ManifestFormat::Native => ExportLine {
            format,
            title: "native",
            purpose: "the dataset's own format, kept records byte for byte",
            chosen: model.recipe.export.formats.contains(&format),
            path: model.export.folder.join(native_name(model)),
            rows: preview.map(|preview| preview.instances.after),
            bytes: None,
        },
    };
    FORMATS.into_iter().map(line).collect()
}

/// The dataset's own file name, since the manifest takes its place.
fn native_name(model: &Model) -> PathBuf {
    model.path.as_ref().and_then(|path| path.file_name()).map_or_else(|| PathBuf::from("demo.jsonl"), PathBuf::from)
}
