//! The source's own format: kept records, byte for byte, in the source's order and in the frame of their file.
//!
//! A file of records is one file again; where each file has a frame that cannot be joined with another's (COCO, Parquet), each file
//! of the dataset has one of its own.
//!
//! Invariant: no record is parsed or written anew; a policy that keeps everything gives back an undamaged file as it was. Parquet
//! has no bytes of a record: there, values stay what they were.

mod annotated;
mod folder;
mod records;

use std::ops::Range;
use std::path::Path;

pub(super) use folder::{absolute, relative};

use super::staging::Staging;
use super::table::New;
use super::{CALIBRATION, Contents, ManifestError, Part, RECIPE, SHARD, appended, stages, table};
use crate::source::{Dataset, Format};

/// Names that other files of a manifest have.
const TAKEN: [&str; 8] =
    [CALIBRATION, SHARD, RECIPE, "decisions.parquet", "decisions.jsonl", "decisions.csv", "weights.npy", "indices.npy"];

/// The names of the native manifest's files.
pub(super) fn names(dataset: &Dataset) -> Vec<String> {
    match dataset.format() {
        Format::Coco | Format::Lvis | Format::Parquet => {
            dataset.files().iter().map(|file| free(&unpacked(file))).collect()
        }
        Format::ImageFolder => {
            let path = dataset.path().canonicalize().unwrap_or_else(|_| dataset.path().to_path_buf());
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            vec![free(&name.unwrap_or_else(|| "images".into()))]
        }
        _ => vec![free(&records::file_name(dataset))],
    }
}

/// A file's name without its compression.
fn unpacked(path: &Path) -> String {
    let packed = path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    let name = if packed { path.file_stem() } else { path.file_name() };
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn free(name: &str) -> String {
    if TAKEN.contains(&name) || stages::is_file(name) { format!("native-{name}") } else { name.to_owned() }
}

/// The instances of the contents' shard. Row groups of Parquet are not cut.
pub(super) fn range(contents: &Contents<'_>) -> Result<Range<usize>, ManifestError> {
    let dataset = contents.dataset;
    let range = contents.shard.range(dataset.len());
    if contents.shard.is_whole() || dataset.format() != Format::Parquet {
        return Ok(range);
    }
    let mut cuts = Vec::new();
    for (file, path) in dataset.files().iter().enumerate() {
        let groups = groups(dataset, path)?;
        for &start in &groups.starts {
            cuts.push(first_at(dataset, (file, start as u64)));
        }
    }
    cuts.push(dataset.len());
    let cut = |at: usize| cuts[cuts.partition_point(|&cut| cut < at).min(cuts.len() - 1)];
    Ok(cut(range.start)..cut(range.end))
}

/// The first instance at or after a row of a file.
fn first_at(dataset: &Dataset, wanted: (usize, u64)) -> usize {
    let place = |number: usize| {
        let file = dataset.slot(number).map_or(usize::MAX, |(file, _)| file);
        (file, dataset.place(number).map_or(u64::MAX, |place| place.row))
    };
    let (mut low, mut high) = (0, dataset.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if place(middle) < wanted { low = middle + 1 } else { high = middle }
    }
    low
}

fn groups(dataset: &Dataset, path: &Path) -> Result<table::Groups, ManifestError> {
    table::Groups::open(path).map_err(|fault| match fault {
        table::Fault::Refused(cause) => ManifestError::Unwritable { path: path.to_owned(), cause },
        table::Fault::Unsupported(reason) => ManifestError::Unsupported { path: dataset.path().to_path_buf(), reason },
    })
}

/// Writes the native manifest.
pub(super) fn write(part: &Part<'_>, staging: &Staging) -> Result<(), ManifestError> {
    let dataset = part.contents.dataset;
    let names = names(dataset);
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    if distinct.len() < names.len() {
        let reason = "two of its files have the same name".to_owned();
        return Err(ManifestError::Unsupported { path: dataset.path().to_path_buf(), reason });
    }
    if appended::all(part.contents).iter().any(|item| !item.is_copy()) {
        takes_pictures(dataset)?;
    }
    match dataset.format() {
        Format::Coco | Format::Lvis => annotated::write(part, &names, staging),
        Format::Parquet => write_tables(part, &names, staging),
        Format::ImageFolder => folder::write(part, &names.concat(), staging),
        _ => records::write(part, &names.concat(), staging),
    }
}

/// Whether pictures that were made have a place in the dataset's own format.
pub(super) fn takes_pictures(dataset: &Dataset) -> Result<(), ManifestError> {
    let pictured = dataset.mapping().iter().any(|(role, _)| role == "image");
    let reason = match dataset.format() {
        Format::Coco | Format::Lvis => Some("pictures that were made have no boxes for this format to hold"),
        Format::Parquet | Format::Csv if !pictured => Some("it has no column for pictures that were made"),
        _ => None,
    };
    if let Some(reason) = reason {
        let reason = format!("{reason}; leave 'native' out of export.formats and write 'jsonl', 'csv' or 'parquet'");
        return Err(ManifestError::Unsupported { path: dataset.path().to_path_buf(), reason });
    }
    Ok(())
}

/// Which of the part's instances are in each file of the dataset that it reaches into.
fn by_file(part: &Part<'_>) -> Vec<(usize, Range<usize>)> {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    for number in part.range.clone() {
        let Some((file, _)) = part.contents.dataset.slot(number) else { continue };
        match found.last_mut() {
            Some((last, range)) if *last == file => range.end = number + 1,
            _ => found.push((file, number..number + 1)),
        }
    }
    found
}

fn write_tables(part: &Part<'_>, names: &[String], staging: &Staging) -> Result<(), ManifestError> {
    let Contents { dataset, plan, .. } = part.contents;
    for (file, instances) in by_file(part) {
        let (Some(name), Some(path)) = (names.get(file), dataset.files().get(file)) else { continue };
        if staging.is_finished(name) {
            continue;
        }
        part.pace.reached(instances.start - part.range.start)?;
        let row = |number: usize| dataset.place(number).map_or(0, |place| place.row as u32);
        let appended = appended::of_file(part, (file, &instances));
        let kept: Vec<u32> =
            instances.flat_map(|number| std::iter::repeat_n(row(number), plan.repeat(number) as usize)).collect();
        let mut appended: Vec<(u32, Option<New>)> =
            appended.iter().map(|item| (row(item.instance()), New::of(item, dataset, part.folder))).collect();
        appended.sort_by_key(|&(row, _)| row);
        let groups = groups(dataset, path)?;
        table::write_kept(part, &groups, (&kept, &appended), staging.output(name)?)?;
    }
    Ok(())
}
