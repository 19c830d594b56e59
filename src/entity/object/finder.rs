//! The search for an object that begins at one token: which words follow each other, and how they are put together.
//!
//! Invariant: no phrase reaches over a mark other than a hyphen, or into another sentence.

use crate::language::{Kind, Language, Reading, WordId, shape};

/// The search for an object that begins at one token.
pub(super) struct Finder<'a> {
    pub(super) language: &'a Language,
    pub(super) text: &'a str,
    pub(super) reading: &'a Reading,
    /// For each token the lemma, where it is a known common noun.
    pub(super) lemmas: &'a [WordId],
    pub(super) at: usize,
    /// The words that were put together last.
    pub(super) phrase: &'a mut String,
}

/// In which number the last word of a phrase is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Written,
    Singular,
    /// The singular of a noun that alone has none: the "glass" of "wine glasses".
    Part,
}

impl Finder<'_> {
    /// Puts `words` words from token `at` on together in small letters, and returns the token after them; `None` where the text
    /// or the phrase ends before, or where the last word has no such number.
    pub(super) fn put_together(&mut self, (from, words): (usize, usize), last: Last) -> Option<usize> {
        self.phrase.clear();
        let mut at = from;
        for number in 1..=words {
            if number > 1 {
                at = self.next_word(at)?;
                self.phrase.push(' ');
            }
            match last {
                Last::Singular if number == words => {
                    self.language.push_singular(self.text, self.reading, at, self.phrase);
                }
                Last::Part if number == words => {
                    self.language.push_part(self.text, self.reading, at, self.phrase).then_some(())?;
                }
                _ => self.language.push_small(self.text, self.reading, at, self.phrase),
            }
        }
        Some(at + 1)
    }

    /// The word that follows directly, or after a hyphen.
    pub(super) fn next_word(&self, at: usize) -> Option<usize> {
        let tokens = &self.reading.tokens;
        let mut next = at + 1;
        let token = tokens.get(next)?;
        if token.kind == Kind::Punctuation && &self.text[token.range()] == "-" && !token.has(shape::SPACED) {
            next += 1;
        }
        let follows = tokens
            .get(next)
            .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Number) && !token.has(shape::OPENS));
        follows.then_some(next)
    }
}
