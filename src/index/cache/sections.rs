//! The container of a cached index: a header with key, lengths and checksums, then sections of little-endian numbers.
//!
//! ```text
//! magic 8 · version u32 · sections u32 · key 32 · (length u64 · BLAKE3 32) a section · BLAKE3 of all before 32 · sections
//! ```
//!
//! Invariant: nothing is allocated for a length that the file does not have; a section is handed out only when its checksum holds.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Write};

use super::{Key, Miss};

const MAGIC: &[u8; 8] = b"FANTAIL\x01";
/// The form of the content; one more with every change of it.
const VERSION: u32 = 2;
const FIXED: usize = 48;
const ENTRY: usize = 40;
/// More sections than any index has.
const MOST_SECTIONS: usize = 256;

/// A number that is stored little-endian.
pub(super) trait Number: bytemuck::Pod {
    /// The same with its bytes in reverse.
    fn swapped(self) -> Self;
}

impl Number for u8 {
    fn swapped(self) -> Self {
        self
    }
}

impl Number for u32 {
    fn swapped(self) -> Self {
        self.swap_bytes()
    }
}

impl Number for u64 {
    fn swapped(self) -> Self {
        self.swap_bytes()
    }
}

/// The little-endian bytes of numbers: themselves, on nearly every machine.
pub(super) fn bytes<T: Number>(numbers: &[T]) -> Cow<'_, [u8]> {
    if cfg!(target_endian = "little") {
        return Cow::Borrowed(bytemuck::cast_slice(numbers));
    }
    let swapped: Vec<T> = numbers.iter().map(|number| number.swapped()).collect();
    Cow::Owned(bytemuck::cast_slice(&swapped).to_vec())
}

/// Writes a container with these sections.
pub(super) fn write(mut file: &File, key: &Key, sections: &[Cow<'_, [u8]>]) -> std::io::Result<()> {
    let mut header = Vec::with_capacity(FIXED + sections.len() * ENTRY + 32);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    header.extend_from_slice(&key.0);
    for section in sections {
        header.extend_from_slice(&(section.len() as u64).to_le_bytes());
        header.extend_from_slice(checksum(section).as_bytes());
    }
    let whole = checksum(&header);
    header.extend_from_slice(whole.as_bytes());
    file.write_all(&header)?;
    sections.iter().try_for_each(|section| file.write_all(section))
}

fn checksum(bytes: &[u8]) -> blake3::Hash {
    blake3::Hasher::new().update_rayon(bytes).finalize()
}

/// Hands out the sections of a container one by one.
pub(super) struct Sections {
    file: File,
    entries: std::vec::IntoIter<(u64, [u8; 32])>,
}

impl Sections {
    /// Opens a container; refuses it unless magic, version, key, header checksum and the file's length hold.
    pub(super) fn open(mut file: File, key: &Key) -> Result<Self, Miss> {
        let mut header = vec![0_u8; FIXED];
        fill(&mut file, &mut header)?;
        if &header[..8] != MAGIC || header[8..12] != VERSION.to_le_bytes() || header[16..FIXED] != key.0 {
            return Err(Miss::Stale);
        }
        let sections = u32::from_le_bytes([header[12], header[13], header[14], header[15]]) as usize;
        if sections > MOST_SECTIONS {
            return Err(Miss::Damaged("too many sections"));
        }
        header.resize(FIXED + sections * ENTRY, 0);
        fill(&mut file, &mut header[FIXED..])?;
        let mut stored = [0_u8; 32];
        fill(&mut file, &mut stored)?;
        if checksum(&header) != blake3::Hash::from(stored) {
            return Err(Miss::Damaged("header"));
        }
        let entries: Vec<(u64, [u8; 32])> = header[FIXED..].chunks_exact(ENTRY).filter_map(entry).collect();
        let length = entries.iter().try_fold((header.len() + 32) as u64, |sum, entry| sum.checked_add(entry.0));
        if length != Some(file.metadata()?.len()) {
            return Err(Miss::Damaged("length"));
        }
        Ok(Self { file, entries: entries.into_iter() })
    }

    /// The numbers of the next section.
    pub(super) fn next<T: Number>(&mut self) -> Result<Vec<T>, Miss> {
        let (length, stored) = self.entries.next().ok_or(Miss::Damaged("missing section"))?;
        let size = size_of::<T>() as u64;
        if !length.is_multiple_of(size) {
            return Err(Miss::Damaged("section length"));
        }
        let mut numbers = vec![T::zeroed(); (length / size) as usize];
        fill(&mut self.file, bytemuck::cast_slice_mut(&mut numbers))?;
        if checksum(bytemuck::cast_slice(&numbers)) != blake3::Hash::from(stored) {
            return Err(Miss::Damaged("checksum"));
        }
        if cfg!(target_endian = "big") {
            for number in &mut numbers {
                *number = number.swapped();
            }
        }
        Ok(numbers)
    }

    /// The text of the next section.
    pub(super) fn next_text(&mut self) -> Result<String, Miss> {
        String::from_utf8(self.next::<u8>()?).map_err(|_| Miss::Damaged("text"))
    }
}

fn entry(bytes: &[u8]) -> Option<(u64, [u8; 32])> {
    let (length, hash) = bytes.split_first_chunk::<8>()?;
    Some((u64::from_le_bytes(*length), hash.try_into().ok()?))
}

fn fill(file: &mut File, into: &mut [u8]) -> Result<(), Miss> {
    file.read_exact(into).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::UnexpectedEof => Miss::Damaged("cut short"),
        _ => Miss::Unreadable(cause),
    })
}
