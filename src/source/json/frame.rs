//! The frame of a file of JSON records, as the file itself has it.
//!
//! Invariant: what was set aside never becomes part of a frame; where it stands in the way, a plain frame is used.

use std::borrow::Cow;
use std::ops::Range;

use super::text_start;
use crate::source::Frame;
use crate::source::span::skip_space;
use crate::source::walk::Spans;

/// The frame of records at `spans`; `body` is where a sequence's values are, `None` for lines.
pub(super) fn frame<'a>(bytes: &'a [u8], spans: &Spans, body: Option<&Range<usize>>) -> Frame<'a> {
    let bracketed = body.filter(|body| body.start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'['));
    match bracketed {
        Some(body) => array(bytes, spans, body),
        None => Frame::of_lines(bytes, spans, text_start(bytes)),
    }
}

fn array<'a>(bytes: &'a [u8], spans: &Spans, body: &Range<usize>) -> Frame<'a> {
    let before = Cow::Borrowed(&bytes[..skip_space(bytes, body.start)]);
    let joint = (spans.len() > 1).then(|| &bytes[spans.range(0).end..spans.range(1).start]);
    let between = joint.filter(|joint| joint.trim_ascii() == b",").unwrap_or(b",\n");
    let last = if spans.len() > 0 { spans.range(spans.len() - 1).end } else { body.start };
    let after = match (bytes.get(skip_space(bytes, last)), bytes.get(body.end)) {
        (Some(b']'), _) => Cow::Borrowed(&bytes[last..]),
        (_, Some(b']')) => Cow::Borrowed(&bytes[body.end..]),
        _ => Cow::Borrowed(b"\n]\n".as_slice()),
    };
    Frame { before, between: Cow::Borrowed(between), after, delimiter: None }
}
