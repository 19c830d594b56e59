//! One file of a dataset on its way in: what a format is given, and what it makes of it.
//!
//! Invariant: a part's set-aside rows and usable records together are all its rows.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::content::Content;
use super::dataset::Reader;
use super::meter::Phase;
use super::walk::{Aside, Walked};
use super::{Options, SetAside, SourceError};

/// What a format is given.
pub(crate) struct Input<'a> {
    /// The file, for messages.
    pub(crate) path: &'a Path,
    pub(crate) content: Content,
    /// The number of rows in the files before this one.
    pub(crate) first_row: u64,
    pub(crate) options: &'a Options,
    pub(crate) phase: Phase<'a>,
}

impl Input<'_> {
    pub(crate) fn malformed(&self, format: &'static str, reason: impl Into<String>) -> SourceError {
        SourceError::Malformed { path: self.path.to_owned(), format, reason: reason.into() }
    }
}

/// What a format makes of it.
pub(crate) struct Part {
    pub(crate) reader: Box<dyn Reader>,
    pub(crate) id_hashes: Vec<u64>,
    pub(crate) set_aside: Vec<SetAside>,
    /// Pairs of role and column.
    pub(crate) mapping: Vec<(String, String)>,
    pub(crate) warnings: Vec<String>,
    /// All rows, usable or not.
    pub(crate) rows: u64,
}

/// The stable hash of an id.
pub(crate) fn id_hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The id of a record that has none in a file without ids.
pub(crate) fn row_id(row: u64) -> String {
    format!("row-{row}")
}

/// The hashes of a walk's ids; made from rows where no record has an id.
pub(crate) fn id_hashes(walked: &mut Walked, made: bool, first_row: u64) -> Vec<u64> {
    if !made {
        return std::mem::take(&mut walked.id_hashes);
    }
    (0..walked.spans.len()).map(|index| id_hash(&row_id(first_row + walked.spans.row(index)))).collect()
}

/// What a walk set aside, with the file's name.
pub(crate) fn set_aside(asides: Vec<Aside>, path: &Path) -> Vec<SetAside> {
    let with_path = |Aside { row, offset, fault }| SetAside {
        file: path.to_owned(),
        row,
        offset,
        kind: fault.kind,
        message: fault.message,
    };
    asides.into_iter().map(with_path).collect()
}
