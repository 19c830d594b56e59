//! Brings everything that a manifest holds into its staging folder.
//!
//! The native manifest waits for the disk most of the time, the tables for the processor: written side by side they take as long as
//! the slower of the two.
//!
//! Invariant: what is in each file does not depend on what is written beside it.

use std::ops::Range;
use std::path::Path;

use super::measured::Measured;
use super::pace::{Lanes, Pace};
use super::staging::{Joint, Staging, refused};
use super::{
    CALIBRATION, Calibration, Contents, ManifestError, RECIPE, SHARD, array, chosen, decisions, digest, holds_recipe,
    merge, native,
};
use crate::progress::Observer;
use crate::recipe::ManifestFormat;

/// The instances of one shard on their way into one format.
pub(super) struct Part<'a> {
    pub(super) contents: &'a Contents<'a>,
    pub(super) range: Range<usize>,
    /// Where the manifest will stand.
    pub(super) folder: &'a Path,
    pub(super) pace: Pace<'a>,
}

/// Brings everything that is not there yet into the staging folder.
pub(super) fn fill(contents: &Contents<'_>, staging: &Staging, observer: &dyn Observer) -> Result<(), ManifestError> {
    let formats = chosen(contents.recipe);
    let range = native::range(contents)?;
    let folder = staging.place(".");
    let lanes = Lanes::new(observer, formats.len(), range.len());
    let (beside, here): (Vec<_>, Vec<_>) =
        formats.into_iter().enumerate().partition(|(_, format)| *format == ManifestFormat::Native);
    let lane = |formats: &[(usize, ManifestFormat)]| {
        let mut formats = formats.iter();
        lanes.watched(formats.try_for_each(|&(number, format)| {
            let part = Part { contents, range: range.clone(), folder: &folder, pace: lanes.pace(number) };
            write_format(&part, format, staging)
        }))
    };
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("native".into());
        let other = if here.is_empty() { None } else { builder.spawn_scoped(scope, || lane(&beside)).ok() };
        // Without a thread, one after the other.
        let native = if other.is_none() { lane(&beside) } else { Ok(()) };
        let tables = native.and_then(|()| lane(&here));
        let native =
            other.map_or(Ok(()), |thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        first_cause(native, tables)
    })?;
    write_text(staging, RECIPE, contents.recipe.effective().as_bytes(), contents)?;
    let mut files = staging.all_finished();
    let measured = Measured::of(contents, &range);
    let (name, text) = if contents.shard.is_whole() {
        (CALIBRATION, Calibration::new(&measured, contents.recipe, &files).to_json())
    } else {
        for file in &mut files {
            let path = staging.growing(&file.name);
            file.digest = Some(digest::of(&path, observer)?.map_err(refused(&staging.place(&file.name)))?);
        }
        (SHARD, merge::record(contents, &measured, &files))
    };
    write_text(staging, name, &text, contents)
}

/// A lane that was stopped because the other failed is not the cause.
fn first_cause(one: Result<(), ManifestError>, other: Result<(), ManifestError>) -> Result<(), ManifestError> {
    match (one, other) {
        (Err(ManifestError::Cancelled), Err(cause)) => Err(cause),
        (one, other) => one.and(other),
    }
}

fn write_format(part: &Part<'_>, format: ManifestFormat, staging: &Staging) -> Result<(), ManifestError> {
    match format {
        ManifestFormat::Native => native::write(part, staging)?,
        ManifestFormat::Parquet | ManifestFormat::Jsonl | ManifestFormat::Csv => {
            decisions::write(part, format, staging)?;
        }
        ManifestFormat::Weights => array::write_weights(part, staging)?,
        ManifestFormat::Indices => array::write_indices(part, staging)?,
    }
    part.pace.reached(part.range.len())
}

/// Writes a small file whole; the recipe only where it does not stand already.
fn write_text(staging: &Staging, name: &str, text: &[u8], contents: &Contents<'_>) -> Result<(), ManifestError> {
    let stands = name == RECIPE && holds_recipe(&staging.place("."), contents.recipe);
    if stands || staging.is_finished(name) {
        return Ok(());
    }
    let mut output = staging.output(name)?;
    output.put(text)?;
    output.finish(0, Joint::Same).map(drop)
}
