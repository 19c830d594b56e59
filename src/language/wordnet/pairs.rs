//! Owns a quick test of whether two words may begin a collocation: sets of the hashes of such pairs.
//!
//! Source: Bloom, *Space/time trade-offs in hash coding with allowable errors* (1970), with one hash.
//!
//! Invariant: a pair that was added is always held; a pair that was not may be, rarely.

use crate::language::words::hash;

/// The pairs of words that collocations begin with: two bits each, so that both are found in one place.
#[derive(Debug)]
pub(super) struct Pairs(Vec<u64>);

/// Which collocations may begin with two words. A `true` can be wrong (rarely), a `false` never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// One whose words stand spaces apart.
    pub(crate) spaced: bool,
    /// One with a hyphen anywhere.
    pub(crate) hyphened: bool,
}

/// 2²⁰ places for 45,000 collocations: one pair in 25 that begins none is looked up in vain.
const PLACES: usize = 1 << 20;
/// The bits of a place.
const SPACED: u64 = 1;
const HYPHENED: u64 = 2;

impl Pairs {
    pub(super) fn new() -> Self {
        Self(vec![0; PLACES / 32])
    }

    /// Adds the first two words of a phrase; a word alone is none. A hyphen joins words or divides them, as a text has it.
    pub(super) fn add(&mut self, phrase: &[u8]) {
        self.add_divided(phrase, SPACED, |byte| *byte == b' ');
        if phrase.contains(&b'-') {
            self.add_divided(phrase, HYPHENED, |byte| matches!(byte, b' ' | b'-'));
        }
    }

    fn add_divided(&mut self, phrase: &[u8], bit: u64, divides: fn(&u8) -> bool) {
        let mut words = phrase.split(divides);
        if let (Some(first), Some(second)) = (words.next(), words.next()) {
            let place = place(first, second);
            self.0[place / 32] |= bit << (place % 32 * 2);
        }
    }

    /// What the pair may have been added as.
    pub(super) fn begin(&self, first: &[u8], second: &[u8]) -> Beginning {
        let place = place(first, second);
        let bits = self.0[place / 32] >> (place % 32 * 2);
        Beginning { spaced: bits & SPACED != 0, hyphened: bits & HYPHENED != 0 }
    }
}

/// The place of a pair: by the first word whole and three letters of the second, which an inflection leaves alone; both
/// in small letters.
fn place(first: &[u8], second: &[u8]) -> usize {
    const SMALL: u32 = 0x0020_2020;
    let mut start = [0; 4];
    for (into, byte) in start.iter_mut().zip(second.iter().take(3)) {
        *into = *byte;
    }
    let mixed = hash(first) ^ (u32::from_le_bytes(start) | SMALL).wrapping_mul(0x9e37_79b1);
    let mixed = mixed.wrapping_mul(0x85eb_ca6b);
    (mixed ^ mixed >> 15) as usize % PLACES
}
