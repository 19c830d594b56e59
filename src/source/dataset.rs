//! An opened dataset: its instances in source order, what was set aside, and its fingerprint.
//!
//! Invariant: instance numbers are dense (`0..len`), in source order over all shards, and skip what was set aside. A record that
//! is an earlier one once more, byte for byte, is an instance of its own with a hash of its own.

mod bytes;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::images::ImageStore;
use super::mapping::Intact;
use super::shards::Named;
use super::sidecar::Sidecar;
use super::state::FileStates;
use super::{Fingerprint, Format, Instance, Place, Reader, SetAside, SourceError, content};

/// An opened dataset.
pub struct Dataset {
    pub(crate) path: PathBuf,
    /// The file of each reader; empty for records that are part of the program.
    pub(crate) files: Vec<PathBuf>,
    /// All rows, usable or not, in the files before each reader's; one more entry holds the sum.
    pub(crate) row_starts: Vec<u64>,
    /// What was opened, as it was then.
    pub(crate) states: FileStates,
    /// Whether what is read of each mapped file is still the file's.
    pub(crate) intact: Vec<(PathBuf, Intact)>,
    pub(crate) format: Format,
    pub(crate) images: ImageStore,
    pub(crate) readers: Vec<Box<dyn Reader>>,
    /// `starts[r]` is the number of records, repeated ids included, in the readers before `r`; one more entry holds the sum.
    pub(crate) starts: Vec<usize>,
    /// For each record that was set aside for its id, its number minus the number of those before it: ascending.
    pub(crate) repeats: Vec<usize>,
    /// Instances that are an earlier one once more, each with the number of that one: ascending.
    pub(crate) copies: Vec<(u32, u32)>,
    pub(crate) sidecar: Option<Sidecar>,
    pub(crate) set_aside: Vec<SetAside>,
    pub(crate) warnings: Vec<String>,
    pub(crate) fingerprint: Fingerprint,
    /// Stable 64-bit hash of each instance's id (XXH3), in order; of a repetition, of the id's hash and the count of it so far.
    pub(crate) id_hashes: Vec<u64>,
    /// What was guessed, for the user to see: ("text", "caption"), …
    pub(crate) mapping: Vec<(String, String)>,
}

impl Dataset {
    /// The path as the user gave it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The detected format; never [`Format::Auto`].
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The number of instances.
    #[must_use]
    pub fn len(&self) -> usize {
        self.id_hashes.len()
    }

