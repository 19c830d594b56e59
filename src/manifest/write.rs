//! One run from a plan to its files: what is there is taken up, the rest is filled in, and all of it is named.
//!
//! Invariant: a run that ends early names nothing.

use super::decided::Decided;
use super::fill::fill;
use super::staging::{Finished, Staging};
use super::target::{check_source, stale_names};
use super::{Contents, ManifestError, Target, Written, WrittenFile, chosen, merge, native, occupied, staging};
use crate::plan::Tally;
use crate::progress::{Observer, Stage};

/// Writes what the recipe asks for, and its provenance.
///
/// # Errors
/// [`ManifestError`]; then nothing new stands under a final name. What was finished stays in the target's staging folder for a later
/// run that may resume.
pub fn write(contents: &Contents<'_>, target: &Target, observer: &dyn Observer) -> Result<Written, ManifestError> {
    let dataset = contents.dataset;
    if contents.plan.repeats().len() != dataset.len() || contents.index.instances() != dataset.len() {
        return Err(changed(contents));
    }
    check_unchanged(contents)?;
    check_source(contents, target)?;
    let key = key(contents);
    if let Some(files) = finished_before(contents, target, (&key, observer))? {
        // Nothing is left to do, and that is told as all of it.
        staging::sweep(&target.folder, observer);
        let all = (dataset.len() * chosen(contents.recipe).len()).max(1) as u64;
        observer.advanced(Stage::Write, all, all);
        return Ok(written(contents, target, &files));
    }
    let growing = Staging::open(target, key, observer)?;
    let outcome = fill(contents, &growing, observer).and_then(|()| {
        check_unchanged(contents)?;
        if observer.cancelled() {
            return Err(ManifestError::Cancelled);
        }
        let files = growing.all_finished();
        growing.publish(stale_names(contents, target)).map(|()| files)
    });
    match outcome {
        Ok(files) => Ok(written(contents, target, &files)),
        Err(error) => {
            use ManifestError::{Changed, Mixed, Unsupported};
            growing.leave(!matches!(error, Changed { .. } | Unsupported { .. } | Mixed { .. }));
            Err(error)
        }
    }
}

/// The files of a run before this one that had everything on disk, where this one is to go on from that; an error where files
/// are in the way.
fn finished_before(
    contents: &Contents<'_>,
    target: &Target,
    (key, observer): (&str, &dyn Observer),
) -> Result<Option<Vec<Finished>>, ManifestError> {
    if let Some((found, files)) = Staging::recover(&target.folder, observer)?
        && target.resume
        && found == key
    {
        return Ok(Some(files));
    }
    let occupied = occupied(contents.dataset, contents.recipe, &target.folder);
    if target.resume
        && !occupied.is_empty()
        && let Some(files) = merge::finished_before(contents, target)
    {
        return Ok(Some(files));
    }
    match occupied.into_iter().next().filter(|_| !target.force) {
        Some(path) => Err(ManifestError::Exists { path }),
        None => Ok(None),
    }
}

/// Refuses to go on with a dataset that is another by now.
pub(super) fn check_unchanged(contents: &Contents<'_>) -> Result<(), ManifestError> {
    if contents.dataset.is_unchanged(&contents.recipe.dataset) { Ok(()) } else { Err(changed(contents)) }
}

fn changed(contents: &Contents<'_>) -> ManifestError {
    ManifestError::Changed { path: contents.dataset.path().to_path_buf() }
}

/// What all that is written hangs on.
fn key(contents: &Contents<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&contents.dataset.fingerprint().0);
    hasher.update(contents.recipe.effective().as_bytes());
    hasher.update(contents.shard.to_string().as_bytes());
    hasher.update(format!("{:?}", contents.plan.synthesis().seeds).as_bytes());
    hasher.update(format!("{:?}", Decided::of(contents)).as_bytes());
    hasher.finalize().to_hex().to_string()
}

fn written(contents: &Contents<'_>, target: &Target, files: &[Finished]) -> Written {
    let range = native::range(contents).unwrap_or_default();
    let synthetic = if contents.shard.is_last() { contents.plan.synthesis().made() } else { 0 };
    Written {
        files: files
            .iter()
            .map(|file| WrittenFile { path: target.folder.join(&file.name), rows: file.rows, bytes: file.bytes })
            .collect(),
        tally: Tally { synthetic, ..contents.plan.tally_of(range) },
        set_aside: contents.dataset.set_aside().len() as u64,
    }
}
