//! The frame of a file of JSON records, as the file itself has it.
//!
//! Invariant: what was set aside never becomes part of a frame; where it stands in the way, a plain frame is used. What is opened before
//! the records is closed after them, though the file may end early.

use std::borrow::Cow;
use std::ops::Range;

use super::text_start;
use crate::source::Frame;
use crate::source::span::{skip_space, string_end};
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
    let after = closed(&before, after);
    Frame { before, between: Cow::Borrowed(between), after, delimiter: None }
}

/// What stands after the records, with everything closed that was opened before them.
fn closed<'a>(before: &[u8], after: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
    let mut open = Vec::new();
    brackets(before, &mut open);
    brackets(&after, &mut open);
    if open.is_empty() {
        return after;
    }
    let ended = |start: &[u8], open: &[u8]| -> Vec<u8> {
        let ends = open.iter().rev().map(|&bracket| if bracket == b'{' { b'}' } else { b']' });
        start.iter().copied().chain(ends).chain([b'\n']).collect()
    };
    let whole = ended(after.trim_ascii_end(), &open);
    if serde_json::from_slice::<serde::de::IgnoredAny>(&[before, &whole].concat()).is_ok() {
        return Cow::Owned(whole);
    }
    // It ends inside a member that comes after them.
    open.clear();
    brackets(before, &mut open);
    Cow::Owned(ended(b"\n", &open))
}

/// Goes through the brackets outside of strings: those that stay open are left in `open`.
fn brackets(bytes: &[u8], open: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at).unwrap_or(bytes.len());
                continue;
            }
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => drop(open.pop()),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_before_the_records_is_closed_after_them() {
        let table = [
            ("[", "]\n", "]\n"),
            ("{\"info\": {\"a\": \"]}\\\"[\"}, \"data\": [", "], \"more\": [1]}", "], \"more\": [1]}"),
            ("{\"data\": [", "\n]\n", "\n]}\n"),
            ("{\"data\": [", "]", "]}\n"),
            ("{\"data\": [", "], \"mor", "\n]}\n"),
            ("{\"data\": {\"rows\": [", "], \"more\": [1", "], \"more\": [1]}}\n"),
        ];
        for (before, after, wanted) in table {
            let found = closed(before.as_bytes(), Cow::Borrowed(after.as_bytes()));
            assert_eq!(String::from_utf8_lossy(&found), wanted, "{before} … {after}");
        }
    }
}
