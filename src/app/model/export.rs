//! The state of the Export screen: which manifests are written, where, and what each will hold.
//!
//! Invariant: the chosen formats live in the recipe; a line is a view of one.

use std::path::PathBuf;

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
