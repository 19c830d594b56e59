//! The parts of one file, which shards wrote, into the file that a single run would have written.
//!
//! Invariant: records, rows and elements are copied, never written anew; row groups are those of a single run.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use super::super::ManifestError;
use super::super::album::Album;
use super::super::array::{Element, WIDTH, header};
use super::super::decisions::BATCH;
use super::super::native::absolute;
use super::super::output::Output;
use super::super::staging::{Finished, Joint, Section, Staging};
use super::super::table::{Fault, Groups, Table, guarded};

/// The parts of a file in the folders of shards, with what is known of them.
pub(super) type Parts<'a> = [(PathBuf, &'a Finished)];

/// Puts the parts of a file together.
pub(super) fn join(parts: &Parts<'_>, file: &Finished, staging: &Staging) -> Result<(), ManifestError> {
    let rows = parts.iter().map(|(_, part)| part.rows).sum();
    match &file.joint {
        Joint::Folder => join_folders(parts, &file.name, staging),
        Joint::Same => copy(&parts[..1], staging.output(&file.name)?, rows),
        Joint::Sections(_) => join_sections(parts, staging.output(&file.name)?, rows),
        Joint::Array => join_arrays(parts, staging.output(&file.name)?, rows),
        Joint::Rows | Joint::RowGroups => join_tables(parts, staging.output(&file.name)?, (rows, file.joint.clone())),
    }
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> ManifestError + '_ {
    |cause| ManifestError::Unmergeable { path: path.to_owned(), reason: format!("it cannot be read ({cause})") }
}

/// Appends a range of a file.
fn append(path: &Path, range: std::ops::Range<u64>, output: &mut Output<'_>) -> Result<(), ManifestError> {
    let mut file = File::open(path).map_err(unreadable(path))?;
    file.seek(SeekFrom::Start(range.start)).map_err(unreadable(path))?;
    let mut left = file.take(range.end.saturating_sub(range.start));
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = left.read(&mut buffer).map_err(unreadable(path))?;
        if read == 0 {
            break;
        }
        output.put(&buffer[..read])?;
    }
    if left.limit() > 0 {
        let reason = "it is shorter than it was written".to_owned();
        return Err(ManifestError::Unmergeable { path: path.to_owned(), reason });
    }
    Ok(())
}

fn copy(parts: &Parts<'_>, mut output: Output<'_>, rows: u64) -> Result<(), ManifestError> {
    for (path, part) in parts {
        append(path, 0..part.bytes, &mut output)?;
    }
    output.finish(rows, Joint::Same).map(drop)
}

/// What is around the sections comes from the first shard with a record, the insides from all.
fn join_sections(parts: &Parts<'_>, mut output: Output<'_>, rows: u64) -> Result<(), ManifestError> {
    let sections = |part: &Finished| match &part.joint {
        Joint::Sections(sections) => sections.clone(),
        _ => Vec::new(),
    };
    let Some((frame, like)) = parts.iter().find(|(_, part)| part.rows > 0).or(parts.first()) else { return Ok(()) };
    let mut at = 0;
    for (number, section) in sections(like).iter().enumerate() {
        append(frame, at..section.start, &mut output)?;
        at = section.end;
        let mut first = true;
        for (path, part) in parts {
            let Some(Section { start, end, .. }) = sections(part).get(number).cloned() else { continue };
            if start < end {
                if !first {
                    output.put(&section.between)?;
                }
                first = false;
                append(path, start..end, &mut output)?;
            }
        }
    }
    append(frame, at..like.bytes, &mut output)?;
    output.finish(rows, Joint::Same).map(drop)
}

fn join_arrays(parts: &Parts<'_>, mut output: Output<'_>, rows: u64) -> Result<(), ManifestError> {
    let element = match parts.first() {
        // Those of stages, too.
        Some((_, part)) if part.name.starts_with("weights") => Element::Float,
        _ => Element::Integer,
    };
    output.put(&header(element, rows))?;
    for (path, part) in parts {
        append(path, part.bytes.saturating_sub(part.rows * WIDTH)..part.bytes, &mut output)?;
    }
    output.finish(rows, Joint::Same).map(drop)
}

fn join_tables(parts: &Parts<'_>, mut output: Output<'_>, (rows, joint): (u64, Joint)) -> Result<(), ManifestError> {
    let written = guarded(|| {
        let files: Vec<Groups> = parts.iter().map(|(path, _)| Groups::open(path)).collect::<Result<_, _>>()?;
        let Some(first) = files.first() else { return Ok(()) };
        let metadata = if joint == Joint::RowGroups { first.metadata.clone() } else { Vec::new() };
        let mut table = Table::begin(&mut output, &first.rows(0..0)?, metadata)?;
        if joint == Joint::RowGroups {
            for file in &files {
                for ends in file.starts.windows(2) {
                    table.group(file.rows(ends[0]..ends[1])?)?;
                }
            }
        } else {
            regroup(&files, &mut table)?;
        }
        table.end()
    });
    match written {
        Ok(()) => output.finish(rows, Joint::Same).map(drop),
        Err(Fault::Refused(cause)) => Err(output.refused(cause)),
        Err(Fault::Unsupported(reason)) => {
            let path = parts.first().map(|(path, _)| path.clone()).unwrap_or_default();
            Err(ManifestError::Unmergeable { path, reason })
        }
    }
}

/// Cuts the rows of all files into the row groups of a single run.
fn regroup(files: &[Groups], table: &mut Table<'_, '_>) -> Result<(), Fault> {
    let mut waiting: Option<DataFrame> = None;
    for file in files {
        for ends in file.starts.windows(2) {
            let rows = file.rows(ends[0]..ends[1])?;
            let mut all = match waiting.take() {
                Some(mut before) => {
                    before.vstack_mut(&rows)?;
                    before
                }
                None => rows,
            };
            while all.height() >= BATCH {
                table.group(all.slice(0, BATCH))?;
                all = all.tail(Some(all.height() - BATCH));
            }
            waiting = Some(all);
        }
    }
    waiting.map_or(Ok(()), |rest| table.group(rest))
}

fn join_folders(parts: &Parts<'_>, name: &str, staging: &Staging) -> Result<(), ManifestError> {
    let mut album = Album::open(staging, name)?;
    for (folder, _) in parts {
        let folder = absolute(folder);
        let mut pending = vec![folder.clone()];
        while let Some(inner) = pending.pop() {
            let below = inner.strip_prefix(&folder).unwrap_or(Path::new("")).to_owned();
            for entry in fs::read_dir(&inner).map_err(unreadable(&inner))?.filter_map(Result::ok) {
                let (from, name) = (entry.path(), below.join(entry.file_name()));
                let kind = entry.file_type().map_err(unreadable(&from))?;
                if kind.is_dir() {
                    pending.push(from);
                } else if kind.is_symlink() {
                    album.link(&from.canonicalize().map_err(unreadable(&from))?, &name)?;
                } else {
                    album.copy(&from, &name)?;
                }
            }
        }
    }
    album.finish()
}