    /// True when there is no instance.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id_hashes.is_empty()
    }

    /// The instance that `number` repeats, byte for byte; itself when it repeats none.
    #[must_use]
    pub fn original(&self, number: usize) -> usize {
        let found = self.copies.binary_search_by_key(&number, |copy| copy.0 as usize);
        found.map_or(number, |at| self.copies[at].1 as usize)
    }

    /// Fills `into` with instance `number`; a number past the end leaves it cleared.
    pub fn read<'a>(&'a self, number: usize, into: &mut Instance<'a>) {
        // What belongs to a record by its id belongs to its repetitions, too, and is found with the first.
        let number = self.original(number);
        let Some((reader, row)) = self.locate(number) else {
            into.clear();
            return;
        };
        reader.read(row, into);
        if let Some(sidecar) = &self.sidecar {
            sidecar.join(self.id_hashes[number], into);
        }
    }

    /// As [`Self::read`], but only id and first image have to be right, and nothing is joined.
    pub fn read_head<'a>(&'a self, number: usize, into: &mut Instance<'a>) {
        let number = self.original(number);
        match self.locate(number) {
            Some((reader, row)) => reader.read_head((row, self.id_hashes[number]), into),
            None => into.clear(),
        }
    }

    /// The files that were read, in order; empty for records that are part of the program.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Which of the files holds an instance, and which of that file's usable records it is.
    #[must_use]
    pub fn slot(&self, number: usize) -> Option<(usize, usize)> {
        let slot = number.checked_add(self.repeats.partition_point(|&gap| gap <= number))?;
        let file = self.starts.partition_point(|&start| start <= slot).checked_sub(1)?;
        (file < self.readers.len()).then(|| (file, slot - self.starts[file]))
    }

    /// The row of an instance among all rows of all files, usable or not: what other readers of the dataset number it by.
    #[must_use]
    pub fn row(&self, number: usize) -> u64 {
        let row = |(file, row): (usize, usize)| self.row_starts[file] + self.readers[file].place(row).row;
        self.slot(number).map_or_else(|| self.rows(), row)
    }

    /// The number of all rows, usable or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.row_starts.last().copied().unwrap_or(0)
    }

    /// The bytes of a record on average, where they can be told without reading: the size of the files over their rows.
    #[must_use]
    pub fn record_bytes(&self) -> Option<f64> {
        let bytes = self.states.bytes();
        (bytes > 0 && self.rows() > 0).then(|| bytes as f64 / self.rows() as f64)
    }

    /// True while what was opened is still what is on disk. Size and time of change are compared; where they differ, where there are
    /// files that were not there, and for a folder of images, the fingerprint decides.
    #[must_use]
    pub fn is_unchanged(&self, options: &super::Options) -> bool {
        let same = || super::fingerprint(&self.path, options, &crate::progress::Unobserved);
        match self.format {
            _ if self.files.is_empty() => true,
            Format::ImageFolder => same().is_ok_and(|now| now == self.fingerprint),
            _ => self.states.hold() && !self.has_more(options) || same().is_ok_and(|now| now == self.fingerprint),
        }
    }

    /// True when its path stands for a file that was not there when it was opened.
    fn has_more(&self, options: &super::Options) -> bool {
        match super::shards::expand(&self.path, options.format) {
            Ok(Named::Files(now)) => now.in_order.iter().any(|file| !self.states.know(file)),
            _ => false,
        }
    }

    /// Fails when something was read of a file that it no longer had, because another program shortened it: then what was made
    /// of the dataset is worth nothing.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`] with the file.
    pub fn intact(&self) -> Result<(), SourceError> {
        self.intact.iter().try_for_each(|(file, intact)| content::intact(file, intact))
    }

    /// Where the record is in its file.
    #[must_use]
    pub fn place(&self, number: usize) -> Option<Place> {
        self.locate(number).map(|(reader, row)| reader.place(row))
    }

    /// The records that could not be used.
    #[must_use]
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }

    /// What else the user should know: entities of unknown ids, files that were passed over.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// True when an entities sidecar is joined.
    #[must_use]
    pub fn has_sidecar(&self) -> bool {
        self.sidecar.is_some()
    }

    /// The content's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Differs, while the fingerprint is the same, when something else is told of the files: see [`super::Opening::beside`].
    #[must_use]
    pub fn beside(&self) -> [u8; 32] {
        self.states.beside()
    }

    /// Stable hashes of the instances' ids, in order.
    #[must_use]
    pub fn id_hashes(&self) -> &[u64] {
        &self.id_hashes
    }

    /// What each role was mapped to: pairs of role and column or member.
    #[must_use]
    pub fn mapping(&self) -> &[(String, String)] {
        &self.mapping
    }

    /// The folder that pictures lie below, and whether links in it may lead outside; `None` where they are part of the program.
    #[must_use]
    pub fn image_root(&self) -> Option<(&Path, bool)> {
        match &self.images {
            ImageStore::Folder { root, linked } => Some((root, *linked)),
            ImageStore::Pack { .. } => None,
        }
    }

    /// The encoded bytes of a picture.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`] when the file cannot be read, is too large, or lies outside the image root.
    pub fn image_bytes<'i>(&self, image: &'i super::Image<'_>) -> Result<Cow<'i, [u8]>, SourceError> {
        match image {
            super::Image::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            super::Image::Path(path) => self.images.read(path).map(Cow::Owned),
        }
    }

    pub(super) fn locate(&self, number: usize) -> Option<(&dyn Reader, usize)> {
        let (file, row) = self.slot(number)?;
        let reader = self.readers.get(file)?;
        (row < reader.len()).then_some((reader.as_ref(), row))
    }
}
