//! Turns what the user names into files: one file, a folder of shards, or a pattern.
//!
//! Invariant: files come in the order of their names; nothing is opened here, and links never lead in circles.

use std::path::{Path, PathBuf};

use super::list::names_image;
use super::stdin::is_stdin;
use super::{Format, SourceError};

/// How deep a folder is searched for data.
const DEEPEST: usize = 4;
/// How many entries of a folder are looked at to tell whether it holds data that is not read: folders of pictures hold more.
const GLANCE: usize = 10_000;
/// Why a folder below is passed over.
const CLOSED: &str = "it is a folder that cannot be read";
const BELOW: &str = "its data lies in a folder beside the files that are read; open it by itself, or all with a pattern such as \
                     'FOLDER/**/*.jsonl'";

/// Files that tell about data and hold none: what Hugging Face and fantail write beside records.
const ABOUT_DATA: [&str; 4] = ["dataset_info.json", "dataset_infos.json", "calibration.json", "shard.json"];
/// What fantail writes of its decisions; data of the user's where fantail wrote nothing.
const DECISIONS: [&str; 3] = ["decisions.parquet", "decisions.jsonl", "decisions.csv"];

/// What a path stands for.
pub(crate) enum Named {
    /// Files of records.
    Files(Files),
    /// A folder of images.
    Images(PathBuf),
    /// What is piped in.
    Stdin,
}

/// Files to read one after the other.
pub(crate) struct Files {
    pub(crate) in_order: Vec<PathBuf>,
    /// The folder that image paths start from.
    pub(crate) folder: PathBuf,
    /// Data files beside them that are not read, and why.
    pub(crate) passed_over: Vec<(PathBuf, &'static str)>,
}

/// The files that `path` stands for.
pub(crate) fn expand(path: &Path, format: Format) -> Result<Named, SourceError> {
    if is_stdin(path) {
        return Ok(Named::Stdin);
    }
    match std::fs::metadata(path) {
        Ok(facts) if facts.is_dir() && format == Format::ImageFolder => Ok(Named::Images(path.to_owned())),
        Ok(facts) if facts.is_dir() => folder(path),
        Ok(_) => {
            Ok(Named::Files(Files { in_order: vec![path.to_owned()], folder: parent(path), passed_over: Vec::new() }))
        }
        Err(cause) => match path.to_str().filter(|text| text.contains(['*', '?', '['])) {
            Some(pattern) => matching(path, pattern),
            None => Err(SourceError::Unreadable { path: path.to_owned(), cause }),
        },
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn matching(path: &Path, pattern: &str) -> Result<Named, SourceError> {
    let unreadable =
        |reason: String| SourceError::Unreadable { path: path.to_owned(), cause: std::io::Error::other(reason) };
    let found = glob::glob(pattern).map_err(|error| unreadable(format!("not a pattern: {error}")))?;
    let (found, hidden): (Vec<_>, Vec<_>) = found.partition(Result::is_ok);
    let mut files: Vec<PathBuf> = found.into_iter().flatten().filter(|file| file.is_file()).collect();
    files.sort();
    let passed_over =
        hidden.into_iter().filter_map(Result::err).map(|error| (error.path().to_owned(), CLOSED)).collect();
    let first = files.first().ok_or_else(|| unreadable("no file matches this pattern".into()))?;
    let folder = parent(first);
    Ok(Named::Files(Files { in_order: files, folder, passed_over }))
}

/// The data files in a folder, of the kind that takes most room; a folder without any is one of images, or of data further down.
fn folder(path: &Path) -> Result<Named, SourceError> {
    let unreadable = |cause| SourceError::Unreadable { path: path.to_owned(), cause };
    let mut files = data_files(path).map_err(unreadable)?;
    let is_data = |(kind, _): &(Kind, PathBuf)| *kind != Kind::About;
    let mut passed_over = Vec::new();
    if files.iter().any(is_data) {
        passed_over.extend(folders(path).filter_map(|folder| unread(&folder).map(|why| (folder, why))));
    } else if !has_image(path, 0) {
        files.extend(below(path, 0, &mut passed_over));
    }
    let size = |file: &Path| std::fs::metadata(file).map_or(0, |facts| facts.len());
    let room =
        |kind: Kind| files.iter().filter(|(other, _)| *other == kind).map(|(_, file)| size(file) + 1).sum::<u64>();
    let Some(most) = [Kind::Json, Kind::Parquet, Kind::Table]
        .into_iter()
        .filter(|kind| room(*kind) > 0)
        .max_by_key(|kind| room(*kind))
    else {
        return Ok(Named::Images(path.to_owned()));
    };
    let mut taken = Vec::new();
    for (kind, file) in files {
        match kind {
            Kind::About => passed_over.push((file, "it tells about data and holds none")),
            kind if kind == most => taken.push(file),
            _ => passed_over.push((file, "it is data of another kind")),
        }
    }
    taken.sort();
    passed_over.sort();
    Ok(Named::Files(Files { in_order: taken, folder: path.to_owned(), passed_over }))
}

/// Kinds of data files, which do not mix in one dataset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Parquet,
    Table,
    /// No data.
    About,
}

fn data_files(folder: &Path) -> std::io::Result<Vec<(Kind, PathBuf)>> {
    let entries = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
    let files = entries.filter_map(|file| Some((kind(&file)?, file))).filter(|(_, file)| file.is_file());
    let mut files: Vec<(Kind, PathBuf)> = files.collect();
    // Fantail never writes its decisions without saying from what.
    if files.iter().any(|(_, file)| named(file, &ABOUT_DATA[2..])) {
        files.iter_mut().filter(|(_, file)| named(file, &DECISIONS)).for_each(|(kind, _)| *kind = Kind::About);
    }
    Ok(files)
}

fn named(file: &Path, names: &[&str]) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| names.contains(&name))
}

