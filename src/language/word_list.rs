//! Owns the reading of front-coded word lists, the form in which the embedded lexica are stored.
//!
//! Each word is stored as the number of leading bytes that it shares with the word before it, and the
//! bytes that follow them (front coding; Witten, Moffat and Bell, *Managing Gigabytes*, section 4.1).
//!
//! Invariant: reads embedded bytes only and never allocates a word of its own.

/// Calls `each` with every word of the list at the start of `bytes`, in order, and returns what
/// follows the list.
pub(crate) fn read(bytes: &[u8], mut each: impl FnMut(&[u8])) -> &[u8] {
    let (count, mut rest) = number(bytes);
    let mut word = Vec::with_capacity(64);
    for _ in 0..count {
        let Some((head, tail)) = rest.split_first() else {
            break;
        };
        rest = tail;
        let shared = length(head >> 4, &mut rest);
        let more = length(head & 15, &mut rest);
        word.truncate(shared);
        let (suffix, tail) = rest.split_at(more.min(rest.len()));
        word.extend_from_slice(suffix);
        rest = tail;
        each(&word);
    }
    rest
}

/// The 32-bit number that `bytes` starts with, and what follows it.
pub(crate) fn number(bytes: &[u8]) -> (u32, &[u8]) {
    bytes.split_first_chunk::<4>().map_or((0, bytes), |(head, tail)| (u32::from_le_bytes(*head), tail))
}

/// The variable-length number that `bytes` starts with (seven bits a byte, lowest first), taken off it.
pub(crate) fn varint(bytes: &mut &[u8]) -> u32 {
    let mut value = 0;
    let mut shift = 0;
    while let Some((head, tail)) = bytes.split_first() {
        *bytes = tail;
        value |= u32::from(head & 0x7f) << shift;
        shift += 7;
        if *head < 0x80 || shift > 28 {
            break;
        }
    }
    value
}

fn length(nibble: u8, rest: &mut &[u8]) -> usize {
    if nibble < 15 {
        return usize::from(nibble);
    }
    let (extra, tail) = rest.split_first().unwrap_or((&0, &[]));
    *rest = tail;
    15 + usize::from(*extra)
}
