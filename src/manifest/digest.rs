//! What tells the files of a shard from others: a hash of a file's bytes, and of a folder's names, links and sizes.
//!
//! Invariant: a folder's digest does not hang on the order in which the system lists it, nor on where its links begin.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::ManifestError;
use crate::progress::Observer;

/// So much is read at once.
const CHUNK: usize = 1 << 20;

/// The digest of a file or folder; the outer error is the observer's wish to stop.
pub(super) fn of(path: &Path, observer: &dyn Observer) -> Result<std::io::Result<String>, ManifestError> {
    let sum = match fs::metadata(path) {
        Ok(facts) if facts.is_dir() => of_folder(path, observer)?,
        Ok(_) => of_file(path, observer)?,
        Err(cause) => Err(cause),
    };
    Ok(sum.map(|sum| format!("xxh3:{sum:032x}")))
}

fn of_file(path: &Path, observer: &dyn Observer) -> Result<std::io::Result<u128>, ManifestError> {
    let (mut hasher, mut buffer) = (Xxh3::new(), vec![0; CHUNK]);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(cause) => return Ok(Err(cause)),
    };
    loop {
        if observer.cancelled() {
            return Err(ManifestError::Cancelled);
        }
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Ok(hasher.digest128())),
            Ok(read) => hasher.update(&buffer[..read]),
            Err(cause) => return Ok(Err(cause)),
        }
    }
}

/// The sum of what is in it: of a picture its name and size, of a link its name alone, since where it leads is told from its folder.
fn of_folder(folder: &Path, observer: &dyn Observer) -> Result<std::io::Result<u128>, ManifestError> {
    let (mut sum, mut pending) = (0_u128, vec![folder.to_path_buf()]);
    while let Some(inner) = pending.pop() {
        let entries = match fs::read_dir(&inner) {
            Ok(entries) => entries,
            Err(cause) => return Ok(Err(cause)),
        };
        for entry in entries {
            if observer.cancelled() {
                return Err(ManifestError::Cancelled);
            }
            let facts = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
            let (path, facts) = match facts {
                Ok(facts) => facts,
                Err(cause) => return Ok(Err(cause)),
            };
            if facts.is_dir() {
                pending.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let size = if facts.is_symlink() { "link".to_owned() } else { facts.len().to_string() };
            sum = sum.wrapping_add(xxh3_128(format!("{name}\0{size}").as_bytes()));
        }
    }
    Ok(Ok(sum))
}
