//! A plan's result as files: the kept records in the source's own format, and where they come from.
//!
//! Invariant: files are written under a temporary name beside their target, synced, and renamed; a reader never sees half of one,
//! the source is never written to, and original records pass through byte for byte.

mod calibration;
mod error;
mod native;
mod pending;

pub use calibration::{Calibration, PerspectiveRecord, SourceRecord};
pub use error::ManifestError;
pub use pending::Pending;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::index::Index;
use crate::plan::{Plan, Tally};
use crate::progress::Observer;
use crate::recipe::Recipe;
use crate::source::Dataset;

/// The name of the provenance file in a manifest's folder.
pub const CALIBRATION: &str = "calibration.json";

/// What is to be written.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// The records.
    pub dataset: &'a Dataset,
    /// Their entities.
    pub index: &'a Index,
    /// The user's choices.
    pub recipe: &'a Recipe,
    /// What is kept.
    pub plan: &'a Plan,
}

/// Where it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The folder; made when it is not there.
    pub folder: PathBuf,
    /// Whether files that are there may be replaced.
    pub force: bool,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Its path.
    pub path: PathBuf,
    /// The records in it; 0 for the provenance.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The files.
    pub files: Vec<WrittenFile>,
    /// The plan's tally.
    pub tally: Tally,
    /// Records of the source that could not be used.
    pub set_aside: u64,
}

/// The file that the native manifest of a dataset will have in `folder`.
#[must_use]
pub fn native_path(dataset: &Dataset, folder: &Path) -> PathBuf {
    folder.join(native::file_name(dataset))
}

/// Writes the native manifest and its provenance.
///
/// # Errors
/// [`ManifestError`]; then nothing new stands under a final name, except the manifest when only the last rename failed.
pub fn write(contents: &Contents<'_>, target: &Target, observer: &dyn Observer) -> Result<Written, ManifestError> {
    let native = native_path(contents.dataset, &target.folder);
    let provenance = target.folder.join(CALIBRATION);
    check(contents, target, &[&native, &provenance])?;
    std::fs::create_dir_all(&target.folder)
        .map_err(|cause| ManifestError::Unwritable { path: target.folder.clone(), cause })?;
    let mut records = Pending::beside(&native)?;
    let rows = native::write(contents, &mut records, observer)?;
    let mut files = vec![WrittenFile { path: native, rows, bytes: records.bytes() }];
    let mut calibration = Pending::beside(&provenance)?;
    calibration.write(&Calibration::of(contents, &files).to_json())?;
    files.push(WrittenFile { path: provenance, rows: 0, bytes: calibration.bytes() });
    let (records, calibration) = (records.synced()?, calibration.synced()?);
    if observer.cancelled() {
        return Err(ManifestError::Cancelled);
    }
    records.publish(target.force)?;
    calibration.publish(target.force)?;
    let set_aside = contents.dataset.set_aside().len() as u64;
    Ok(Written { files, tally: contents.plan.tally(), set_aside })
}

fn check(contents: &Contents<'_>, target: &Target, files: &[&PathBuf]) -> Result<(), ManifestError> {
    let Contents { dataset, index, plan, .. } = contents;
    if plan.repeats().len() != dataset.len() || index.instances() != dataset.len() {
        return Err(ManifestError::Changed { path: dataset.path().to_path_buf() });
    }
    let source = dataset.path().canonicalize().ok();
    for file in files {
        if source.is_some() && file.canonicalize().ok() == source {
            return Err(ManifestError::IsSource { path: (*file).clone() });
        }
        if !target.force && file.symlink_metadata().is_ok() {
            return Err(ManifestError::Exists { path: (*file).clone() });
        }
    }
    Ok(())
}
