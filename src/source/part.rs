//! One file of a dataset on its way in: what a format is given, and what it makes of it.
//!
//! Invariant: a part's set-aside rows and usable records together are all its rows.

use std::ops::RangeInclusive;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::content::Content;
use super::meter::Phase;
use super::reader::{Place, Reader};
use super::walk::{Aside, Spans, Walked};
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

/// The usable records of a file in which a record is a span of bytes.
pub(crate) struct Records {
    pub(crate) content: Content,
    pub(crate) spans: Spans,
    /// The number of rows in the files before this one, where ids are made from rows.
    made_ids: Option<u64>,
}

impl Records {
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The bytes of a record.
    pub(crate) fn bytes(&self, row: usize) -> &[u8] {
        &self.content[self.spans.range(row)]
    }

    /// All bytes from the first of some records to the last.
    pub(crate) fn run(&self, rows: RangeInclusive<usize>) -> Option<&[u8]> {
        self.content.get(self.spans.range(*rows.start()).start..self.spans.range(*rows.end()).end)
    }

    /// The id of a record whose file has none.
    pub(crate) fn made_id(&self, row: usize) -> Option<String> {
        self.made_ids.map(|first| row_id(first + self.spans.row(row)))
    }

    pub(crate) fn place(&self, row: usize) -> Place {
        Place { row: self.spans.row(row), offset: self.spans.range(row).start as u64 }
    }
}

/// The stable hash of an id.
pub(crate) fn id_hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The id of a record that has none in a file without ids.
pub(crate) fn row_id(row: u64) -> String {
    format!("row-{row}")
}

/// The part that a walk over the content makes. Ids are made from rows where no record has one; `reader` is given the records.
pub(crate) fn of_walk(
    input: Input<'_>,
    mut walked: Walked,
    mapping: Vec<(String, String)>,
    reader: impl FnOnce(Records) -> Box<dyn Reader>,
) -> Part {
    let made_ids = walked.settle_ids().then_some(input.first_row);
    let records = Records { content: input.content, spans: walked.spans, made_ids };
    let id_hashes = match made_ids {
        Some(_) => (0..records.len()).filter_map(|row| records.made_id(row)).map(|id| id_hash(&id)).collect(),
        None => walked.id_hashes,
    };
    Part {
        reader: reader(records),
        id_hashes,
        set_aside: set_aside(walked.aside, input.path),
        mapping,
        warnings: Vec::new(),
        rows: walked.rows,
    }
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
