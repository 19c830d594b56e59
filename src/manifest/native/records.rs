//! Formats in which a record is a slice of its file: JSON arrays and lines, CSV, lists.
//!
//! Invariant: what stands around the records is that of the first file, and fits those of all others.

use std::ops::RangeInclusive;

use super::super::appended::{self, Appended};
use super::super::output::Output;
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
pub(super) fn write(part: &Part<'_>, name: &str, staging: &Staging) -> Result<(), ManifestError> {
    if staging.is_finished(name) {
        return Ok(());
    }
    let dataset = part.contents.dataset;
    let frame = frame(dataset)?;
    let mut output = staging.output(name)?;
    let start = output.start();
    if start.bytes == 0 {
        output.put(&frame.before)?;
    }
    let mut body = Body { dataset, between: &frame.between, output, rows: start.rows, run: None };
    body.keep_all(part, start.next as usize)?;
    body.append_made(part, start.next as usize)?;
    let Body { mut output, rows, .. } = body;
    let (start, end) = (frame.before.len() as u64, output.bytes());
    let empty_lines = rows == 0 && !frame.is_array();
    output.put(if empty_lines { b"" } else { &frame.after })?;
    let section = Section { start, end, between: frame.between.into_owned() };
    output.finish(rows, Joint::Sections(vec![section])).map(drop)
}

/// The records on their way into the file. Those that follow each other there as they do in the source go together.
struct Body<'d, 's> {
    dataset: &'d Dataset,
    between: &'d [u8],
    output: Output<'s>,
    /// Records that are appended, or wait.
    rows: u64,
    /// The kept records that wait to be appended, and their bytes with what stands between them.
    run: Option<(RangeInclusive<usize>, &'d [u8])>,
}

impl<'d> Body<'d, '_> {
    /// So many bytes go together at least, where they can.
    const LONG: usize = 1 << 20;

    /// Appends the kept records of a part from an instance on.
    fn keep_all(&mut self, part: &Part<'_>, from: usize) -> Result<(), ManifestError> {
        for number in part.range.start.max(from)..part.range.end {
            let done = number - part.range.start;
            if done.is_multiple_of(STEP) {
                part.pace.reached(done)?;
            }
            for _ in 0..part.contents.plan.repeat(number) {
                self.keep(number)?;
            }
            self.mark(number + 1)?;
        }
        self.settle()
    }

    /// Appends what was made for the tail; numbers past the part's last are those of its records, in order.
    fn append_made(&mut self, part: &Part<'_>, from: usize) -> Result<(), ManifestError> {
        let behind = from.saturating_sub(part.range.end);
        for (number, item) in appended::of(part).iter().enumerate().skip(behind) {
            if number.is_multiple_of(STEP) {
                part.pace.reached(part.range.len())?;
            }
            self.put(&made(part, item).ok_or_else(|| unsupported(self.dataset))?)?;
            self.output.mark(part.range.end + number + 1, self.rows)?;
        }
        Ok(())
    }

    /// Appends a record of the source, now or with those after it.
    fn keep(&mut self, number: usize) -> Result<(), ManifestError> {
        if let Some(longer) = self.run.as_ref().and_then(|run| self.longer(run, number)) {
            self.run = Some(longer);
            self.rows += 1;
            return Ok(());
        }
        self.settle()?;
        let record = self.dataset.raw(number).ok_or_else(|| unsupported(self.dataset))?;
        if self.rows > 0 {
            self.output.put(self.between)?;
        }
        self.run = Some((number..=number, record));
        self.rows += 1;
        Ok(())
    }

    /// The run with the record behind it, where the source has them as the manifest does.
    fn longer(
        &self,
        (numbers, bytes): &(RangeInclusive<usize>, &'d [u8]),
        number: usize,
    ) -> Option<(RangeInclusive<usize>, &'d [u8])> {
        let (numbers, record) = (*numbers.start()..=number, self.dataset.raw(number)?);
        let longer = self.dataset.raw_run(numbers.clone())?;
        let joint = longer.get(bytes.len()..longer.len().checked_sub(record.len())?)?;
        (joint == self.between).then_some((numbers, longer))
    }

    /// Tells that everything before instance `next` is on its way.
    fn mark(&mut self, next: usize) -> Result<(), ManifestError> {
        let waiting = self.run.as_ref().map_or(0, |(_, bytes)| bytes.len());
        if waiting >= Self::LONG || self.output.is_due(waiting) {
            self.settle()?;
            self.output.mark(next, self.rows)?;
        }
        Ok(())
    }

    /// Appends what waits.
    fn settle(&mut self) -> Result<(), ManifestError> {
        let Some((_, bytes)) = self.run.take() else { return Ok(()) };
        self.output.put(bytes).map_err(|error| match error {
            // The system was to copy what the source no longer has.
            ManifestError::Unwritable { cause, .. } if is_fault(&cause) => {
                ManifestError::Changed { path: self.dataset.path().to_path_buf() }
            }
            other => other,
        })
    }

    /// Appends a record that is not the source's.
    fn put(&mut self, record: &[u8]) -> Result<(), ManifestError> {
        if self.rows > 0 {
            self.output.put(self.between)?;
        }
        self.rows += 1;
        self.output.put(record)
    }
}

/// The record of an instance that was made: a JSON record is marked, a line of another format is its seed's once more.
fn made(part: &Part<'_>, item: &Appended<'_>) -> Option<Vec<u8>> {
    let dataset = part.contents.dataset;
    match dataset.format() {
        Format::Csv => row(part, item),
        Format::List => line(dataset, item),
        _ => item.record(dataset, part.folder),
    }
}

/// A row of a table: its seed's, with an id and a picture of its own where it has one.
fn row(part: &Part<'_>, item: &Appended<'_>) -> Option<Vec<u8>> {
    let dataset = part.contents.dataset;
    match item.own(dataset, part.folder) {
        Some((id, path)) => dataset.with_picture(item.instance(), (&id, &path)),
        None => dataset.raw(item.instance()).map(<[u8]>::to_vec),
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

/// The frame of the first file, into which the records of all others must fit as they are.
fn frame(dataset: &Dataset) -> Result<Frame<'_>, ManifestError> {
    if !dataset.is_empty() && dataset.raw(0).is_none() {
        return Err(unsupported(dataset));
    }
    let mut frames = dataset.frames();
    let first = frames.next().unwrap_or(Frame::LINES);
    for (number, frame) in frames.enumerate() {
        if let Some(reason) = first.differs(&frame) {
            let file = |number: usize| dataset.files().get(number).cloned().unwrap_or_default();
            return Err(ManifestError::Mixed { one: file(0), other: file(number + 1), reason });
        }
    }
    Ok(first)
}

#[cfg(unix)]
fn is_fault(cause: &std::io::Error) -> bool {
    cause.raw_os_error() == Some(rustix::io::Errno::FAULT.raw_os_error())
}

#[cfg(not(unix))]
const fn is_fault(_cause: &std::io::Error) -> bool {
    false
}

fn unsupported(dataset: &Dataset) -> ManifestError {
    let reason = format!("its {} records have no bytes of their own", dataset.format().key());
    ManifestError::Unsupported { path: dataset.path().to_path_buf(), reason }
}
