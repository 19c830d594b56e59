//! Turns what the user names into files: one file, a folder of shards, or a pattern.
//!
//! Invariant: files come in the order of their names; nothing is opened here, and links never lead in circles.

use std::path::{Path, PathBuf};

use super::{Format, SourceError};

/// What a path stands for.
pub(crate) enum Named {
    /// Files to read one after the other, and the folder that image paths start from.
    Files(Vec<PathBuf>, PathBuf),
    /// A folder of images.
    Images(PathBuf),
}

/// Name endings of data files, without that of a compression.
const DATA: &[&str] = &["json", "jsonl", "ndjson", "parquet", "csv", "tsv"];

/// The files that `path` stands for.
pub(crate) fn expand(path: &Path, format: Format) -> Result<Named, SourceError> {
    match std::fs::metadata(path) {
        Ok(facts) if facts.is_dir() && format == Format::ImageFolder => Ok(Named::Images(path.to_owned())),
        Ok(facts) if facts.is_dir() => folder(path),
        Ok(_) => Ok(Named::Files(vec![path.to_owned()], parent(path))),
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
    let mut files: Vec<PathBuf> = found.filter_map(Result::ok).filter(|file| file.is_file()).collect();
    files.sort();
    let first = files.first().ok_or_else(|| unreadable("no file matches this pattern".into()))?;
    let folder = parent(first);
    Ok(Named::Files(files, folder))
}

fn folder(path: &Path) -> Result<Named, SourceError> {
    let entries = std::fs::read_dir(path).map_err(|cause| SourceError::Unreadable { path: path.to_owned(), cause })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|file| is_data(file) && file.is_file())
        .collect();
    files.sort();
    if files.is_empty() {
        return Ok(Named::Images(path.to_owned()));
    }
    Ok(Named::Files(files, path.to_owned()))
}

fn is_data(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_ascii_lowercase) else { return false };
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    !plain.starts_with('.') && plain.rsplit_once('.').is_some_and(|(_, extension)| DATA.contains(&extension))
}
