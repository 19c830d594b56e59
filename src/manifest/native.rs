//! The source's own format: kept records, byte for byte, in the source's order and in the frame of its file.
//!
//! Invariant: no record is parsed or written anew; a policy that keeps everything gives back an undamaged file as it was.

use std::path::PathBuf;

use super::{Contents, ManifestError, Pending};
use crate::progress::{Observer, Stage};
use crate::source::{Dataset, Format, Frame};

/// Records between two reports of progress.
const STEP: usize = 4096;

/// The source's file name without its compression; for a folder or a pattern, a name by its format.
pub(super) fn file_name(dataset: &Dataset) -> PathBuf {
    let path = dataset.path();
    let packed = path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    let name = if packed { path.file_stem() } else { path.file_name() };
    match name {
        Some(name) if path.is_file() => PathBuf::from(name),
        _ => PathBuf::from(match (dataset.format(), dataset.frames().next()) {
            (Format::Csv, _) => "calibrated.csv",
            (Format::List, _) => "calibrated.txt",
            (_, Some(frame)) if frame.is_array() => "calibrated.json",
            _ => "calibrated.jsonl",
        }),
    }
}

/// Writes the kept records and returns their number, repeats counted.
pub(super) fn write(
    contents: &Contents<'_>,
    into: &mut Pending,
    observer: &dyn Observer,
) -> Result<u64, ManifestError> {
    let dataset = contents.dataset;
    let frame = frame(dataset)?;
    let repeats = contents.plan.repeats();
    let mut rows = 0_u64;
    into.write(&frame.before)?;
    for (number, &repeat) in repeats.iter().enumerate() {
        if number % STEP == 0 {
            if observer.cancelled() {
                return Err(ManifestError::Cancelled);
            }
            observer.advanced(Stage::Write, number as u64, repeats.len() as u64);
        }
        for _ in 0..repeat {
            if rows > 0 {
                into.write(&frame.between)?;
            }
            into.write(dataset.raw(number).ok_or_else(|| unsupported(dataset))?)?;
            rows += 1;
        }
    }
    let empty_lines = rows == 0 && !frame.is_array();
    into.write(if empty_lines { b"" } else { &frame.after })?;
    observer.advanced(Stage::Write, repeats.len() as u64, repeats.len() as u64);
    Ok(rows)
}

/// The frame of the first file; the others must be of the same kind. A COCO image's annotations stand elsewhere in its file.
fn frame(dataset: &Dataset) -> Result<Frame<'_>, ManifestError> {
    let joined = matches!(dataset.format(), Format::Coco | Format::Lvis);
    if joined || (!dataset.is_empty() && dataset.raw(0).is_none()) {
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
    ManifestError::Unsupported { path: dataset.path().to_path_buf(), format: dataset.format().key().to_owned() }
}
