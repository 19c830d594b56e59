//! Formats in which a record is a slice of its file: JSON arrays and lines, CSV, lists.
//!
//! Invariant: what stands around the records is that of the first file.

use super::super::appended::{self, Appended};
use super::super::pace::STEP;
use super::super::staging::{Joint, Section, Staging};
use super::super::{ManifestError, Part};
use super::unpacked;
use crate::source::{Dataset, Format, Frame};

/// The source's file name; for a folder, a pattern, or records that are part of the program, a name by the format.
pub(super) fn file_name(dataset: &Dataset) -> String {
    match (dataset.files(), dataset.format(), dataset.frames().next()) {
        ([file], ..) => unpacked(file),
        (_, Format::Csv, _) => "calibrated.csv".into(),
        (_, Format::List, _) => "calibrated.txt".into(),
        (_, _, Some(frame)) if frame.is_array() => "calibrated.json".into(),
        _ => "calibrated.jsonl".into(),
    }
}

/// Writes the kept records.
#[expect(clippy::too_many_lines, reason = "to be divided")]
pub(super) fn write(part: &Part<'_>, name: &str, staging: &Staging) -> Result<(), ManifestError> {
    if staging.is_finished(name) {
        return Ok(());
    }
    let (dataset, plan) = (part.contents.dataset, part.contents.plan);
    let frame = frame(dataset)?;
    let mut output = staging.output(name)?;
    let start = output.start();
    if start.bytes == 0 {
        output.put(&frame.before)?;
    }
    let mut rows = start.rows;
    for number in part.range.start.max(start.next as usize)..part.range.end {
        let done = number - part.range.start;
        if done.is_multiple_of(STEP) {
            part.pace.reached(done)?;
        }
        let record = dataset.raw(number).ok_or_else(|| unsupported(dataset))?;
        for _ in 0..plan.repeat(number) {
            if rows > 0 {
                output.put(&frame.between)?;
            }
            output.put(record)?;
            rows += 1;
        }
        output.mark(number + 1, rows)?;
    }
    let behind = (start.next as usize).saturating_sub(part.range.end);
    for (number, item) in appended::of(part).iter().enumerate().skip(behind) {
        if number.is_multiple_of(STEP) {
            part.pace.reached(part.range.len())?;
        }
        if rows > 0 {
            output.put(&frame.between)?;
        }
        output.put(&made(part, item).ok_or_else(|| unsupported(dataset))?)?;
        rows += 1;
        output.mark(part.range.end + number + 1, rows)?;
    }
    let (start, end) = (frame.before.len() as u64, output.bytes());
    let empty_lines = rows == 0 && !frame.is_array();
    output.put(if empty_lines { b"" } else { &frame.after })?;
    let section = Section { start, end, between: frame.between.into_owned() };
    output.finish(rows, Joint::Sections(vec![section])).map(drop)
}

/// The record of an instance that was made: a JSON record is marked, a line of another format is its seed's once more.
fn made(part: &Part<'_>, item: &Appended<'_>) -> Option<Vec<u8>> {
    let dataset = part.contents.dataset;
    match dataset.format() {
        Format::Csv => dataset.raw(item.instance()).map(<[u8]>::to_vec),
        Format::List => line(dataset, item),
        _ => item.record(dataset, part.folder),
    }
}

/// A line of a list: its seed's, with the path of its own picture where it has one.
fn line(dataset: &Dataset, item: &Appended<'_>) -> Option<Vec<u8>> {
    let raw = dataset.raw(item.instance())?;
    let Some(path) = dataset.image_root().and_then(|(root, _)| item.picture_from(root)) else {
        return Some(raw.to_vec());
    };
    let label = raw.iter().rposition(u8::is_ascii_whitespace).map_or(&b""[..], |at| &raw[at..]);
    Some([path.to_string_lossy().as_bytes(), label].concat())
}

/// The frame of the first file; the others must be of the same kind.
fn frame(dataset: &Dataset) -> Result<Frame<'_>, ManifestError> {
    if !dataset.is_empty() && dataset.raw(0).is_none() {
        return Err(unsupported(dataset));
    }
    let mut frames = dataset.frames();
    let first = frames.next().unwrap_or(Frame::LINES);
    if frames.any(|frame| frame.is_array() != first.is_array()) {
        return Err(ManifestError::Mixed { path: dataset.path().to_path_buf() });
    }
    Ok(first)
}

fn unsupported(dataset: &Dataset) -> ManifestError {
    let reason = format!("its {} records have no bytes of their own", dataset.format().key());
    ManifestError::Unsupported { path: dataset.path().to_path_buf(), reason }
}
