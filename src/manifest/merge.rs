//! Shards back into one manifest, with the bytes that a single run would have written.
//!
//! Invariant: only the shards are read, never the dataset; shards that are missing, doubled, or of something else are refused.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::array::{Element, WIDTH, header};
use super::decisions::BATCH;
use super::measured::Measured;
use super::native::{absolute, link, relative};
use super::output::Output;
use super::staging::{Finished, Joint, Section, Staging, refused, sync_folder};
use super::table::{Fault, Groups, Table, guarded};
use super::{
    CALIBRATION, Calibration, Contents, ManifestError, RECIPE, SHARD, Shard, Target, Written, WrittenFile, native,
};
use crate::progress::{Observer, Stage};
use crate::recipe::Recipe;

/// What a shard says of itself.
#[derive(Serialize, Deserialize)]
struct Record {
    tool: String,
    shard: Shard,
    measured: Measured,
    files: Vec<Finished>,
}

/// The names that come after the native manifest, in order.
const ORDER: [&str; 6] =
    ["decisions.parquet", "decisions.jsonl", "decisions.csv", "weights.npy", "indices.npy", RECIPE];

fn tool() -> String {
    format!("fantail {}", env!("CARGO_PKG_VERSION"))
}

/// The content of a shard's `shard.json`.
pub(super) fn record(shard: Shard, measured: &Measured, files: &[Finished]) -> Vec<u8> {
    let record = Record { tool: tool(), shard, measured: measured.clone(), files: files.to_vec() };
    serde_json::to_vec(&record).unwrap_or_default()
}

/// The files of the target, where they are what writing these contents would give.
pub(super) fn finished_before(contents: &Contents<'_>, target: &Target) -> Option<Vec<Finished>> {
    let measured = Measured::of(contents, &native::range(contents).ok()?);
    let name = if contents.shard.is_whole() { CALIBRATION } else { SHARD };
    let text = fs::read(target.folder.join(name)).ok()?;
    let mut files: Vec<Finished> = if contents.shard.is_whole() {
        let told: serde_json::Value = serde_json::from_slice(&text).ok()?;
        let file = |file: &serde_json::Value| {
            let number = |member: &str| file.get(member)?.as_u64();
            let name = file.get("name")?.as_str()?.to_owned();
            Some(Finished { name, rows: number("rows")?, bytes: number("bytes")?, joint: Joint::Same })
        };
        told.get("files")?.as_array()?.iter().map(file).collect::<Option<_>>()?
    } else {
        serde_json::from_slice::<Record>(&text).ok()?.files
    };
    let same = match contents.shard.is_whole() {
        true => Calibration::new(&measured, contents.recipe, &files).to_json() == text,
        false => record(contents.shard, &measured, &files) == text,
    };
    let whole = |file: &Finished| {
        let facts = fs::metadata(target.folder.join(&file.name));
        facts.is_ok_and(|facts| facts.is_dir() || facts.len() == file.bytes)
    };
    files.push(Finished { name: name.to_owned(), rows: 0, bytes: text.len() as u64, joint: Joint::Same });
    (same && files.iter().all(whole) && super::holds_recipe(&target.folder, contents.recipe)).then_some(files)
}

/// Puts the shards in these folders together.
///
/// # Errors
/// [`ManifestError::Unmergeable`] when they are not all the shards of one export, else as [`super::write`].
pub fn merge(folders: &[PathBuf], target: &Target, observer: &dyn Observer) -> Result<Written, ManifestError> {
    let shards = Shards::open(folders)?;
    Staging::recover(&target.folder)?;
    let names: Vec<String> = shards.files().into_iter().map(|file| file.name).collect();
    for name in names.iter().map(String::as_str).chain([RECIPE, CALIBRATION]) {
        let path = target.folder.join(name);
        let stands = name == RECIPE && super::holds_recipe(&target.folder, &shards.recipe);
        if !target.force && !stands && path.symlink_metadata().is_ok() {
            return Err(ManifestError::Exists { path });
        }
        let is_shard = |folder: &&PathBuf| target.folder.canonicalize().ok() == folder.canonicalize().ok();
        if let Some(folder) = folders.iter().find(is_shard) {
            return Err(ManifestError::IsSource { path: folder.clone() });
        }
    }
    let mut staging = Staging::open(target, format!("merge {}", shards.records.len()))?;
    let outcome = shards.fill(&mut staging, observer).and_then(|measured| {
        let files = staging.all_finished().to_vec();
        staging.publish().map(|()| (measured, files))
    });
    match outcome {
        Ok((measured, files)) => Ok(Written {
            files: files
                .iter()
                .map(|file| WrittenFile { path: target.folder.join(&file.name), rows: file.rows, bytes: file.bytes })
                .collect(),
            tally: measured.tally,
            set_aside: measured.set_aside.len() as u64,
        }),
        Err(error) => {
            staging.leave(false);
            Err(error)
        }
    }
}

/// All shards of an export, in order.
struct Shards {
    records: Vec<(PathBuf, Record)>,
    recipe: Recipe,
}

