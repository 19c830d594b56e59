//! Comma- and tab-separated tables with a header, by RFC 4180; a row is taken apart when it is read.
//!
//! Invariant: rows keep their bytes; a row with the wrong number of fields, or with a quote that does not close, is set aside
//! and the next line is read.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};
use serde_json::{Map, Value};
use smallvec::SmallVec;

use super::content::Content;
use super::dataset::{Place, Reader};
use super::guess;
use super::json::{line_start, text_start};
use super::part::{Input, Part, id_hash, id_hashes, row_id, set_aside};
use super::role::{Role, Roles};
use super::walk::{Fault, Spans, Step, Walk, walk};
use super::{Image, Instance, SetAsideKind, SourceError, Turn};

/// How many rows are looked at.
const SAMPLE: usize = 64;
/// How far a quoted field may reach before its quote counts as stray, in bytes.
const FARTHEST: usize = 64 << 20;

/// Loads one table.
pub(crate) fn load(input: Input<'_>, delimiter: u8) -> Result<Part, SourceError> {
    let start = text_start(&input.content);
    let header = header(&input.content, start, delimiter).map_err(|reason| input.malformed("a table", reason))?;
    if input.content[header.end..].trim_ascii().is_empty() {
        return Err(SourceError::Empty { path: input.path.to_owned(), reason: "it has a header and no rows".into() });
    }
    let samples = samples(&input.content, header.end, (delimiter, &header.names));
    let (roles, _) =
        guess::roles(&samples, &input.options.columns).map_err(|reason| input.malformed("a table", reason))?;
    let columns: Vec<Option<Role>> = header.names.iter().map(|name| roles.of(name)).collect();
    if columns.iter().flatten().all(|role| *role == Role::Id) {
        return Err(input.malformed("a table", guess::nothing_mapped(&header.names)));
    }
    let table = Table { delimiter, columns };
    let mut walked = walk(&table, &input.content, header.end, &input.phase)?;
    let made_ids = walked.settle_ids();
    let id_hashes = id_hashes(&mut walked, made_ids, input.first_row);
    let mapping = mapping(&roles, &header.names);
    let reader = Rows {
        content: input.content,
        spans: walked.spans,
        table,
        made_ids: made_ids.then_some(input.first_row),
        header_end: header.end,
    };
    Ok(Part {
        reader: Box::new(reader),
        id_hashes,
        set_aside: set_aside(walked.aside, input.path),
        mapping,
        warnings: Vec::new(),
        rows: walked.rows,
    })
}

fn mapping(roles: &Roles, names: &[String]) -> Vec<(String, String)> {
    roles.mapping().into_iter().filter(|(_, column)| names.contains(column)).collect()
}

/// The delimiter of a table: the one that cuts most sampled rows into as many fields as the header, and more than one.
pub(crate) fn delimiter(bytes: &[u8]) -> Result<u8, String> {
    let start = text_start(bytes);
    let width = |delimiter: u8| header(bytes, start, delimiter).map_or(0, |header| header.names.len());
    let fits = |delimiter: u8| {
        let table = Table { delimiter, columns: vec![None; width(delimiter)] };
        let (mut at, mut good, mut all) = (start, 0, 0);
        while let Some(step) = table.step(bytes, at).filter(|_| all <= SAMPLE) {
            at = step.next;
            all += 1;
            good += usize::from(step.outcome.is_ok());
        }
        (good == 1 && all == 1 && is_header(bytes, start, delimiter)) || good >= 2 && good * 10 >= all * 8
    };
    let candidates = [b'\t', b',', b';', b'|'].into_iter().filter(|&delimiter| width(delimiter) > 1 && fits(delimiter));
    candidates
        .max_by_key(|&delimiter| width(delimiter))
        .ok_or_else(|| "its rows have no common number of fields".into())
}

/// Whether a line that stands alone is a header for sure: some of its names are known ones, and no name is a sentence.
fn is_header(bytes: &[u8], start: usize, delimiter: u8) -> bool {
    let Ok(Header { names, .. }) = header(bytes, start, delimiter) else { return false };
    let known = [guess::IDS, guess::IMAGES, guess::LABELS, guess::OBJECTS];
    names.iter().all(|name| !name.contains(' '))
        && (known.iter().any(|known| guess::first_of(known, &names).is_some())
            || names.iter().any(|name| guess::text_speaker(name).is_some()))
}

struct Header {
    names: Vec<String>,
    end: usize,
}

fn header(bytes: &[u8], start: usize, delimiter: u8) -> Result<Header, String> {
    let start =
        start + bytes[start..].iter().position(|byte| !matches!(byte, b'\r' | b'\n')).ok_or("it has no header")?;
    let mut fields = Fields::new();
    let end = split(bytes, start, delimiter, &mut fields).map_err(|()| "its header has a quote that does not close")?;
    let names: Option<Vec<String>> = fields.iter().map(|field| field.text(bytes).map(Cow::into_owned)).collect();
    let names = names.ok_or("its header is not UTF-8")?;
    if names.iter().any(|name| name.contains('\0')) {
        return Err("its header is not text".into());
    }
    Ok(Header { names: names.into_iter().map(|name| name.trim().to_owned()).collect(), end })
}

fn samples(bytes: &[u8], from: usize, (delimiter, names): (u8, &[String])) -> Vec<Map<String, Value>> {
    let mut fields = Fields::new();
    let mut at = from;
    let mut rows = Vec::new();
    while rows.len() < SAMPLE && at < bytes.len() {
        let Ok(next) = split(bytes, at, delimiter, &mut fields) else { break };
        let value = |field: &Field| field.text(bytes).map_or(Value::Null, |text| Value::String(text.into_owned()));
        rows.push(names.iter().cloned().zip(fields.iter().map(value)).collect());
        at = next;
    }
    if rows.is_empty() {
        rows.push(names.iter().cloned().map(|name| (name, Value::Null)).collect());
    }
    rows
}

