//! What a format makes of a file: records that are read one by one.
//!
//! Invariant: a reader gives the same record each time that it is asked for it.

use std::ops::RangeInclusive;

use super::Instance;

/// One readable part of a dataset: a file, or a shard of one.
pub trait Reader: Send + Sync {
    /// How many usable records it holds.
    fn len(&self) -> usize;

    /// True when it holds none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Clears `into` and fills it with record `row` (`row < len`).
    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>);

    /// As [`Self::read`], but only the id, whose hash is known, and the first image have to be right: much cheaper where the rest
    /// need not be taken apart.
    fn read_head<'a>(&'a self, (row, _id_hash): (usize, u64), into: &mut Instance<'a>) {
        self.read(row, into);
    }

    /// The record's own bytes, where the format has such (JSON records, CSV lines, list lines).
    fn raw(&self, _row: usize) -> Option<&[u8]> {
        None
    }

    /// The record's bytes with another id and another picture, where its format is one of tables of text.
    fn with_picture(&self, _row: usize, _changed: (&str, &str)) -> Option<Vec<u8>> {
        None
    }

    /// All bytes from the first of some records to the last, and so what stands between them, where [`Self::raw`] gives such.
    fn raw_run(&self, _rows: RangeInclusive<usize>) -> Option<&[u8]> {
        None
    }

    /// What stands around its records, where [`Self::raw`] gives them.
    fn frame(&self) -> super::Frame<'_> {
        super::Frame::LINES
    }

    /// The file's lists of images and annotations, where it has such.
    fn annotated(&self) -> Option<super::Annotated<'_>> {
        None
    }

    /// Where record `row` is in its file.
    fn place(&self, row: usize) -> Place {
        Place { row: row as u64, offset: 0 }
    }
}

/// Where a record is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0-based row among all records of the file, usable or not.
    pub row: u64,
    /// Byte offset in the (decompressed) file; 0 where the format has none.
    pub offset: u64,
}
