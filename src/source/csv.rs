//! Comma- and tab-separated tables with a header, by RFC 4180; a row is taken apart when it is read.
//!
//! Invariant: rows keep their bytes; a row with the wrong number of fields, or with a quote that does not close, is set aside
//! and the next line is read.

mod delimiter;
mod field;
mod names;
mod row;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub(crate) use delimiter::delimiter;
use field::{Field, Fields, split};
use names::{labels, listed, quoted};
pub(crate) use row::quoted_field;

use super::guess;
use super::json::{distinct, line_start, text_start};
use super::part::{Input, Part, Records, id_hash, of_walk};
use super::reader::{Place, Reader};
use super::role::{Role, Roles};
use super::walk::{Fault, Step, Walk, walk};
use super::{Image, Instance, SetAsideKind, SourceError, Turn};

/// How many rows are looked at.
const SAMPLE: usize = 64;

/// Loads one table.
pub(crate) fn load(input: Input<'_>, delimiter: u8) -> Result<Part, SourceError> {
    let start = text_start(&input.content);
    let header = header(&input.content, start, delimiter).map_err(|reason| input.malformed("a table", reason))?;
    if input.content[header.end..].trim_ascii().is_empty() {
        return Err(SourceError::Empty { path: input.path.to_owned(), reason: "it has a header and no rows".into() });
    }
    let samples = samples(&input.content, header.end, (delimiter, &header.names));
    let asked = &input.options.columns;
    guess::all_there(asked, &header.names).map_err(|reason| input.malformed("a table", reason))?;
    let (roles, _) = guess::roles(&samples, asked);
    let column = |name: &String| (roles.of(name), name.eq_ignore_ascii_case("labels"));
    let columns: Vec<_> = header.names.iter().map(column).collect();
    if columns.iter().filter_map(|(role, _)| *role).all(|role| role == Role::Id) {
        return Err(input.malformed("a table", guess::nothing_mapped(&header.names)));
    }
    let table = Table { delimiter, columns };
    let walked = walk(&table, &input.content, header.end, &input.phase)?;
    let mapping = mapping(&roles, &header.names);
    Ok(of_walk(input, walked, mapping, |records| Box::new(Rows { records, table, header_end: header.end })))
}

fn mapping(roles: &Roles, names: &[String]) -> Vec<(String, String)> {
    roles.mapping().into_iter().filter(|(_, column)| names.contains(column)).collect()
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

struct Table {
    delimiter: u8,
    /// What each column holds, and whether its name is that of several.
    columns: Vec<(Option<Role>, bool)>,
}

impl Table {
    fn id<'b>(&self, bytes: &'b [u8], fields: &Fields) -> Option<Cow<'b, str>> {
        let column = self.columns.iter().position(|(role, _)| *role == Some(Role::Id))?;
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
        for ((role, several), field) in self.columns.iter().zip(fields) {
            let Some(text) = field.text(bytes).filter(|text| !text.trim().is_empty()) else { continue };
            match role {
                Some(Role::Id) => into.id = text,
                Some(Role::Image) => match quoted(&text) {
                    Some(paths) => into.images.extend(paths.into_iter().map(|path| Image::Path(Cow::Owned(path)))),
                    None => into.images.push(Image::Path(text)),
                },
                Some(Role::Label) => into.labels.extend(labels(text, *several)),
                Some(Role::Text(speaker)) => into.turns.push(Turn { speaker: *speaker, text }),
                Some(Role::Objects) => into.given.objects.get_or_insert_default().extend(listed(text)),
                Some(Role::Tokens) => into.given.tokens.get_or_insert_default().extend(listed(text)),
                Some(Role::Interrogations) => into.given.interrogations.get_or_insert_default().extend(listed(text)),
                Some(Role::Turns | Role::Pairs | Role::Statistics) | None => {}
            }
        }
        distinct(&mut into.labels);
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
    records: Records,
    table: Table,
    /// Where the header line ends, its newline included.
    header_end: usize,
}

impl Reader for Rows {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        into.clear();
        let bytes = self.records.bytes(row);
        let mut fields = Fields::new();
        if split(bytes, 0, self.table.delimiter, &mut fields).is_ok() {
            self.table.fill(bytes, &fields, into);
        }
        if let Some(id) = self.records.made_id(row) {
            into.id = Cow::Owned(id);
        }
    }

    fn raw(&self, row: usize) -> Option<&[u8]> {
        Some(self.records.bytes(row))
    }

    fn with_picture(&self, row: usize, changed: (&str, &str)) -> Option<Vec<u8>> {
        self.table.with_picture(self.records.bytes(row), changed)
    }

    fn frame(&self) -> super::Frame<'_> {
        let frame = super::Frame::of_lines(&self.records.content, &self.records.spans, self.header_end);
        frame.delimited(self.table.delimiter)
    }

    fn place(&self, row: usize) -> Place {
        self.records.place(row)
    }
}
