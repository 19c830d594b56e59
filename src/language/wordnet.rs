//! Owns the part of WordNet 3.0 that is embedded: noun lemmas and collocations, the lexicographer file of
//! each one's first sense, the parts of speech of single words, and the noun synsets.
//!
//! Source: Princeton University, *WordNet 3.0*; file formats in `wndb(5WN)` and `lexnames(5WN)`.
//!
//! Invariant: a lemma's id in [`Words`] is its place in the embedded lists, so no table translates one
//! into the other.

use super::word_list;
use super::words::{WordId, Words};

const LEMMAS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/lemmas.bin"));
const PARTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/parts.bin"));
const FILES: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/files.bin"));
const SYNSETS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/synsets.bin"));

/// Bits of an entry's parts of speech, as WordNet lists them for the word in small letters.
pub(crate) mod part {
    pub(crate) const NOUN: u8 = 1;
    pub(crate) const VERB: u8 = 2;
    pub(crate) const ADJECTIVE: u8 = 4;
    pub(crate) const ADVERB: u8 = 8;

    /// The part of speech that the word has most often in WordNet's tagged texts.
    pub(crate) fn most(parts: u8) -> u8 {
        1 << (parts >> 4 & 3)
    }
}

/// Numbers of lexicographer files, and the sets of them that matter here.
mod file {
    /// Not one of WordNet's: the asset maker's mark of a lemma whose first sense is an instance.
    pub(super) const INSTANCE: u8 = 31;
    /// animal, artifact, body, food, object, person, plant, substance.
    pub(super) const VISIBLE: u32 = 1 << 5 | 1 << 6 | 1 << 8 | 1 << 13 | 1 << 17 | 1 << 18 | 1 << 20 | 1 << 27;
}

/// The embedded WordNet: what is not kept in the entries of [`Words`].
#[derive(Debug)]
pub(crate) struct WordNet {
    /// Members of all synsets, one after another.
    members: Vec<WordId>,
    /// Where each synset's members begin, and the end of the last.
    starts: Vec<u32>,
    /// (member, its synset), sorted.
    by_member: Vec<(WordId, u32)>,
    /// Which pairs of words begin a collocation: one bit a hash value.
    pairs: Vec<u64>,
}

impl WordNet {
    /// Reads the embedded lists. `words` must be empty.
    pub(crate) fn load(words: &mut Words) -> Self {
        let mut pairs = vec![0; PAIR_BITS / 64];
        let rest = word_list::read(LEMMAS, |word| {
            words.intern(word);
        });
        let singles = words.len();
        word_list::read(rest, |word| {
            words.intern(word);
            if let Some(hash) = first_pair(word) {
                pairs[hash / 64] |= 1 << (hash % 64);
            }
        });
        describe(words, singles);
        let (members, starts) = synsets();
        let mut by_member = Vec::with_capacity(members.len());
        for (synset, range) in starts.windows(2).enumerate() {
            let synset = u32::try_from(synset).unwrap_or(u32::MAX);
            let members = &members[range[0] as usize..range[1] as usize];
            by_member.extend(members.iter().map(|member| (*member, synset)));
        }
        by_member.sort_unstable();
        Self { members, starts, by_member, pairs }
    }

    /// Whether some collocation may begin with these two words, in small letters. The second may be
    /// inflected. A `true` can be wrong (rarely), a `false` never is.
    pub(crate) fn may_begin(&self, first: &[u8], second: &[u8]) -> bool {
        let hash = pair_hash(first, second);
        self.pairs[hash / 64] >> (hash % 64) & 1 == 1
    }

    /// The other members of the synsets of a lemma, without repetition.
    pub(crate) fn synonyms(&self, lemma: WordId) -> Vec<WordId> {
        let first = self.by_member.partition_point(|(member, _)| *member < lemma);
        let mut found = Vec::new();
        for (_, synset) in self.by_member[first..].iter().take_while(|(member, _)| *member == lemma) {
            let at = *synset as usize;
            let range = self.starts[at] as usize..self.starts[at + 1] as usize;
            for member in &self.members[range] {
                if *member != lemma && !found.contains(member) {
                    found.push(*member);
                }
            }
        }
        found
    }
}

/// Whether a lexicographer file holds things that can be seen in a picture.
pub(crate) fn is_visible(file: u8) -> bool {
    file < 32 && file::VISIBLE >> file & 1 == 1
}

/// Whether this stands for a lexicographer file because the lemma names one person, place or thing.
pub(crate) fn is_instance(file: u8) -> bool {
    file == file::INSTANCE
}

/// Writes the columns into the entries of the lemmas.
fn describe(words: &mut Words, singles: usize) {
    for number in 0..words.len() {
        let file = FILES.get(number).copied().unwrap_or(0);
        let parts = if number < singles { PARTS.get(number).copied().unwrap_or(0) } else { part::NOUN };
        if let Some(entry) = words.entry_mut(WordId::new(number)) {
            entry.file = file;
            entry.parts = parts;
        }
    }
}

fn synsets() -> (Vec<WordId>, Vec<u32>) {
    let (count, mut rest) = word_list::number(SYNSETS);
    let mut members = Vec::with_capacity(count as usize * 3);
    let mut starts = Vec::with_capacity(count as usize + 1);
    starts.push(0);
    let mut first = 0;
    for _ in 0..count {
        let size = word_list::varint(&mut rest);
        first += word_list::varint(&mut rest);
        members.push(WordId::new(first as usize));
        for _ in 1..size {
            let other = word_list::varint(&mut rest).saturating_sub(1);
            members.push(WordId::new(other as usize));
        }
        starts.push(u32::try_from(members.len()).unwrap_or(u32::MAX));
    }
    (members, starts)
}

/// 2²⁰ bits for 45,000 collocations: one pair in 25 that begins none is looked up in vain.
const PAIR_BITS: usize = 1 << 20;

/// The pair hash of the first two words of a collocation.
fn first_pair(collocation: &[u8]) -> Option<usize> {
    let mut words = collocation.split(|byte| *byte == b' ');
    Some(pair_hash(words.next()?, words.next()?))
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
