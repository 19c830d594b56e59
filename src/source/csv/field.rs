//! Takes rows apart into fields, by RFC 4180.
//!
//! Invariant: a field is a span of the row's bytes; text is copied only where it holds doubled quotes.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};
use smallvec::SmallVec;

/// How far a quoted field may reach before its quote counts as stray, in bytes.
const FARTHEST: usize = 64 << 20;

/// A field without its quotes.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) span: Range<usize>,
    /// It holds doubled quotes.
    doubled: bool,
}

/// The fields of one row.
pub(super) type Fields = SmallVec<[Field; 16]>;

impl Field {
    /// Its span with the quotes around it, in the bytes that it was cut from.
    pub(super) fn outer(&self, bytes: &[u8]) -> Range<usize> {
        let quoted = self.span.start.checked_sub(1).is_some_and(|at| bytes.get(at) == Some(&b'"'));
        if quoted { self.span.start - 1..self.span.end + 1 } else { self.span.clone() }
    }

    /// What it says, doubled quotes made one; `None` where it is not UTF-8.
    pub(super) fn text<'b>(&self, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
        let text = std::str::from_utf8(bytes.get(self.span.clone())?).ok()?;
        Some(if self.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) })
    }
}

/// Takes the row at `at` apart and returns where the next one starts; `Err` for a quote that does not close where it should.
pub(super) fn split(bytes: &[u8], mut at: usize, delimiter: u8, fields: &mut Fields) -> Result<usize, ()> {
    fields.clear();
    loop {
        let (field, end) = field(bytes, at, delimiter)?;
        fields.push(field);
        match bytes.get(end) {
            Some(&byte) if byte == delimiter => at = end + 1,
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => return Ok(end + 2),
            Some(b'\r' | b'\n') => return Ok(end + 1),
            None => return Ok(bytes.len()),
            Some(_) => return Err(()),
        }
    }
}

fn field(bytes: &[u8], at: usize, delimiter: u8) -> Result<(Field, usize), ()> {
    if bytes.get(at) == Some(&b'"') {
        return quoted(bytes, at);
    }
    let rest = &bytes[at..];
    let length = memchr2(delimiter, b'\n', rest).unwrap_or(rest.len());
    let cut = if rest.get(length) != Some(&delimiter) && rest[..length].ends_with(b"\r") { length - 1 } else { length };
    Ok((Field { span: at..at + cut, doubled: false }, at + cut))
}

fn quoted(bytes: &[u8], at: usize) -> Result<(Field, usize), ()> {
    let window = &bytes[..bytes.len().min(at + FARTHEST)];
    let mut doubled = false;
    let mut end = at + 1;
    loop {
        end += window.get(end..).and_then(|rest| memchr(b'"', rest)).ok_or(())?;
        if bytes.get(end + 1) != Some(&b'"') {
            return Ok((Field { span: at + 1..end, doubled }, end + 1));
        }
        doubled = true;
        end += 2;
    }
}
