//! Owns the one table of known words: their text, what the tagger and WordNet know of each, and the
//! hash index that finds them by their bytes.
//!
//! Invariant: filled once while the language is loaded, never changed afterwards; no allocation a word.

use super::tag::Tag;

/// The number of a word in [`Words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct WordId(u32);

impl WordId {
    /// No word of the table.
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn new(number: usize) -> Self {
        Self(u32::try_from(number).unwrap_or(u32::MAX))
    }

    pub(crate) fn number(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entry {
    start: u32,
    length: u8,
    /// The tag that the word has most often in the tagger's training text.
    pub(crate) tag: Tag,
    /// WordNet's parts of speech for it: see [`super::wordnet::part`].
    pub(crate) parts: u8,
    /// WordNet's lexicographer file of its first noun sense; 0 where it is no noun lemma.
    pub(crate) file: u8,
    /// Its place in the list of function words, plus one; 0 where it is none.
    pub(crate) role: u8,
}

/// The table of known words.
#[derive(Debug)]
pub(crate) struct Words {
    text: Vec<u8>,
    entries: Vec<Entry>,
    /// High half: the upper half of the word's hash; low half: its id plus one; zero: free.
    slots: Vec<u64>,
}

impl Words {
    /// A table with room for `words` words of `bytes` bytes in all.
    pub(crate) fn with_capacity(words: usize, bytes: usize) -> Self {
        Self {
            text: Vec::with_capacity(bytes),
            entries: Vec::with_capacity(words),
            slots: vec![0; (words * 3 / 2).next_power_of_two()],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The id of `word`, which is added where it is new. Words over 255 bytes are not kept.
    pub(crate) fn intern(&mut self, word: &[u8]) -> WordId {
        let hash = hash(word);
        let found = self.probe(word, hash, |held, word| held == word);
        if let Ok(id) = found {
            return id;
        }
        let (Ok(length), Err(slot)) = (u8::try_from(word.len()), found) else {
            return WordId::NONE;
        };
        let id = WordId::new(self.entries.len());
        let start = WordId::new(self.text.len()).0;
        self.text.extend_from_slice(word);
        self.entries.push(Entry { start, length, ..Entry::default() });
        self.slots[slot] = (hash & HIGH) | (u64::from(id.0) + 1);
        id
    }

    /// The id of `word`, exactly so written; [`WordId::NONE`] where it is unknown.
    pub(crate) fn find(&self, word: &[u8]) -> WordId {
        self.probe(word, hash(word), |held, word| held == word).unwrap_or(WordId::NONE)
    }

    /// The id of `word` in whatever capitals.
    pub(crate) fn find_any_case(&self, word: &[u8]) -> WordId {
        self.probe(word, hash(word), <[u8]>::eq_ignore_ascii_case).unwrap_or(WordId::NONE)
    }

    /// The text of a word. Embedded words are UTF-8.
    pub(crate) fn text(&self, id: WordId) -> &str {
        std::str::from_utf8(self.bytes(id)).unwrap_or_default()
    }

    pub(crate) fn entry(&self, id: WordId) -> Entry {
        self.entries.get(id.number()).copied().unwrap_or_default()
    }

    pub(crate) fn entry_mut(&mut self, id: WordId) -> Option<&mut Entry> {
        self.entries.get_mut(id.number())
    }

    fn bytes(&self, id: WordId) -> &[u8] {
        let Some(entry) = self.entries.get(id.number()) else {
            return &[];
        };
        let start = entry.start as usize;
        &self.text[start..start + usize::from(entry.length)]
    }

    /// The word's id, or the free slot where it would go.
    fn probe(&self, word: &[u8], hash: u64, same: fn(&[u8], &[u8]) -> bool) -> Result<WordId, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = usize::try_from(hash >> 20).unwrap_or(0) & mask;
        loop {
            let held = self.slots[slot];
            if held == 0 {
                return Err(slot);
            }
            let id = WordId(u32::try_from((held & !HIGH) - 1).unwrap_or(u32::MAX));
            if held & HIGH == hash & HIGH && same(self.bytes(id), word) {
                return Ok(id);
            }
            slot = (slot + 1) & mask;
        }
    }
}

const HIGH: u64 = 0xffff_ffff_0000_0000;

/// A 64-bit hash of a word's bytes that is the same for small and capital letters.
fn hash(word: &[u8]) -> u64 {
    const SMALL: u64 = 0x2020_2020_2020_2020;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = word.len() as u64;
    let mut mix = |bytes: u64| {
        hash = (hash ^ (bytes | SMALL)).wrapping_mul(FACTOR);
        hash ^= hash >> 29;
    };
    let (chunks, rest) = word.as_chunks::<8>();
    for chunk in chunks {
        mix(u64::from_le_bytes(*chunk));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(u64::from_le_bytes(last));
    hash.wrapping_mul(FACTOR)
}
