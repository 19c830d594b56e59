//! Whether the files of a shard are those that it wrote.
//!
//! Invariant: reads only; what is wrong is told with the file's name, before any of it is taken over.

use std::fs;
use std::path::Path;

use super::super::staging::{Finished, Joint};
use super::super::table::Groups;
use super::super::{ManifestError, digest};
use super::join::Parts;
use crate::progress::Observer;

/// Fails where a part is not what its shard took down of it.
pub(super) fn verify(parts: &Parts<'_>, observer: &dyn Observer) -> Result<(), ManifestError> {
    parts.iter().try_for_each(|(path, part)| {
        let wrong = |reason: String| ManifestError::Unmergeable { path: path.clone(), reason };
        let facts = fs::metadata(path).map_err(|cause| wrong(format!("it cannot be read ({cause})")))?;
        if part.joint != Joint::Folder && facts.len() != part.bytes {
            let than = if facts.len() < part.bytes { "shorter" } else { "longer" };
            return Err(wrong(format!("it is {than} than it was written; write its shard anew")));
        }
        if let Some(wanted) = &part.digest {
            let found = digest::of(path, observer)?.map_err(|cause| wrong(format!("it cannot be read ({cause})")))?;
            if found != *wanted {
                return Err(wrong("it is not what its shard wrote there; write its shard anew".into()));
            }
        }
        has_its_rows(path, part)
    })
}

/// A table tells by itself how many rows it has.
fn has_its_rows(path: &Path, part: &Finished) -> Result<(), ManifestError> {
    if !matches!(part.joint, Joint::Rows | Joint::RowGroups) {
        return Ok(());
    }
    let rows = Groups::open(path).ok().and_then(|groups| groups.starts.last().copied());
    if rows.is_some_and(|rows| rows as u64 == part.rows) {
        return Ok(());
    }
    let reason = format!("its rows are not the {} that its shard wrote; write its shard anew", part.rows);
    Err(ManifestError::Unmergeable { path: path.to_owned(), reason })
}
