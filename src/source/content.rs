//! The bytes of one file: mapped, decompressed to memory, or embedded in the program.
//!
//! Invariant: bytes are never copied once they are here; a compressed file is bounded and keeps what could be read of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::SourceError;
use super::mapping::{Intact, Mapping};
use super::meter::Phase;

/// The most that one compressed file may grow to, in bytes.
const LARGEST: u64 = 16 << 30;
/// How much is decompressed between two looks at the cancel flag.
const STEP: u64 = 4 << 20;

/// A file's bytes.
pub(crate) struct Content {
    bytes: Bytes,
    /// What went wrong when the compressed file ended early.
    pub(crate) cut: Option<String>,
}

enum Bytes {
    Mapped(Mapping),
    Owned(Vec<u8>),
    Embedded(&'static [u8]),
}

impl std::ops::Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
            Bytes::Embedded(bytes) => bytes,
        }
    }
}

impl Content {
    /// Bytes that are part of the program.
    pub(crate) const fn embedded(bytes: &'static [u8]) -> Self {
        Self { bytes: Bytes::Embedded(bytes), cut: None }
    }

    /// Whether all that was read of it was the file's; bytes in memory cannot go.
    pub(crate) fn intact(&self) -> Intact {
        match &self.bytes {
            Bytes::Mapped(map) => map.intact().clone(),
            Bytes::Owned(_) | Bytes::Embedded(_) => Intact::default(),
        }
    }

    /// Maps a plain file, decompresses a gzip or Zstandard one; told apart by their first bytes.
    pub(crate) fn open(path: &Path, phase: &Phase<'_>) -> Result<Self, SourceError> {
        Self::of(&regular(path)?, path, phase)
    }

    /// The bytes of an opened file, which is called `path`.
    pub(crate) fn of(file: &File, path: &Path, phase: &Phase<'_>) -> Result<Self, SourceError> {
        let map = Mapping::of(file).map_err(|cause| SourceError::Unreadable { path: path.to_owned(), cause })?;
        let decoder: Box<dyn Read + '_> = match map.get(..4) {
            Some([0x1f, 0x8b, ..]) => Box::new(flate2::read::MultiGzDecoder::new(&map[..])),
            Some([0x28, 0xb5, 0x2f, 0xfd]) => Box::new(
                zstd::stream::read::Decoder::with_buffer(&map[..])
                    .map_err(|cause| SourceError::Unreadable { path: path.to_owned(), cause })?,
            ),
            _ => return Ok(Self { bytes: Bytes::Mapped(map), cut: None }),
        };
        let mut out = Vec::with_capacity(map.len().saturating_mul(3).min(1 << 30));
        let cut = inflate(decoder, &mut out, phase)?;
        if out.len() as u64 > LARGEST {
            let reason = format!("it decompresses to more than {} GiB; decompress it to a file first", LARGEST >> 30);
            return Err(SourceError::Malformed { path: path.to_owned(), format: "a compressed file", reason });
        }
        intact(path, map.intact())?;
        out.shrink_to_fit();
        Ok(Self { bytes: Bytes::Owned(out), cut })
    }
}

/// Fails when something was read of the file at `path` that it no longer had.
pub(crate) fn intact(path: &Path, intact: &Intact) -> Result<(), SourceError> {
    if intact.holds() {
        return Ok(());
    }
    let cause = std::io::Error::other("another program shortened it while it was read; open it again once it is whole");
    Err(SourceError::Unreadable { path: path.to_owned(), cause })
}

/// Fills `out` until the end, the bound or a fault; the fault comes back in words.
fn inflate(
    mut decoder: Box<dyn Read + '_>,
    out: &mut Vec<u8>,
    phase: &Phase<'_>,
) -> Result<Option<String>, SourceError> {
    loop {
        phase.check()?;
        match decoder.by_ref().take(STEP).read_to_end(out) {
            Ok(0) => return Ok(None),
            Ok(_) if out.len() as u64 > LARGEST => return Ok(None),
            Ok(_) => {}
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
            Err(cause) => return Ok(Some(format!("the compressed file is cut short or damaged ({cause})"))),
        }
    }
}

/// Opens a regular file; anything else (a folder, a pipe, a device) is refused without waiting on it.
fn regular(path: &Path) -> Result<File, SourceError> {
    let unreadable = |cause| SourceError::Unreadable { path: path.to_owned(), cause };
    let kind = std::fs::metadata(path).map_err(unreadable)?;
    if !kind.is_file() {
        let what = if kind.is_dir() { "it is a folder where a file is expected" } else { "it is not a regular file" };
        return Err(unreadable(std::io::Error::other(what)));
    }
    File::open(path).map_err(unreadable)
}
