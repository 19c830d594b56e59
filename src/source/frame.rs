//! What stands around the records of a file: enough to write some of them as a file of the same kind.
//!
//! Invariant: a frame around all records of an undamaged file gives back the file, byte for byte.

use std::borrow::Cow;

/// The bytes before the first record, between two, and after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Before the first record: `[`, a header line, members before a wrapped array.
    pub before: Cow<'a, [u8]>,
    /// Between two records.
    pub between: Cow<'a, [u8]>,
    /// After the last record.
    pub after: Cow<'a, [u8]>,
}

impl Frame<'_> {
    /// One record a line.
    pub const LINES: Self =
        Frame { before: Cow::Borrowed(b""), between: Cow::Borrowed(b"\n"), after: Cow::Borrowed(b"\n") };

    /// True for a JSON array, whose records may span lines and stand apart by commas.
    #[must_use]
    pub fn is_array(&self) -> bool {
        self.between.trim_ascii() == b","
    }
}
