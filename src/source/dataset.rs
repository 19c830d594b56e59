//! An opened dataset: its instances in source order, what was set aside, and its fingerprint.
//!
//! Invariant: instance numbers are dense (`0..len`), in source order over all shards, and skip what was set aside.

use std::path::{Path, PathBuf};

use super::images::ImageStore;
use super::sidecar::Sidecar;
use super::{Format, Instance, SourceError};

/// One readable part of a dataset: a file, or a shard of one.
pub trait Reader: Send + Sync {
    /// How many usable records it holds.
    fn len(&self) -> usize;

    /// True when it holds none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Clears `into` and fills it with record `row` (`row < len`).
    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>);

    /// The record's own bytes, where the format has such (JSON records, CSV lines, list lines).
    fn raw(&self, _row: usize) -> Option<&[u8]> {
        None
    }

    /// What stands around its records, where [`Self::raw`] gives them.
    fn frame(&self) -> super::Frame<'_> {
        super::Frame::LINES
    }

    /// Where record `row` is in its file.
    fn place(&self, row: usize) -> Place {
        Place { row: row as u64, offset: 0 }
    }
}

/// Where a record is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0-based row among all records of the file, usable or not.
    pub row: u64,
    /// Byte offset in the (decompressed) file; 0 where the format has none.
    pub offset: u64,
}

/// Why a record was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideKind {
    /// Not JSON.
    BadJson,
    /// A row of a table or a list that cannot be taken apart into its fields.
    BadRow,
    /// A member has a type that cannot be used.
    WrongType,
    /// No id where the format needs one.
    MissingId,
    /// An id that an earlier record has.
    DuplicateId,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// The file ends inside the record.
    Truncated,
    /// A file that is not an image where one is expected, or cannot be read.
    Unreadable,
}

/// A record that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SetAside {
    /// Which file, when the dataset has several.
    pub file: PathBuf,
    /// 0-based row among all records of that file.
    pub row: u64,
    /// Byte offset of the record in the (decompressed) file.
    pub offset: u64,
    /// The class of the fault.
    pub kind: SetAsideKind,
    /// What exactly is wrong, in words.
    pub message: String,
}

/// BLAKE3 over the content of every file, in order; 32 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("blake3:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// An opened dataset.
pub struct Dataset {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
    pub(crate) images: ImageStore,
    pub(crate) readers: Vec<Box<dyn Reader>>,
    /// `starts[r]` is the number of records, repeated ids included, in the readers before `r`; one more entry holds the sum.
    pub(crate) starts: Vec<usize>,
    /// For each record that repeats an id, its number minus the number of those before it: ascending.
    pub(crate) repeats: Vec<usize>,
    pub(crate) sidecar: Option<Sidecar>,
    pub(crate) set_aside: Vec<SetAside>,
    pub(crate) warnings: Vec<String>,
    pub(crate) fingerprint: Fingerprint,
    /// Stable 64-bit hash of each instance's id (XXH3), in order.
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

    /// Fills `into` with instance `number`; a number past the end leaves it cleared.
    pub fn read<'a>(&'a self, number: usize, into: &mut Instance<'a>) {
        let Some((reader, row)) = self.locate(number) else {
            into.clear();
            return;
        };
        reader.read(row, into);
        if let Some(sidecar) = &self.sidecar {
            sidecar.join(self.id_hashes[number], into);
        }
    }

    /// The record's own bytes, where the format has such.
    #[must_use]
    pub fn raw(&self, number: usize) -> Option<&[u8]> {
        self.locate(number).and_then(|(reader, row)| reader.raw(row))
    }

    /// What stands around the records of each file, in order.
    pub fn frames(&self) -> impl Iterator<Item = super::Frame<'_>> {
        self.readers.iter().map(|reader| reader.frame())
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

    /// The encoded bytes of a picture.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`] when the file cannot be read, is too large, or lies outside the image root.
    pub fn image_bytes(&self, image: &super::Image<'_>) -> Result<Vec<u8>, SourceError> {
        match image {
            super::Image::Bytes(bytes) => Ok(bytes.to_vec()),
            super::Image::Path(path) => self.images.read(path),
        }
    }

    pub(super) fn locate(&self, number: usize) -> Option<(&dyn Reader, usize)> {
        let slot = number.checked_add(self.repeats.partition_point(|&gap| gap <= number))?;
        let after = self.starts.partition_point(|&start| start <= slot);
        let reader = self.readers.get(after.checked_sub(1)?)?;
        let row = slot - self.starts[after - 1];
        (row < reader.len()).then_some((reader.as_ref(), row))
    }
}
