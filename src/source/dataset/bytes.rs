//! The bytes of a dataset's records, and what stands around them, for formats that have such.
//!
//! Invariant: what is handed out is the file's own, but for a record that is asked for with another picture.

use std::ops::RangeInclusive;

use super::super::{Annotated, Frame};
use super::Dataset;

impl Dataset {
    /// The record's own bytes, where the format has such.
    #[must_use]
    pub fn raw(&self, number: usize) -> Option<&[u8]> {
        self.locate(number).and_then(|(reader, row)| reader.raw(row))
    }

    /// The record's bytes with another id and another picture, where it is a row of a text table with a column for pictures.
    #[must_use]
    pub fn with_picture(&self, number: usize, changed: (&str, &str)) -> Option<Vec<u8>> {
        self.locate(number).and_then(|(reader, row)| reader.with_picture(row, changed))
    }

    /// All bytes from the first to the last of some instances, where the format has such and they are of one file.
    #[must_use]
    pub fn raw_run(&self, numbers: RangeInclusive<usize>) -> Option<&[u8]> {
        let ((file, first), (other, last)) = (self.slot(*numbers.start())?, self.slot(*numbers.end())?);
        let reader = self.readers.get(file).filter(|reader| file == other && last < reader.len())?;
        reader.raw_run(first..=last)
    }

    /// What stands around the records of each file, in order.
    pub fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.readers.iter().map(|reader| reader.frame())
    }

    /// The files of images and annotations, in order; `None` for formats without such.
    #[must_use]
    pub fn annotated(&self) -> Option<Vec<Annotated<'_>>> {
        self.readers.iter().map(|reader| reader.annotated()).collect()
    }
}
