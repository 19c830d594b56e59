//! Owns the user's own list of objects: phrases that are looked for in every text.
//!
//! Invariant: matching ignores case and the number of the last word, and prefers the longest phrase.

use rustc_hash::FxHashMap;

use crate::language::Language;

/// Phrases to be found as objects.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Key (small letters, last word singular) -> name.
    phrases: FxHashMap<String, String>,
    /// First word of a key -> the number of words of the longest key that begins with it.
    longest: FxHashMap<String, usize>,
    count: usize,
}

impl Vocabulary {
    /// Reads one phrase a line; empty lines and lines that begin with `#` are skipped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut vocabulary = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            vocabulary.add(line);
        }
        vocabulary
    }

    /// The number of phrases.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no phrases.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The name of the phrase whose key is `key`.
    pub(super) fn name(&self, key: &str) -> Option<&str> {
        self.phrases.get(key).map(String::as_str)
    }

    /// How many words the longest phrase has that may begin with `word` or with its singular.
    pub(super) fn longest_from(&self, word: &str) -> usize {
        self.longest.get(word).copied().unwrap_or(0)
    }

    fn add(&mut self, line: &str) {
        let (words, singular) = Language::embedded().phrase(line);
        let (Some((last, others)), Some(first)) = (words.split_last(), words.first()) else {
            return;
        };
        let before = self.phrases.len();
        for end in [last, &singular] {
            let key = others.iter().chain([end]).map(String::as_str).collect::<Vec<_>>().join(" ");
            let name = words.join(" ");
            self.phrases.entry(key).or_insert(name);
        }
        self.count += usize::from(self.phrases.len() > before);
        for begin in if others.is_empty() { vec![first, &singular] } else { vec![first] } {
            let longest = self.longest.entry(begin.clone()).or_insert(0);
            *longest = words.len().max(*longest);
        }
    }
}
