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

impl Entry {
    /// Whether the noun is usually written as two words, though WordNet has it as one too.
    pub(crate) fn is_separate(self) -> bool {
        self.parts & SEPARATE != 0
    }

    /// Marks it as one that is.
    pub(crate) fn mark_separate(&mut self) {
        self.parts |= SEPARATE;
    }
}

/// The bit of an entry's parts of speech that says so.
const SEPARATE: u8 = 128;

/// The table of known words.
#[derive(Debug)]
pub(crate) struct Words {
    text: String,
    entries: Vec<Entry>,
    /// Upper 14 bits: those of the word's hash; lower 18 bits: its id plus one; zero: free.
    slots: Vec<u32>,
}

impl Words {
    /// A table with room for `words` words of `bytes` bytes in all.
    pub(crate) fn with_capacity(words: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), entries: Vec::with_capacity(words), slots: vec![0; SLOTS] }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a list of words none of which is in the table. `each` gives them one after another to the
    /// function it is called with.
    pub(crate) fn append(&mut self, each: impl FnOnce(&mut dyn FnMut(&[u8]))) {
        let first = self.entries.len();
        let mut hashes = Vec::with_capacity(self.entries.capacity() - first);
        let mut text = std::mem::take(&mut self.text).into_bytes();
        each(&mut |word| {
            if self.describe(word, text.len()).is_some() {
                text.extend_from_slice(word);
                hashes.push(hash(word));
            }
        });
        self.text = String::from_utf8(text).unwrap_or_default();
        // A loop of its own, in which the processor fetches several slots at a time.
        let mask = self.slots.len() - 1;
        for (number, hash) in (first..).zip(hashes) {
            let mut slot = hash as usize & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = (hash & HIGH) | (WordId::new(number).0 + 1);
        }
    }

    /// The id of `word`, which is added where it is new; none for what is too long to be a word.
    pub(crate) fn intern(&mut self, word: &[u8]) -> WordId {
        let hash = hash(word);
        let slot = match self.probe(hash, |id| self.text(id).as_bytes() == word) {
            Ok(id) => return id,
            Err(slot) => slot,
        };
        let Ok(text) = std::str::from_utf8(word) else {
            return WordId::NONE;
        };
        let id = self.describe(word, self.text.len());
        if id.is_some() {
            self.text.push_str(text);
            self.slots[slot] = (hash & HIGH) | (id.0 + 1);
        }
        id
    }

    /// Adds the entry of a word whose text begins at `start`.
    fn describe(&mut self, word: &[u8], start: usize) -> WordId {
        let Ok(length) = u8::try_from(word.len()) else {
            return WordId::NONE;
        };
        if self.entries.len() >= MOST {
            return WordId::NONE;
        }
        let id = WordId::new(self.entries.len());
        self.entries.push(Entry { start: WordId::new(start).0, length, ..Entry::default() });
        id
    }

    /// The id of `word`, exactly so written; [`WordId::NONE`] where it is unknown.
    pub(crate) fn find(&self, word: &[u8]) -> WordId {
        self.probe(hash(word), |id| self.text(id).as_bytes() == word).unwrap_or(WordId::NONE)
    }

    /// The id of `word` in whatever capitals, where its entry is one to `accept`.
    pub(crate) fn find_any_case(&self, word: &[u8], accept: impl Fn(Entry) -> bool) -> WordId {
        self.find_by(word, |id| accept(self.entry(id)))
    }

    /// The id of `word` in whatever capitals, where it is one to `accept`.
    pub(crate) fn find_by(&self, word: &[u8], accept: impl Fn(WordId) -> bool) -> WordId {
        let same = |id: WordId| self.text(id).as_bytes().eq_ignore_ascii_case(word) && accept(id);
        self.probe(hash(word), same).unwrap_or(WordId::NONE)
    }

    /// The text of a word; empty for [`WordId::NONE`].
    pub(crate) fn text(&self, id: WordId) -> &str {
        let Some(entry) = self.entries.get(id.number()) else {
            return "";
        };
        let start = entry.start as usize;
        self.text.get(start..start + usize::from(entry.length)).unwrap_or_default()
    }

    pub(crate) fn entry(&self, id: WordId) -> Entry {
        self.entries.get(id.number()).copied().unwrap_or_default()
    }

    pub(crate) fn entry_mut(&mut self, id: WordId) -> Option<&mut Entry> {
        self.entries.get_mut(id.number())
    }

    /// Lets `change` change every entry, in the order of the ids.
    pub(crate) fn update(&mut self, change: impl FnMut(&mut Entry)) {
        self.entries.iter_mut().for_each(change);
    }

    /// The word's id, or the free slot where it would go.
    fn probe(&self, hash: u32, same: impl Fn(WordId) -> bool) -> Result<WordId, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let held = self.slots[slot];
            if held == 0 {
                return Err(slot);
            }
            let id = WordId((held & !HIGH) - 1);
            if held & HIGH == hash & HIGH && same(id) {
                return Ok(id);
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// The bits of a slot that hold a part of the hash.
const HIGH: u32 = 0xfffc_0000;

/// The number of slots, of which at most two thirds are filled.
const SLOTS: usize = 1 << 18;
const MOST: usize = SLOTS / 3 * 2;

/// A hash of a word's bytes that is the same for small and capital letters.
pub(super) fn hash(word: &[u8]) -> u32 {
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
    let mixed = hash.wrapping_mul(FACTOR).to_le_bytes();
    u32::from_le_bytes([mixed[4], mixed[5], mixed[6], mixed[7]])
}
