//! Owns a quick test of whether two words may begin a collocation: sets of the hashes of such pairs.
//!
//! Source: Bloom, *Space/time trade-offs in hash coding with allowable errors* (1970), with one hash.
//!
//! Invariant: a pair that was added is always held; a pair that was not may be, rarely.

/// The pairs of words that collocations begin with.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Of those whose words stand spaces apart.
    spaced: Vec<u64>,
    /// Of those with a hyphen anywhere.
    hyphened: Vec<u64>,
}

/// Which collocations may begin with two words. A `true` can be wrong (rarely), a `false` never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// One whose words stand spaces apart.
    pub(crate) spaced: bool,
    /// One with a hyphen anywhere.
    pub(crate) hyphened: bool,
}

/// 2²⁰ bits for 45,000 collocations: one pair in 25 that begins none is looked up in vain.
const SPACED_BITS: usize = 1 << 20;
/// 2¹⁷ bits for 3,700.
const HYPHENED_BITS: usize = 1 << 17;

impl Pairs {
    pub(super) fn new() -> Self {
        Self { spaced: vec![0; SPACED_BITS / 64], hyphened: vec![0; HYPHENED_BITS / 64] }
    }

    /// Adds the first two words of a phrase; a word alone is none.
    pub(super) fn add(&mut self, phrase: &[u8]) {
        let mut words = phrase.split(|byte| matches!(byte, b' ' | b'-'));
        if let (Some(first), Some(second)) = (words.next(), words.next()) {
            let hash = pair_hash(first, second);
            if phrase.contains(&b'-') {
                set(&mut self.hyphened, hash % HYPHENED_BITS);
            } else {
                set(&mut self.spaced, hash % SPACED_BITS);
            }
        }
    }

    /// What the pair may have been added as.
    pub(super) fn begin(&self, first: &[u8], second: &[u8]) -> Beginning {
        let hash = pair_hash(first, second);
        Beginning {
            spaced: is_set(&self.spaced, hash % SPACED_BITS),
            hyphened: is_set(&self.hyphened, hash % HYPHENED_BITS),
        }
    }
}

fn set(bits: &mut [u64], at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

fn is_set(bits: &[u64], at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

/// Hashes the first word whole and three letters of the second, which an inflection leaves alone; both
/// in small letters.
fn pair_hash(first: &[u8], second: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in first.iter().chain([b' '].iter()).chain(second.iter().take(3)) {
        hash = (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
    }
    (hash ^ hash >> 15) as usize
}