/// A field without its quotes.
#[derive(Clone)]
struct Field {
    span: Range<usize>,
    /// It holds doubled quotes.
    doubled: bool,
}

type Fields = SmallVec<[Field; 16]>;

impl Field {
    fn text<'b>(&self, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
        let text = std::str::from_utf8(bytes.get(self.span.clone())?).ok()?;
        Some(if self.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) })
    }
}

/// Takes the row at `at` apart and returns where the next one starts; `Err` for a quote that does not close where it should.
fn split(bytes: &[u8], mut at: usize, delimiter: u8, fields: &mut Fields) -> Result<usize, ()> {
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

struct Table {
    delimiter: u8,
    columns: Vec<Option<Role>>,
}

impl Table {
    fn id<'b>(&self, bytes: &'b [u8], fields: &Fields) -> Option<Cow<'b, str>> {
        let column = self.columns.iter().position(|role| *role == Some(Role::Id))?;
        fields[column].text(bytes).filter(|id| !id.is_empty())
    }

    fn check(&self, bytes: &[u8], fields: &Fields) -> Result<Option<u64>, Fault> {
        if fields.len() != self.columns.len() {
            let message = format!("the row has {} fields, the header has {}", fields.len(), self.columns.len());
            return Err(Fault::new(SetAsideKind::BadRow, message));
        }
        if fields.iter().any(|field| simdutf8::basic::from_utf8(&bytes[field.span.clone()]).is_err()) {
            return Err(Fault::new(SetAsideKind::InvalidUtf8, "the row is not UTF-8"));
        }
        Ok(self.id(bytes, fields).map(|id| id_hash(&id)))
    }

    fn fill<'b>(&self, bytes: &'b [u8], fields: &Fields, into: &mut Instance<'b>) {
        for (role, field) in self.columns.iter().zip(fields) {
            let Some(text) = field.text(bytes).filter(|text| !text.trim().is_empty()) else { continue };
            match role {
                Some(Role::Id) => into.id = text,
                Some(Role::Image) => into.images.push(Image::Path(text)),
                Some(Role::Label) => into.labels.push(text),
                Some(Role::Text(speaker)) => into.turns.push(Turn { speaker: *speaker, text }),
                Some(Role::Objects) => into.given.objects.get_or_insert_default().extend(listed(text)),
                Some(Role::Tokens) => into.given.tokens.get_or_insert_default().extend(listed(text)),
                Some(Role::Interrogations) => into.given.interrogations.get_or_insert_default().extend(listed(text)),
                Some(Role::Turns | Role::Pairs | Role::Statistics) | None => {}
            }
        }
    }
}

/// The names in one field: separated by `|`, `;` or `,`, the first of these that occurs.
fn listed(text: Cow<'_, str>) -> Vec<Cow<'_, str>> {
    let separator = ['|', ';', ','].into_iter().find(|&separator| text.contains(separator)).unwrap_or('|');
    let names = |text: &str| -> Vec<String> {
        text.split(separator).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    match text {
        Cow::Borrowed(text) => {
            text.split(separator).map(str::trim).filter(|name| !name.is_empty()).map(Cow::Borrowed).collect()
        }
        Cow::Owned(text) => names(&text).into_iter().map(Cow::Owned).collect(),
    }
}

impl Walk for Table {
    fn step(&self, bytes: &[u8], at: usize) -> Option<Step> {
        let start = at + bytes.get(at..)?.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
        let mut fields = Fields::new();
        if let Ok(next) = split(bytes, start, self.delimiter, &mut fields) {
            return Some(Step { span: start..line_end(bytes, start, next), next, outcome: self.check(bytes, &fields) });
        }
        let next = line_start(bytes, start + 1);
        let fault = if next == bytes.len() {
            Fault::new(SetAsideKind::Truncated, "the file ends inside a quoted field")
        } else {
            Fault::new(SetAsideKind::BadRow, "a quote does not close where its field ends")
        };
        Some(Step { span: start..line_end(bytes, start, next), next, outcome: Err(fault) })
    }

    fn align(&self, bytes: &[u8], at: usize) -> usize {
        line_start(bytes, at)
    }
}

/// The end of `start..next` without its line break.
fn line_end(bytes: &[u8], start: usize, next: usize) -> usize {
    let row = &bytes[start..next];
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    start + row.strip_suffix(b"\r").unwrap_or(row).len()
}

struct Rows {
    content: Content,
    spans: Spans,
    table: Table,
    made_ids: Option<u64>,
    /// Where the header line ends, its newline included.
    header_end: usize,
}

impl Reader for Rows {
    fn len(&self) -> usize {
        self.spans.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        into.clear();
        let bytes = &self.content[self.spans.range(row)];
        let mut fields = Fields::new();
        if split(bytes, 0, self.table.delimiter, &mut fields).is_ok() {
            self.table.fill(bytes, &fields, into);
        }
        if let Some(first) = self.made_ids {
            into.id = Cow::Owned(row_id(first + self.spans.row(row)));
        }
    }

    fn raw(&self, row: usize) -> Option<&[u8]> {
        Some(&self.content[self.spans.range(row)])
    }

    fn frame(&self) -> super::Frame<'_> {
        super::Frame::of_lines(&self.content, &self.spans, self.header_end)
    }

    fn place(&self, row: usize) -> Place {
        Place { row: self.spans.row(row), offset: self.spans.range(row).start as u64 }
    }
}
