//! Where an instance's pictures are: a folder, or a pack that is part of the program.
//!
//! Invariant: nothing outside the image root is ever opened, however a path is written or linked.

use std::path::{Component, Path, PathBuf};

use rustc_hash::FxHashMap;

use super::SourceError;

/// The largest picture that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// Holds pictures by path.
#[derive(Debug)]
pub(crate) enum ImageStore {
    /// Files below a folder.
    Folder {
        /// The folder.
        root: PathBuf,
        /// Whether links in it may lead outside: they are what the user listed when the folder itself is the dataset.
        linked: bool,
    },
    /// Pictures one after the other, with the place of each.
    Pack {
        /// Offset and length by path.
        places: FxHashMap<&'static str, (usize, usize)>,
        /// All pictures.
        bytes: &'static [u8],
    },
}

impl ImageStore {
    /// A pack with its table of `path`, `offset`, `length` lines, separated by tabs.
    pub(crate) fn pack(table: &'static str, bytes: &'static [u8]) -> Self {
        let place = |line: &'static str| {
            let mut fields = line.split('\t');
            let path = fields.next()?;
            Some((path, (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?)))
        };
        Self::Pack { places: table.lines().filter_map(place).collect(), bytes }
    }

    /// The encoded bytes of the picture at `path`.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        let refused = |reason: String| SourceError::Unreadable {
            path: PathBuf::from(path),
            cause: std::io::Error::other(reason),
        };
        match self {
            Self::Folder { root, linked } => read_below((root, *linked), path, &refused),
            Self::Pack { places, bytes } => {
                let place =
                    places.get(path).and_then(|&(offset, length)| bytes.get(offset..offset.checked_add(length)?));
                place.map(<[u8]>::to_vec).ok_or_else(|| refused("it is not in the embedded pack".into()))
            }
        }
    }
}

/// The encoded bytes of the picture at `path` below `root`; `linked` says whether a link may lead out of it.
///
/// # Errors
/// A path that leads out of the root, and whatever the system says of the file.
pub fn read_picture(root: &Path, path: &Path, linked: bool) -> Result<Vec<u8>, SourceError> {
    let refused =
        |reason: String| SourceError::Unreadable { path: path.to_owned(), cause: std::io::Error::other(reason) };
    let text = path.to_str().ok_or_else(|| refused("its name is not UTF-8".into()))?;
    read_below((root, linked), text, &refused)
}

fn read_below(
    (root, linked): (&Path, bool),
    path: &str,
    refused: &dyn Fn(String) -> SourceError,
) -> Result<Vec<u8>, SourceError> {
    if path.contains("://") {
        return Err(refused("it is an address, and fantail reads only files; download it below the image root".into()));
    }
    let unreadable = |path: PathBuf| |cause| SourceError::Unreadable { path, cause };
    let root = root.canonicalize().map_err(unreadable(root.to_owned()))?;
    let full = root.join(path);
    let real = full.canonicalize().map_err(unreadable(full.clone()))?;
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let allowed = real.starts_with(&root) || (linked && plain);
    if !allowed {
        return Err(refused(format!(
            "it leads outside the image root {}; set dataset.image_root if the pictures are there",
            root.display()
        )));
    }
    let facts = std::fs::metadata(&real).map_err(unreadable(full.clone()))?;
    if !facts.is_file() {
        return Err(refused("it is not a file".into()));
    }
    if facts.len() > LARGEST {
        return Err(refused(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    std::fs::read(&real).map_err(unreadable(full))
}
