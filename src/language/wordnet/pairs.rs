//! Owns a quick test of whether two words may begin a collocation: a set of the hashes of such pairs.
//!
//! Source: Bloom, *Space/time trade-offs in hash coding with allowable errors* (1970), with one hash.
//!
//! Invariant: a pair that was added is always held; a pair that was not may be, rarely.

/// The pairs of words that collocations begin with.
#[derive(Debug)]
pub(super) struct Pairs(Vec<u64>);

/// 2²⁰ bits for 45,000 collocations: one pair in 25 that begins none is looked up in vain.
const PAIR_BITS: usize = 1 << 20;

impl Pairs {
    pub(super) fn new() -> Self {
        Self(vec![0; PAIR_BITS / 64])
    }

    /// Adds the first two words of a phrase whose words stand one space apart.
    pub(super) fn add(&mut self, phrase: &[u8]) {
        let mut words = phrase.split(|byte| *byte == b' ');
        if let (Some(first), Some(second)) = (words.next(), words.next()) {
            let hash = pair_hash(first, second);
            self.0[hash / 64] |= 1 << (hash % 64);
        }
    }

    /// Whether the pair may have been added.
    pub(super) fn may_hold(&self, first: &[u8], second: &[u8]) -> bool {
        let hash = pair_hash(first, second);
        self.0[hash / 64] >> (hash % 64) & 1 == 1
    }
}

/// Hashes the first word whole and three letters of the second, which an inflection leaves alone; both
/// in small letters.
fn pair_hash(first: &[u8], second: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in first.iter().chain([b' '].iter()).chain(second.iter().take(3)) {
        hash = (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
    }
    (hash ^ hash >> 15) as usize % PAIR_BITS
}
