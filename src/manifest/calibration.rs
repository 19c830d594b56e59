//! `calibration.json`: what a manifest was made of, by what, and what that did.
//!
//! Invariant: holds no time, host or random name: the same dataset, recipe and seed give the same bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::RECIPE;
use super::measured::Measured;
use super::staging::Finished;
use crate::entity::Perspective;
use crate::preview::Measures;
use crate::recipe::Recipe;
use crate::source::SetAside;

/// A manifest's provenance.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration<'a> {
    /// The program and its version.
    pub tool: String,
    /// What was read.
    pub dataset: SourceRecord<'a>,
    /// The seed of all draws.
    pub seed: u64,
    /// Every value of the recipe, the defaults spelled out.
    pub recipe: &'a Recipe,
    /// Where every record went.
    pub records: Records,
    /// Each perspective before and after.
    pub perspectives: BTreeMap<Perspective, PerspectiveRecord>,
    /// The files beside this one: name, rows, bytes.
    pub files: Vec<FileRecord<'a>>,
    /// The records that could not be used, and why.
    pub set_aside: &'a [SetAside],
}

/// What was read.
#[derive(Clone, Debug, Serialize)]
pub struct SourceRecord<'a> {
    /// The path as it was given.
    pub path: &'a std::path::Path,
    /// The detected format.
    pub format: &'a str,
    /// BLAKE3 of the content.
    pub fingerprint: &'a str,
}

/// Where every record went: `kept + dropped + set_aside = read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// All records of the source.
    pub read: u64,
    /// Written at least once.
    pub kept: u64,
    /// Not written.
    pub dropped: u64,
    /// Could not be used.
    pub set_aside: u64,
    /// Rows written, repeats counted.
    pub written: u64,
}

/// A file of the manifest.
#[derive(Clone, Debug, Serialize)]
pub struct FileRecord<'a> {
    /// Its name in the manifest's folder.
    pub name: &'a str,
    /// The records in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

/// A perspective before and after.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PerspectiveRecord {
    /// τ, a count.
    pub threshold: u32,
    /// Distinct entities before.
    pub entities: u64,
    /// Sum of counts before and after.
    pub occurrences: [u64; 2],
    /// Measures before.
    pub before: Measures,
    /// Measures of what was written.
    pub after: Measures,
}

impl<'a> Calibration<'a> {
    /// The provenance of what was measured, in these files.
    pub(super) fn new(measured: &'a Measured, recipe: &'a Recipe, files: &'a [Finished]) -> Self {
        let tally = measured.tally;
        let aside = measured.set_aside.len() as u64;
        let file = |file: &'a Finished| FileRecord { name: &file.name, rows: file.rows, bytes: file.bytes };
        Self {
            tool: format!("fantail {}", env!("CARGO_PKG_VERSION")),
            dataset: SourceRecord {
                path: &measured.path,
                format: &measured.format,
                fingerprint: &measured.fingerprint,
            },
            seed: recipe.seed,
            recipe,
            records: Records {
                read: tally.instances + aside,
                kept: tally.kept,
                dropped: tally.dropped,
                set_aside: aside,
                written: tally.after,
            },
            perspectives: measured.perspectives.iter().map(|entry| (entry.perspective, entry.record())).collect(),
            files: files.iter().filter(|file| file.name != RECIPE).map(file).collect(),
            set_aside: &measured.set_aside,
        }
    }

    /// The file's content.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}
