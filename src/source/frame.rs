//! What stands around the records of a file: enough to write some of them as a file of the same kind.
//!
//! Invariant: a frame around all records of an undamaged file gives back the file, byte for byte.

use std::borrow::Cow;
use std::ops::Range;

use super::walk::Spans;

/// The bytes before the first record, between two, and after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Before the first record: `[`, a header line, members before a wrapped array.
    pub before: Cow<'a, [u8]>,
    /// Between two records.
    pub between: Cow<'a, [u8]>,
    /// After the last record.
    pub after: Cow<'a, [u8]>,
    /// What separates the fields of a record, where its format leaves that to the file.
    pub delimiter: Option<u8>,
}

impl<'a> Frame<'a> {
    /// One record a line.
    pub const LINES: Self = Frame {
        before: Cow::Borrowed(b""),
        between: Cow::Borrowed(b"\n"),
        after: Cow::Borrowed(b"\n"),
        delimiter: None,
    };

    /// The frame of a file of lines at `spans` whose first line of records starts at `start`.
    pub(crate) fn of_lines(bytes: &'a [u8], spans: &Spans, start: usize) -> Self {
        let ends = |row: usize| &bytes[spans.range(row).end..];
        let (newline, after): (&[u8], _) = match spans.len().checked_sub(1) {
            None => (b"\n", b"".as_slice()),
            Some(last) => (if ends(0).starts_with(b"\r\n") { b"\r\n" } else { b"\n" }, ends(last)),
        };
        let after = if after.trim_ascii().is_empty() { after } else { newline };
        let [before, between, after] = [&bytes[..start], newline, after].map(Cow::Borrowed);
        Self { before, between, after, delimiter: None }
    }

    /// The frame of a file whose fields are separated so.
    pub(crate) fn delimited(self, delimiter: u8) -> Self {
        Self { delimiter: Some(delimiter), ..self }
    }

    /// What keeps the records of another file out of this frame, if anything does; `None` where they fit.
    #[must_use]
    pub fn differs(&self, other: &Frame<'_>) -> Option<&'static str> {
        if self.is_array() != other.is_array() {
            return Some("one is a JSON array, the other has a record a line");
        }
        if self.delimiter != other.delimiter {
            return Some("their fields are separated by other signs");
        }
        let same = |one: &[u8], other: &[u8]| essential(one).eq(essential(other));
        if !same(&self.before, &other.before) {
            return Some(if self.is_array() {
                "their arrays are wrapped in other objects"
            } else {
                "their headers differ"
            });
        }
        (self.is_array() && !same(&self.after, &other.after)).then_some("other members follow their arrays")
    }

    /// True for a JSON array, whose records may span lines and stand apart by commas.
    #[must_use]
    pub fn is_array(&self) -> bool {
        self.between.trim_ascii() == b","
    }
}

/// A frame's text without white space and without a mark of its byte order.
fn essential(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace())
}

/// A file whose records are in two lists: images, and annotations that belong to them by their id.
pub struct Annotated<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// What is between the brackets of the list of images.
    pub images: Range<usize>,
    /// What is between the brackets of the list of annotations.
    pub annotations: Option<Range<usize>>,
    /// The place of each usable annotation, in the order of the file, and which of the file's usable images it belongs to.
    pub belonging: Vec<(Range<usize>, u32)>,
}
