//! `path label` lines, as image classification lists are written.
//!
//! Invariant: the label is the last field, so a path may hold spaces; the path is the id.

use std::borrow::Cow;

use memchr::memchr;

use super::json::{line_start, text_start};
use super::part::{Input, Part, Records, id_hash, of_walk};
use super::reader::{Place, Reader};
use super::walk::{Fault, Step, Walk, walk};
use super::{Image, Instance, SetAsideKind, SourceError};

/// How many lines are looked at.
const SAMPLE: usize = 256;

/// Loads one list.
pub(crate) fn load(input: Input<'_>, separator: u8) -> Result<Part, SourceError> {
    let list = List { separator };
    let walked = walk(&list, &input.content, text_start(&input.content), &input.phase)?;
    let mapping = vec![("image".into(), "first field".into()), ("label".into(), "last field".into())];
    Ok(of_walk(input, walked, mapping, |records| Box::new(Entries { records, list })))
}

/// The separator of a list, or why the text is none. A list names an image on most of its lines: on nine of ten, or, of a few, on
/// all but one. Its first line does, or is nothing that could be taken for an entry.
pub(crate) fn separator(bytes: &[u8]) -> Result<u8, String> {
    let lines = sample(bytes);
    let first = lines.first().ok_or("it has no line")?;
    let fits = |line: &[u8], separator: u8| {
        List { separator }.split(line).is_some_and(|(path, label)| names_image(path) && !label.contains(&b'/'))
    };
    let begins = |&separator: &u8| fits(first, separator) || List { separator }.split(first).is_none();
    let candidates = [b'\t', b',', b' '].into_iter().filter(begins);
    let share = |separator: u8| lines.iter().filter(|line| fits(line, separator)).count();
    candidates
        .max_by_key(|&separator| share(separator))
        .filter(|&separator| {
            let good = share(separator);
            good > 0 && good * 10 >= lines.len() * 9 || good > 1 && good + 1 == lines.len()
        })
        .ok_or_else(|| "its lines are not an image path and a label".to_owned())
}

/// The separator that the lines of a file that is known to be a list have.
pub(crate) fn likely_separator(bytes: &[u8]) -> u8 {
    let lines = sample(bytes);
    let share = |separator: u8| lines.iter().filter(|line| line.contains(&separator)).count();
    [b' ', b',', b'\t'].into_iter().max_by_key(|&separator| share(separator)).unwrap_or(b' ')
}

fn sample(bytes: &[u8]) -> Vec<&[u8]> {
    let text = &bytes[text_start(bytes)..];
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(SAMPLE).collect()
}

/// True for the name of an image file.
pub(crate) fn names_image(path: &[u8]) -> bool {
    let Some(dot) = path.iter().rposition(|&byte| byte == b'.') else { return false };
    let extension = path[dot + 1..].to_ascii_lowercase();
    matches!(
        extension.as_slice(),
        b"jpg" | b"jpeg" | b"png" | b"gif" | b"webp" | b"bmp" | b"tif" | b"tiff" | b"ppm" | b"pgm" | b"avif" | b"jp2"
    )
}

#[derive(Clone, Copy)]
struct List {
    separator: u8,
}

impl List {
    /// Path and label of a line.
    fn split(self, line: &[u8]) -> Option<(&[u8], &[u8])> {
        let cut = line.iter().rposition(|&byte| byte == self.separator)?;
        let (path, label) = (unquoted(line[..cut].trim_ascii()), unquoted(line[cut + 1..].trim_ascii()));
        (!path.is_empty() && !label.is_empty()).then_some((path, label))
    }

    fn entry(self, line: &[u8]) -> Result<(&str, &str), Fault> {
        let (path, label) =
            self.split(line).ok_or_else(|| Fault::new(SetAsideKind::BadRow, "the line is not a path and a label"))?;
        match (std::str::from_utf8(path), std::str::from_utf8(label)) {
            (Ok(path), Ok(label)) => Ok((path, label)),
            _ => Err(Fault::new(SetAsideKind::InvalidUtf8, "the line is not UTF-8")),
        }
    }
}

fn unquoted(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(field)
}

impl Walk for List {
    fn step(&self, bytes: &[u8], at: usize) -> Option<Step> {
        let start = at + bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let next = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length + 1);
        let line = bytes[start..next].trim_ascii_end();
        let outcome = self.entry(line).map(|(path, _)| Some(id_hash(path)));
        Some(Step { span: start..start + line.len(), next, outcome })
    }

    fn align(&self, bytes: &[u8], at: usize) -> usize {
        line_start(bytes, at)
    }
}

struct Entries {
    records: Records,
    list: List,
}

impl Reader for Entries {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        into.clear();
        if let Ok((path, label)) = self.list.entry(self.records.bytes(row)) {
            into.id = Cow::Borrowed(path);
            into.images.push(Image::Path(Cow::Borrowed(path)));
            into.labels.push(Cow::Borrowed(label));
        }
    }

    fn raw(&self, row: usize) -> Option<&[u8]> {
        Some(self.records.bytes(row))
    }

    fn frame(&self) -> super::Frame<'_> {
        let start = text_start(&self.records.content);
        super::Frame::of_lines(&self.records.content, &self.records.spans, start).delimited(self.list.separator)
    }

    fn place(&self, row: usize) -> Place {
        self.records.place(row)
    }
}
