//! Tells of a JSON file that it ends early, where no record does.
//!
//! Invariant: says nothing of a file that is whole, and nothing that a record that was set aside tells already.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::number::count;
use crate::source::span::{Flaw, members, skip_space, value_end};
use crate::source::walk::Walked;

/// Why a file has no record at all: it ends inside its first one. What lies in that is no record, unless it has all the members
/// that the first has: then that lacks no more than a bracket.
pub(super) fn cut_at_once(bytes: &[u8], body: &Range<usize>, records: &[Map<String, Value>]) -> Option<String> {
    let first = skip_space(bytes, body.start);
    let unclosed = bytes.get(first).is_none_or(|byte| *byte == b'{') && value_end(bytes, first) == Err(Flaw::Unclosed);
    (unclosed && body.end == bytes.len()).then_some(())?;
    let begun = if first < bytes.len() { members(bytes, first).found } else { Vec::new() };
    let is_like = |record: &Map<String, Value>| begun.iter().all(|member| record.contains_key(member.name));
    (begun.is_empty() || !records.iter().any(is_like)).then(|| {
        format!(
            "the file ends at byte {}, inside its first record, which starts at byte {}; copy or download it again",
            count(bytes.len() as u64),
            count(first as u64)
        )
    })
}

/// What is told of a file that ends behind a whole record, though its array, or the object around that, goes on.
pub(super) fn unclosed(bytes: &[u8], body: &Range<usize>, walked: &Walked) -> Option<String> {
    let last = walked.spans.len().checked_sub(1).map(|last| walked.spans.range(last).end)?;
    let told = walked.aside.last().is_some_and(|aside| aside.offset as usize >= last);
    let bracketed = body.start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'[');
    let rest = bytes[last..].iter().find(|byte| !byte.is_ascii_whitespace() && **byte != b',');
    let around = bytes[body.end.min(bytes.len())..].trim_ascii();
    let missing = match (rest, around) {
        _ if told || !bracketed => return None,
        (None, _) => "the ] that closes its array: records may be missing at its end",
        (Some(_), [b']', inner @ ..]) if !inner.ends_with(b"}") => "the } that closes the object around its records",
        _ => return None,
    };
    Some(format!("the file ends at byte {} without {missing}", count(bytes.len() as u64)))
}
