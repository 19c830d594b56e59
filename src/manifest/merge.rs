//! Shards back into one manifest, with the bytes that a single run would have written.
//!
//! Invariant: only the shards are read, never the dataset; shards that are missing, doubled, or of something else are refused.

mod join;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::decided::Decided;
use super::guard::Guard;
use super::measured::Measured;
use super::staging::{Finished, Joint, Staging, place_of};
use super::{
    CALIBRATION, Calibration, Contents, ManifestError, RECIPE, SHARD, Shard, Target, Written, WrittenFile, native,
    stale,
};
use crate::progress::{Observer, Stage};
use crate::recipe::Recipe;
use join::join;
use verify::verify;

/// What a shard says of itself.
#[derive(Serialize, Deserialize)]
struct Record {
    tool: String,
    shard: Shard,
    measured: Measured,
    files: Vec<Finished>,
    decided: Decided,
}

fn tool() -> String {
    format!("fantail {}", env!("CARGO_PKG_VERSION"))
}

/// The content of a shard's `shard.json`.
pub(super) fn record(contents: &Contents<'_>, measured: &Measured, files: &[Finished]) -> Vec<u8> {
    let (measured, files, decided) = (measured.clone(), files.to_vec(), Decided::of(contents));
    let record = Record { tool: tool(), shard: contents.shard, measured, files, decided };
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
            Some(Finished { name, rows: number("rows")?, bytes: number("bytes")?, joint: Joint::Same, digest: None })
        };
        told.get("files")?.as_array()?.iter().map(file).collect::<Option<_>>()?
    } else {
        serde_json::from_slice::<Record>(&text).ok()?.files
    };
    let again = if contents.shard.is_whole() {
        Calibration::new(&measured, contents.recipe, &files).to_json()
    } else {
        record(contents, &measured, &files)
    };
    let same = again == text;
    let whole = |file: &Finished| {
        let facts = fs::metadata(target.folder.join(&file.name));
        facts.is_ok_and(|facts| facts.is_dir() || facts.len() == file.bytes)
    };
    files.push(Finished { name: name.to_owned(), rows: 0, bytes: text.len() as u64, joint: Joint::Same, digest: None });
    (same && files.iter().all(whole) && super::holds_recipe(&target.folder, contents.recipe)).then_some(files)
}

/// Puts the shards in these folders together.
///
/// # Errors
/// [`ManifestError::Unmergeable`] when they are not all the shards of one export, else as [`super::write`].
pub fn merge(folders: &[PathBuf], target: &Target, observer: &dyn Observer) -> Result<Written, ManifestError> {
    let shards = Shards::open(folders)?;
    Staging::recover(&target.folder, observer)?;
    let names: Vec<String> = shards.files().into_iter().map(|file| file.name).collect();
    let all = || names.iter().map(String::as_str).chain([RECIPE, CALIBRATION]);
    shards.guard().check(&target.folder, all())?;
    for name in all() {
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
    let staging = Staging::open(target, format!("merge {}", shards.records.len()), observer)?;
    let outcome = shards.fill(&staging, observer).and_then(|measured| {
        let files = staging.all_finished();
        let kept: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
        let parts: Vec<PathBuf> = folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        staging.publish(stale::names(&target.folder, &kept, &parts)).map(|()| (measured, files))
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
    /// What they were made from.
    fn guard(&self) -> Guard {
        Guard::of_paths(self.records.iter().map(|(_, record)| record.measured.path.as_path()))
    }

    fn open(folders: &[PathBuf]) -> Result<Self, ManifestError> {
        let broken = |path: &Path, reason: String| ManifestError::Unmergeable { path: path.to_owned(), reason };
        let mut records = Vec::new();
        for folder in folders {
            let path = folder.join(SHARD);
            if !path.exists() && folder.join(CALIBRATION).exists() {
                let reason = format!("it holds a whole export, and no shard with a {SHARD}: take it as it is");
                return Err(broken(folder, reason));
            }
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
            if let Some(reason) = first.decided.differs(&record.decided) {
                return Err(broken(folder, reason.to_owned()));
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
        found.sort_by_key(|file| place_of(&file.name));
        found
    }

    fn fill(&self, staging: &Staging, observer: &dyn Observer) -> Result<Measured, ManifestError> {
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
            verify(&parts, observer)?;
            join(&parts, file, staging)?;
        }
        observer.advanced(Stage::Write, files.len() as u64, files.len() as u64);
        if !super::holds_recipe(&staging.place("."), &self.recipe) {
            let mut output = staging.output(RECIPE)?;
            output.put(self.recipe.effective().as_bytes())?;
            output.finish(0, Joint::Same)?;
        }
        let mut records = self.records.iter().map(|(_, record)| &record.measured);
        let mut measured = records.next().cloned().ok_or(ManifestError::Cancelled)?;
        records.for_each(|other| measured.add(other));
        let text = Calibration::new(&measured, &self.recipe, &staging.all_finished()).to_json();
        let mut output = staging.output(CALIBRATION)?;
        output.put(&text)?;
        output.finish(0, Joint::Same)?;
        Ok(measured)
    }
}