impl Shards {
    fn open(folders: &[PathBuf]) -> Result<Self, ManifestError> {
        let broken = |path: &Path, reason: String| ManifestError::Unmergeable { path: path.to_owned(), reason };
        let mut records = Vec::new();
        for folder in folders {
            let path = folder.join(SHARD);
            let text =
                fs::read(&path).map_err(|cause| broken(folder, format!("its {SHARD} cannot be read ({cause})")))?;
            let record: Record = serde_json::from_slice(&text)
                .map_err(|cause| broken(folder, format!("its {SHARD} is damaged ({cause})")))?;
            records.push((folder.clone(), record));
        }
        records.sort_by_key(|(_, record)| record.shard.number);
        let Some((folder, first)) = records.first() else {
            return Err(broken(Path::new("."), "no folder of a shard is given".into()));
        };
        let recipe = Recipe::load(&folder.join(RECIPE))?;
        for (number, (folder, record)) in (1_u32..).zip(&records) {
            let wanted = Shard { number, of: first.shard.of };
            if record.shard != wanted {
                return Err(broken(folder, format!("it is shard {} where {wanted} is expected", record.shard)));
            }
            let same = record.tool == tool()
                && record.measured.fingerprint == first.measured.fingerprint
                && Recipe::load(&folder.join(RECIPE))? == recipe;
            if !same {
                let reason = "it is of another dataset, recipe or version than the first shard".to_owned();
                return Err(broken(folder, reason));
            }
        }
        if records.len() != first.shard.of as usize {
            let reason = format!("{} of {} shards are given", records.len(), first.shard.of);
            return Err(broken(folder, reason));
        }
        Ok(Self { records, recipe })
    }

    /// Every file that some shard has, in the order of a single run.
    fn files(&self) -> Vec<Finished> {
        let mut found: Vec<Finished> = Vec::new();
        let files = self.records.iter().flat_map(|(_, record)| &record.files);
        for file in files.filter(|file| file.name != RECIPE) {
            if !found.iter().any(|other| other.name == file.name) {
                found.push(file.clone());
            }
        }
        found.sort_by_key(|file| ORDER.iter().position(|name| *name == file.name).map_or(0, |at| at + 1));
        found
    }

    fn fill(&self, staging: &mut Staging, observer: &dyn Observer) -> Result<Measured, ManifestError> {
        let files = self.files();
        for (done, file) in files.iter().enumerate() {
            if observer.cancelled() {
                return Err(ManifestError::Cancelled);
            }
            observer.advanced(Stage::Write, done as u64, files.len() as u64);
            let parts: Vec<(PathBuf, &Finished)> = self
                .records
                .iter()
                .filter_map(|(folder, record)| {
                    let part = record.files.iter().find(|other| other.name == file.name)?;
                    Some((folder.join(&part.name), part))
                })
                .collect();
            join(&parts, file, staging)?;
        }
        if !super::holds_recipe(&staging.place("."), &self.recipe) {
            let mut output = staging.output(RECIPE)?;
            output.put(self.recipe.effective().as_bytes())?;
            output.finish(0, Joint::Same)?;
        }
        let mut records = self.records.iter().map(|(_, record)| &record.measured);
        let mut measured = records.next().cloned().ok_or_else(|| ManifestError::Cancelled)?;
        records.for_each(|other| measured.add(other));
        let text = Calibration::new(&measured, &self.recipe, staging.all_finished()).to_json();
        let mut output = staging.output(CALIBRATION)?;
        output.put(&text)?;
        output.finish(0, Joint::Same)?;
        Ok(measured)
    }
}

/// The parts of a file in the folders of shards, with what is known of them.
type Parts<'a> = [(PathBuf, &'a Finished)];

fn join(parts: &Parts<'_>, file: &Finished, staging: &mut Staging) -> Result<(), ManifestError> {
    let rows = parts.iter().map(|(_, part)| part.rows).sum();
    match &file.joint {
        Joint::Folder => return join_folders(parts, (file, rows), staging),
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
                all = all.slice(BATCH as i64, all.height() - BATCH);
            }
            waiting = Some(all);
        }
    }
    waiting.map_or(Ok(()), |rest| table.group(rest))
}

fn join_folders(parts: &Parts<'_>, (file, rows): (&Finished, u64), staging: &mut Staging) -> Result<(), ManifestError> {
    let growing = staging.folder(&file.name)?;
    let place = absolute(&staging.place(&file.name));
    let mut bytes = 0;
    for (folder, _) in parts {
        let folder = absolute(folder);
        let mut pending = vec![folder.clone()];
        while let Some(inner) = pending.pop() {
            let below = inner.strip_prefix(&folder).unwrap_or(Path::new("")).to_owned();
            fs::create_dir_all(growing.join(&below)).map_err(refused(&place))?;
            for entry in fs::read_dir(&inner).map_err(unreadable(&inner))?.filter_map(Result::ok) {
                let (from, name) = (entry.path(), below.join(entry.file_name()));
                let kind = entry.file_type().map_err(unreadable(&from))?;
                if kind.is_dir() {
                    pending.push(from);
                } else if kind.is_symlink() {
                    let real = from.canonicalize().map_err(unreadable(&from))?;
                    let to = relative(place.join(&name).parent().unwrap_or(&place), &real);
                    link(&to, &growing.join(&name)).map_err(refused(&place))?;
                    bytes += to.as_os_str().len() as u64;
                } else {
                    bytes += fs::copy(&from, growing.join(&name)).map_err(refused(&place))?;
                }
            }
        }
    }
    sync_folder(&growing);
    staging.finish(Finished { name: file.name.clone(), rows, bytes, joint: Joint::Folder })
}
