//! Tells how a JSON file is built: an array, an object a line, an object that wraps an array, or single objects.
//!
//! Invariant: looks at a sample, and at the whole file only where one object spans it.

use std::ops::Range;

use memchr::memchr_iter;
use serde_json::{Map, Value};

use super::layout::{first_member, line_start};
use crate::source::span::{Member, Members, members, skip_space, value_end};
use crate::source::{Speaker, exchange, guess};

/// How much of the file is looked at, unless its first record is larger.
const SAMPLE: usize = 1 << 20;
/// How many records are looked at, at the start and in all.
const FIRST: usize = 64;
const PLACES: usize = 16;
/// How many stray bytes may stand before the first bracket.
const SLIP: usize = 4;
/// Members by which a part of a conversation is told from a record.
const PARTS: &[&str] = &["from", "value", "role", "content", "type", "text", "weight", "url", "image_url"];

/// Members by which a record is told from an object that wraps records; the names of conversations are others.
const RECORD: &[&str] =
    &["id", "image", "images", "caption", "captions", "text", "texts", "label", "labels", "statistics"];

/// Whether an object with this member is a record, and none that wraps records.
fn is_of_record(member: &str) -> bool {
    RECORD.contains(&member) || guess::TURNS.contains(&member)
}

/// Whether this is a member of a question with its answer, which is a part of a record where it stands within one.
fn is_of_exchange(member: &str) -> bool {
    member == "source" || exchange::speaker(member).is_some_and(|speaker| speaker != Speaker::Caption)
}

/// How the records follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One object a line.
    Lines,
    /// Values one after the other within these bytes.
    Sequence(Range<usize>),
}

/// The shape of JSON text, or why it is none.
pub(crate) fn shape(bytes: &[u8]) -> Result<Shape, String> {
    let start = skip_space(bytes, text_start(bytes));
    match bytes.get(start) {
        None => Err("the file is empty".into()),
        Some(b'[') => Ok(Shape::Sequence(start + 1..bytes.len())),
        _ if mostly_object_lines(bytes, start) => Ok(Shape::Lines),
        Some(b'{') => Ok(Shape::Sequence(wrapped(bytes, start).unwrap_or(start..bytes.len()))),
        Some(_) if bytes[start..].iter().take(SLIP).any(|byte| matches!(byte, b'[' | b'{')) => {
            Ok(Shape::Sequence(start..bytes.len()))
        }
        Some(_) => Err("it starts with neither [ nor {".into()),
    }
}

/// Where text starts: after the byte order mark.
pub(crate) fn text_start(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

fn mostly_object_lines(bytes: &[u8], start: usize) -> bool {
    let end = line_start(bytes, bytes.len().min(start + SAMPLE));
    let lines = bytes[start..end].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let (mut objects, mut seen) = (0, 0);
    for line in lines.filter(|line| !line.is_empty()).take(FIRST) {
        seen += 1;
        let line = line.strip_suffix(b",").unwrap_or(line);
        objects += usize::from(line.starts_with(b"{") && value_end(line, 0) == Ok(line.len()));
    }
    objects * 2 > seen && !(seen == 1 && wrapped(bytes, start).is_some())
}

/// The elements of the largest array of objects in the one object that the file is.
fn wrapped(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    if bytes.get(start) != Some(&b'{') {
        return None;
    }
    let Members { found, end } = members(bytes, start);
    if end.is_ok_and(|end| skip_space(bytes, end) != bytes.len()) {
        return None;
    }
    if found.iter().any(|member| is_of_record(member.name)) {
        return None;
    }
    let array_of_objects = |member: &&Member<'_>| {
        bytes.get(member.value.start) == Some(&b'[')
            && bytes.get(skip_space(bytes, member.value.start + 1)) == Some(&b'{')
    };
    let elements = found.iter().filter(array_of_objects).max_by_key(|member| member.value.len())?;
    let end = if elements.complete { elements.value.end - 1 } else { elements.value.end };
    let holds_record = first_member(bytes, skip_space(bytes, elements.value.start + 1))
        .is_some_and(|name| !PARTS.iter().any(|part| name[1..].strip_suffix(b"\"") == Some(part.as_bytes())));
    holds_record.then_some(elements.value.start + 1..end)
}

/// A few good records from all over the file.
#[derive(Default)]
pub(crate) struct Samples {
    /// Their members.
    pub(crate) records: Vec<Map<String, Value>>,
    /// The names of their first members, quotes included.
    pub(crate) first_members: Vec<Vec<u8>>,
}

impl Samples {
    /// Looks at the first records, then at some records at places spread over the file.
    pub(crate) fn take(bytes: &[u8], shape: &Shape) -> Self {
        let mut samples = Self::default();
        let body = match shape {
            Shape::Lines => text_start(bytes)..bytes.len(),
            Shape::Sequence(body) => body.clone(),
        };
        samples.collect(&bytes[..body.end], body.start, FIRST);
        for place in 1..PLACES {
            let from = body.start + (body.len() / PLACES) * place;
            samples.collect(&bytes[..body.end], from, samples.records.len() + 2);
        }
        samples
    }

    /// Takes records that start at or after `from` until there are `enough`.
    fn collect(&mut self, bytes: &[u8], from: usize, enough: usize) {
        let window = bytes.len().min(from + SAMPLE);
        let mut at = from;
        while self.records.len() < enough && at < window {
            let Some(found) = memchr_iter(b'{', &bytes[at..window]).next().map(|skip| at + skip) else { return };
            at = found + 1;
            let Ok(end) = value_end(bytes, found) else { continue };
            if self.add(bytes, found, end) {
                at = end;
            }
        }
    }

    fn add(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        let Some(first) = first_member(bytes, start) else { return false };
        let known = self.first_members.iter().any(|member| member == first);
        if !self.records.is_empty() && !known && !follows_record(bytes, start) {
            return false;
        }
        let Ok(record) = serde_json::from_slice::<Map<String, Value>>(&bytes[start..end]) else { return false };
        let inside = |member: &str| is_of_exchange(member) && !self.records.is_empty() && !known;
        if record.keys().all(|member| PARTS.contains(&member.as_str()) || inside(member)) {
            return false;
        }
        if !known {
            self.first_members.push(first.to_vec());
        }
        self.records.push(record);
        true
    }
}

/// True when what stands before `start` is the end of another object, or of a line.
fn follows_record(bytes: &[u8], start: usize) -> bool {
    let before = bytes[..start].trim_ascii_end();
    let before = before.strip_suffix(b",").unwrap_or(before).trim_ascii_end();
    matches!(before.last(), Some(b'}' | b'['))
}
