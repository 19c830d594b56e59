//! The files of a dataset on their way in: named, mapped or decompressed, and hashed.
//!
//! Invariant: whatever can change what is read is hashed, once; a file that cannot be read is told when it is its turn.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::content::{Content, intact};
use super::image_folder::Tree;
use super::meter::{Meter, Phase};
use super::shards::{Files, Named, expand};
use super::state::FileStates;
use super::{Fingerprint, Options, SourceError, stdin};
use crate::progress::Observer;

/// How much is hashed between two looks at the cancel flag.
const HASH_STEP: usize = 32 << 20;
/// One part in so many of the progress is that of hashing.
const HASH_SHARE: u64 = 4;

/// A dataset whose content is known by its fingerprint, and whose records are still to be found.
pub struct Opening<'a> {
    pub(super) path: &'a Path,
    pub(super) options: &'a Options,
    pub(super) meter: Meter<'a>,
    pub(super) found: Found,
    pub(super) sidecar: Option<Content>,
    fingerprint: Fingerprint,
    pub(super) states: FileStates,
}

/// What a path stands for.
pub(super) enum Found {
    /// Files of records.
    Files {
        in_order: Vec<Input>,
        /// The folder that image paths start from.
        folder: PathBuf,
        /// Data files beside them that are not read, and why.
        passed_over: Vec<(PathBuf, &'static str)>,
    },
    /// A folder of images.
    Images(PathBuf, Tree),
}

/// A file.
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) content: Result<Content, SourceError>,
    /// Its place among the bytes of all files.
    bytes: Range<u64>,
}

impl<'a> Opening<'a> {
    /// Opens every file of the dataset at `path` and takes its fingerprint, at the cost of reading it once.
    ///
    /// # Errors
    /// [`SourceError`] when nothing is there, or when the observer cancels.
    pub fn begin(path: &'a Path, options: &'a Options, observer: &'a dyn Observer) -> Result<Self, SourceError> {
        let mut hasher = blake3::Hasher::new();
        let mut states = FileStates::default();
        let (meter, found) = match expand(path, options.format)? {
            Named::Files(Files { in_order: files, folder, passed_over }) => {
                let sizes = files.iter().map(|file| std::fs::metadata(file).map_or(0, |facts| facts.len()));
                for file in &files {
                    states.note(file);
                }
                for (file, why) in &passed_over {
                    states.note_beside(file, why);
                }
                let inputs = placed(files.iter().zip(sizes));
                let meter = Meter::new(observer, inputs.last().map_or(0, |input: &(_, Range<u64>)| input.1.end));
                let inputs: Result<Vec<Input>, SourceError> =
                    inputs.into_iter().map(|(file, bytes)| Input::open(file, bytes, (&meter, &mut hasher))).collect();
                (meter, Found::Files { in_order: inputs?, folder, passed_over })
            }
            Named::Stdin => {
                let content = stdin::content(observer)?;
                let bytes = 0..content.len() as u64;
                let meter = Meter::new(observer, bytes.end);
                hash(&mut hasher, &content, &meter.phase(0..bytes.end / HASH_SHARE, bytes.end))?;
                let input = Input { path: stdin::STDIN_NAME.into(), content: Ok(content), bytes };
                (meter, Found::Files { in_order: vec![input], folder: ".".into(), passed_over: Vec::new() })
            }
            Named::Images(folder) => {
                let meter = Meter::new(observer, 0);
                let tree = Tree::walk(&folder, &meter.phase(0..0, 1))?;
                tree.hash(&mut hasher);
                tree.note_beside(&mut states);
                (meter, Found::Images(folder, tree))
            }
        };
        options.entities.iter().for_each(|file| states.note(file));
        let sidecar = options.entities.as_deref().map(|file| sidecar(file, &meter, &mut hasher)).transpose()?;
        let fingerprint = Fingerprint(*hasher.finalize().as_bytes());
        Ok(Self { path, options, meter, found, sidecar, fingerprint, states })
    }

    /// The content's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Differs, while the fingerprint is the same, when something else is told of the files: other names, other files beside them
    /// that are not read.
    #[must_use]
    pub fn beside(&self) -> [u8; 32] {
        self.states.beside()
    }
}

impl Input {
    fn open(
        path: &Path,
        bytes: Range<u64>,
        (meter, hasher): (&Meter<'_>, &mut blake3::Hasher),
    ) -> Result<Self, SourceError> {
        let ahead = bytes.start / HASH_SHARE..bytes.end / HASH_SHARE;
        let content = Content::open(path, &meter.phase(ahead.start..ahead.start, 1));
        match &content {
            Ok(content) => {
                hash(hasher, content, &meter.phase(ahead, content.len() as u64))?;
                intact(path, &content.intact())?;
            }
            Err(SourceError::Cancelled) => return Err(SourceError::Cancelled),
            Err(_) => {}
        }
        Ok(Self { path: path.to_owned(), content, bytes })
    }

    /// The part of the progress, over so many bytes in all, in which the file's records are found.
    pub(super) fn progress(&self, total: u64) -> Range<u64> {
        let hashed = total / HASH_SHARE;
        let after = |bytes: u64| hashed + bytes - bytes / HASH_SHARE;
        after(self.bytes.start).min(total)..after(self.bytes.end).min(total)
    }
}

/// Files with their places among the bytes of all.
fn placed<'f>(sized: impl Iterator<Item = (&'f PathBuf, u64)>) -> Vec<(&'f Path, Range<u64>)> {
    let mut start = 0;
    sized
        .map(|(file, size)| {
            let bytes = start..start + size;
            start = bytes.end;
            (file.as_path(), bytes)
        })
        .collect()
}

fn sidecar(file: &Path, meter: &Meter<'_>, hasher: &mut blake3::Hasher) -> Result<Content, SourceError> {
    let place = meter.total() / HASH_SHARE;
    let phase = meter.phase(place..place, 1);
    let content = Content::open(file, &phase)?;
    hash(hasher, &content, &phase)?;
    intact(file, &content.intact())?;
    Ok(content)
}

/// The hash of bytes that are part of the program.
pub(super) fn fingerprint_of(bytes: &[u8]) -> Fingerprint {
    Fingerprint(*blake3::hash(bytes).as_bytes())
}

fn hash(hasher: &mut blake3::Hasher, bytes: &[u8], phase: &Phase<'_>) -> Result<(), SourceError> {
    bytes.chunks(HASH_STEP).try_for_each(|step| {
        hasher.update_rayon(step);
        phase.add(step.len() as u64)
    })
}