/// The data files in the folders below, where data sets keep them in `data/` or in one folder a split.
fn below(folder: &Path, depth: usize, passed_over: &mut Vec<(PathBuf, &'static str)>) -> Vec<(Kind, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let folders =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir() && depth < DEEPEST);
    let mut found = Vec::new();
    for path in folders {
        match data_files(&path) {
            Ok(files) => found.extend(files),
            Err(_) => passed_over.push((path.clone(), CLOSED)),
        }
        found.extend(below(&path, depth + 1, passed_over));
    }
    found
}

/// The folders in a folder, as far as they can be told; hidden ones are nobody's data.
fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let is_folder = |entry: &std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        kind => kind.is_ok_and(|kind| kind.is_dir()),
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(GLANCE).filter_map(Result::ok);
    entries
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .filter(is_folder)
        .map(|entry| entry.path())
}

/// Why a folder beside files that are read is passed over, where it holds, or may hold, data.
fn unread(folder: &Path) -> Option<&'static str> {
    if std::fs::read_dir(folder).is_err() {
        return Some(CLOSED);
    }
    holds_data(folder, 0).then_some(BELOW)
}

/// Whether there is data in a folder, or below it.
fn holds_data(folder: &Path, depth: usize) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(GLANCE).filter_map(Result::ok);
    let is_data = |file: &PathBuf| kind(file).is_some_and(|kind| kind != Kind::About) && file.is_file();
    entries.map(|entry| entry.path()).any(|file| is_data(&file))
        || depth + 1 < DEEPEST && folders(folder).any(|folder| holds_data(&folder, depth + 1))
}

fn has_image(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.filter_map(Result::ok).map(|entry| entry.path()).any(|path| {
        names_image(path.as_os_str().as_encoded_bytes())
            || (depth < DEEPEST && path.is_dir() && has_image(&path, depth + 1))
    })
}

fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if name.starts_with('.') {
        return None;
    }
    if ABOUT_DATA.contains(&name.as_str()) {
        return Some(Kind::About);
    }
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match plain.rsplit_once('.')?.1 {
        "json" | "jsonl" | "ndjson" => Some(Kind::Json),
        "parquet" => Some(Kind::Parquet),
        "csv" | "tsv" => Some(Kind::Table),
        _ => None,
    }
}
