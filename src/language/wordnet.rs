//! Owns the part of WordNet 3.0 that is embedded: noun lemmas and collocations, the lexicographer file of
//! each one's first sense, the parts of speech of single words, and the noun synsets.
//!
//! Source: Princeton University, *WordNet 3.0*; file formats in `wndb(5WN)` and `lexnames(5WN)`.
//!
//! Invariant: a lemma's id in [`Words`] is its place in the embedded lists, so no table translates one
//! into the other.

mod pairs;
mod separate;
mod synsets;
pub(crate) mod visible;

use std::sync::OnceLock;

use super::word_list;
use super::words::{WordId, Words};
pub(crate) use pairs::Beginning;
use pairs::Pairs;
pub(crate) use separate::SEPARATE;
use synsets::Synsets;

const LEMMAS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/lemmas.bin"));
const PARTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/parts.bin"));
const FILES: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/files.bin"));

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

/// Stands for a lexicographer file where a lemma's first sense is one person, place or thing: the asset
/// maker's mark, not WordNet's.
const INSTANCE: u8 = 31;

/// The embedded WordNet: what is not kept in the entries of [`Words`].
#[derive(Debug)]
pub(crate) struct WordNet {
    lemmas: usize,
    pairs: Pairs,
    /// Read when the first synonym is asked for: extraction needs none.
    synsets: OnceLock<Synsets>,
}

impl WordNet {
    /// Reads the embedded lists. `words` must be empty.
    pub(crate) fn load(words: &mut Words) -> Self {
        let mut pairs = Pairs::new();
        let mut singles = 0;
        words.append(|add| {
            let rest = word_list::read(LEMMAS, |word| {
                add(word);
                if word.contains(&b'-') {
                    pairs.add(word);
                }
                singles += 1;
            });
            word_list::read(rest, |word| {
                add(word);
                pairs.add(word);
            });
        });
        let lemmas = words.len();
        describe(words, singles);
        visible::mark(words);
        separate::mark(words);
        visible::added().for_each(|name| pairs.add(name.as_bytes()));
        Self { lemmas, pairs, synsets: OnceLock::new() }
    }

    /// Which collocations may begin with these two words, in whatever capitals; the second may be inflected.
    pub(crate) fn begins(&self, first: &str, second: &str) -> Beginning {
        self.pairs.begin(first.as_bytes(), second.as_bytes())
    }

    /// The other members of the synsets of a lemma, without repetition.
    pub(crate) fn synonyms(&self, lemma: WordId) -> Vec<WordId> {
        self.synsets.get_or_init(|| Synsets::load(self.lemmas)).others(lemma)
    }
}

/// Whether this stands for a lexicographer file because the lemma names one person, place or thing.
pub(crate) fn is_instance(file: u8) -> bool {
    file == INSTANCE
}

/// Writes the columns into the entries of the lemmas.
fn describe(words: &mut Words, singles: usize) {
    let mut number = 0;
    words.update(|entry| {
        entry.file = FILES.get(number).copied().unwrap_or(0);
        entry.parts = if number < singles { PARTS.get(number).copied().unwrap_or(0) } else { part::NOUN };
        number += 1;
    });
}
