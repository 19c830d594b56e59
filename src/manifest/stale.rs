//! What an earlier manifest left in a target that the next one does not have: beside a new provenance it would be a lie.
//!
//! Invariant: only what an earlier provenance lists is ever called stale, and never what the dataset is read from.

use std::path::{Component, Path, PathBuf};

use super::{CALIBRATION, RECIPE, SHARD};

/// The files in `folder` that the provenance there lists, or is, and that are not among `kept`.
pub(super) fn names(folder: &Path, kept: &[String], sources: &[PathBuf]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for provenance in [CALIBRATION, SHARD] {
        let Some(listed) = listed(&folder.join(provenance)) else { continue };
        for name in listed.into_iter().chain([provenance.to_owned()]) {
            let path = folder.join(&name);
            let is_source = path.canonicalize().is_ok_and(|real| sources.iter().any(|file| file.starts_with(&real)));
            let goes = is_plain(&name) && name != RECIPE && !kept.contains(&name) && !found.contains(&name);
            if goes && !is_source && path.symlink_metadata().is_ok() {
                found.push(name);
            }
        }
    }
    found
}

/// Whether an earlier manifest in `folder` wrote what has this name there.
pub(super) fn lists(folder: &Path, name: &str) -> bool {
    let listed = [CALIBRATION, SHARD].into_iter().filter_map(|provenance| listed(&folder.join(provenance)));
    listed.flatten().any(|listed| listed == name)
}

/// The files that a provenance of this program lists.
fn listed(path: &Path) -> Option<Vec<String>> {
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    told.get("tool")?.as_str().filter(|tool| tool.starts_with("fantail "))?;
    let name = |file: &serde_json::Value| Some(file.get("name")?.as_str()?.to_owned());
    Some(told.get("files")?.as_array()?.iter().filter_map(name).collect())
}

/// True for the name of something in the folder itself.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}
