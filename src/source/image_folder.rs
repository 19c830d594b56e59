//! A folder of images: each file an instance, the folder that it is in its label.
//!
//! Invariant: no image is opened; instances come in the order of their paths, and the path is the id.

use std::borrow::Cow;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::list::names_image;
use super::meter::Phase;
use super::part::{Part, id_hash};
use super::reader::Reader;
use super::state::FileStates;
use super::{Image, Instance, SetAside, SetAsideKind, SourceError};
use crate::number::count;

/// The deepest folder that is entered; deeper ones come from links that lead in circles.
const DEEPEST: usize = 32;

/// What is found below a folder.
#[derive(Default)]
pub(crate) struct Tree {
    /// Relative path, size and time of change of each image, in the order of their paths.
    files: Vec<(String, u64, u128)>,
    set_aside: Vec<SetAside>,
    /// Files that are no images.
    others: usize,
}

impl Tree {
    /// Looks at every folder below `root`.
    pub(crate) fn walk(root: &Path, phase: &Phase<'_>) -> Result<Self, SourceError> {
        let unreadable = |cause| SourceError::Unreadable { path: root.to_owned(), cause };
        std::fs::read_dir(root).map_err(unreadable)?;
        let mut tree = Self::default();
        let mut folders = vec![(root.to_owned(), String::new(), vec![root.canonicalize().map_err(unreadable)?])];
        while let Some((folder, prefix, above)) = folders.pop() {
            phase.check()?;
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(cause) => {
                    tree.refuse(&folder, format!("the folder cannot be read: {cause}"));
                    continue;
                }
            };
            for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
                let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                    tree.refuse(&path, "its name is not UTF-8".into());
                    continue;
                };
                let relative = format!("{prefix}{name}");
                if name.starts_with('.') {
                    continue;
                }
                match std::fs::metadata(&path) {
                    Ok(facts) if facts.is_dir() => tree.enter(&mut folders, (path, relative), &above),
                    Ok(facts) => tree.add(&path, relative, &facts),
                    Err(cause) if names_image(relative.as_bytes()) => tree.refuse(&path, cause.to_string()),
                    Err(_) => tree.others += 1,
                }
            }
        }
        tree.files.sort_unstable();
        tree.set_aside.sort_by(|one, other| one.file.cmp(&other.file));
        Ok(tree)
    }

    /// True when there is no image, and nothing that should have been one.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Feeds path, size and time of change of each image.
    pub(crate) fn hash(&self, hasher: &mut blake3::Hasher) {
        for (path, size, changed) in &self.files {
            hasher.update(path.as_bytes()).update(&[0]).update(&size.to_le_bytes()).update(&changed.to_le_bytes());
        }
    }

    /// Notes what is told of the folder beside its images.
    pub(crate) fn note_beside(&self, states: &mut FileStates) {
        self.set_aside.iter().for_each(|aside| states.note_beside(&aside.file, &aside.message));
        states.note_beside(Path::new(""), &self.others.to_string());
    }

    /// The images as a part of a dataset.
    pub(crate) fn into_part(self) -> Part {
        let rows = self.files.len() as u64;
        let paths: Vec<String> = self.files.into_iter().map(|(path, ..)| path).collect();
        let warning = match self.others {
            1 => "1 file that is no image was passed over".to_owned(),
            others => format!("{} files that are no images were passed over", count(others as u64)),
        };
        Part {
            id_hashes: paths.iter().map(|path| id_hash(path)).collect(),
            reader: Box::new(Files { paths }),
            set_aside: self.set_aside,
            mapping: vec![("image".into(), "file".into()), ("label".into(), "folder".into())],
            warnings: if self.others > 0 { vec![warning] } else { Vec::new() },
            rows,
        }
    }

    fn enter(
        &mut self,
        folders: &mut Vec<(PathBuf, String, Vec<PathBuf>)>,
        (path, relative): (PathBuf, String),
        above: &[PathBuf],
    ) {
        match path.canonicalize() {
            Ok(real) if above.len() < DEEPEST && !above.contains(&real) => {
                let above = above.iter().cloned().chain([real]).collect();
                folders.push((path, format!("{relative}/"), above));
            }
            Ok(_) => self.refuse(&path, "the folder is a link to one that it is in".into()),
            Err(cause) => self.refuse(&path, cause.to_string()),
        }
    }

    fn add(&mut self, path: &Path, relative: String, facts: &Metadata) {
        if !names_image(relative.as_bytes()) {
            self.others += 1;
        } else if facts.is_file() {
            let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            self.files.push((relative, facts.len(), changed.map_or(0, |time| time.as_nanos())));
        } else {
            self.refuse(path, "it is not a regular file".into());
        }
    }

    fn refuse(&mut self, path: &Path, message: String) {
        let row = self.set_aside.len() as u64;
        self.set_aside.push(SetAside {
            file: path.to_owned(),
            row,
            offset: 0,
            kind: SetAsideKind::Unreadable,
            message,
        });
    }
}

struct Files {
    paths: Vec<String>,
}

impl Reader for Files {
    fn len(&self) -> usize {
        self.paths.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        into.clear();
        let Some(path) = self.paths.get(row) else { return };
        into.id = Cow::Borrowed(path);
        into.images.push(Image::Path(Cow::Borrowed(path)));
        if let Some((folder, _)) = path.rsplit_once('/') {
            into.labels.push(Cow::Borrowed(folder));
        }
    }
}
