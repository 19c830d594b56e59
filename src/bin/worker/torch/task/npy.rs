//! Vectors as `.npy` of float32, `NumPy`'s format 1.0.
//!
//! Invariant: what is read is a table of little-endian float32 in C order whose length fits its shape, or refused.

use std::path::Path;

use super::folder;
use crate::torch::error::TorchError;

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// Writes rows of one width; a missing row becomes NaN.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, rows: &[Vec<f32>]) -> Result<(), TorchError> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {width}), }}", rows.len());
    let length = MAGIC.len() + 2 + header.len() + 1;
    header.push_str(&" ".repeat(length.next_multiple_of(64) - length));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    for row in rows {
        let numbers = row.iter().copied().chain(std::iter::repeat(f32::NAN)).take(width);
        bytes.extend(numbers.flat_map(f32::to_le_bytes));
    }
    folder::write(path, &bytes, true)
}

/// Reads the rows.
///
/// # Errors
/// The file cannot be read or is another kind of array.
pub fn read(path: &Path) -> Result<Vec<Vec<f32>>, TorchError> {
    let bytes = std::fs::read(path).map_err(|error| TorchError::file(path, error))?;
    rows(&bytes).ok_or_else(|| TorchError::checkpoint(path, "it is not a table of float32"))
}

fn rows(bytes: &[u8]) -> Option<Vec<Vec<f32>>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (header, body) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let header = std::str::from_utf8(header).ok()?;
    if !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        return None;
    }
    let shape = header.split_once("'shape': (")?.1.split_once(')')?.0;
    let sides: Vec<usize> = shape.split(',').filter_map(|side| side.trim().parse().ok()).collect();
    let [count, width] = sides[..] else { return None };
    if body.len() != count.checked_mul(width)?.checked_mul(4)? || width == 0 {
        return None;
    }
    let number = |bytes: &[u8]| bytes.try_into().map_or(f32::NAN, f32::from_le_bytes);
    Some(body.chunks(width * 4).map(|row| row.chunks(4).map(number).collect()).collect())
}
