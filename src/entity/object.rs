//! Owns the object perspective taken from text: phrases of the user's vocabulary, WordNet collocations,
//! and nouns whose first WordNet sense is a thing that can be seen.
//!
//! Invariant: at each place the longest phrase wins, and a word belongs to one phrase at most.

use super::text::Analysis;
use super::vocabulary::Vocabulary;
use crate::language::{Kind, Language, Reading, Tag, WordId, shape};

/// The most words that a collocation has here.
const LONGEST_COLLOCATION: usize = 4;

/// Records the objects of the reading.
pub(super) fn extract(language: &Language, text: &str, vocabulary: Option<&Vocabulary>, out: &mut Analysis) {
    let mut phrase = std::mem::take(&mut out.phrase);
    let vocabulary = vocabulary.filter(|vocabulary| !vocabulary.is_empty());
    let mut at = 0;
    while at < out.reading.tokens.len() {
        let mut finder = Finder { language, text, reading: &out.reading, at, phrase: &mut phrase };
        let own =
            vocabulary.and_then(|vocabulary| finder.own(vocabulary).map(|(name, words)| (Thing::Own(name), words)));
        let (thing, words) = own.or_else(|| finder.collocation()).unwrap_or_else(|| (finder.noun(), 1));
        let span = out.reading.tokens[at].start..out.reading.tokens[at + words - 1].end;
        match thing {
            Thing::Own(name) => out.objects.add(span, |names| names.push_str(name)),
            Thing::Known(id) => out.objects.add(span, |names| push_small(language.word(id), names)),
            Thing::None => {}
        }
        at += words;
    }
    out.phrase = phrase;
}

enum Thing<'v> {
    Own(&'v str),
    Known(WordId),
    None,
}

/// The search for an object that begins at one token.
struct Finder<'a> {
    language: &'a Language,
    text: &'a str,
    reading: &'a Reading,
    at: usize,
    phrase: &'a mut String,
}

impl Finder<'_> {
    /// The longest phrase of the user's vocabulary, and its number of tokens.
    fn own<'v>(&mut self, vocabulary: &'v Vocabulary) -> Option<(&'v str, usize)> {
        if self.reading.tokens[self.at].kind == Kind::Punctuation {
            return None;
        }
        self.start_phrase();
        let mut longest = vocabulary.longest_from(self.phrase);
        if longest == 0 {
            self.phrase.clear();
            self.language.push_singular(self.text, self.reading, self.at, self.phrase);
            longest = vocabulary.longest_from(self.phrase);
        }
        (1..=longest).rev().find_map(|words| {
            let tokens = self.put_together(words, false)?;
            let exact = vocabulary.name(self.phrase);
            exact.map(|name| (name, tokens)).or_else(|| {
                let tokens = self.put_together(words, true)?;
                vocabulary.name(self.phrase).map(|name| (name, tokens))
            })
        })
    }

    /// The longest WordNet collocation that ends in a noun, and its number of tokens. It takes its words
    /// even where it is nothing visible: "ice hockey" has no ice.
    fn collocation<'v>(&mut self) -> Option<(Thing<'v>, usize)> {
        if matches!(self.reading.tags[self.at], Tag::Det | Tag::Pron | Tag::Adp) {
            return None;
        }
        let second = self.next_word(self.at)?;
        let written = |at: usize| &self.text[self.reading.tokens[at].range()];
        if !self.language.may_begin(written(self.at), written(second)) {
            return None;
        }
        (2..=LONGEST_COLLOCATION).rev().find_map(|words| {
            let tokens = self.put_together(words, true)?;
            let last = self.at + tokens - 1;
            if !self.reading.tags[last].is_noun() && !self.phrase.ends_with(" can") {
                return None;
            }
            let mut id = self.language.find_noun(self.phrase);
            if !id.is_some() {
                self.put_together(words, false)?;
                id = self.language.find_noun(self.phrase);
            }
            let visible = self.language.is_visible(id);
            id.is_some().then_some((if visible { Thing::Known(id) } else { Thing::None }, tokens))
        })
    }

    /// The noun at this token, where it is something visible.
    fn noun<'v>(&mut self) -> Thing<'v> {
        let token = self.reading.tokens[self.at];
        let common = self.reading.tags[self.at] == Tag::Noun && token.kind == Kind::Word;
        if !common || token.len() < 2 {
            return Thing::None;
        }
        let id = self.language.noun_at(self.text, self.reading, self.at);
        if id.is_some() && self.language.is_visible(id) { Thing::Known(id) } else { Thing::None }
    }

    fn start_phrase(&mut self) {
        self.phrase.clear();
        self.language.push_small(self.text, self.reading, self.at, self.phrase);
    }

    /// Puts the next `words` words together in small letters, the last one singular where asked, and
    /// returns the number of their tokens; `None` where the text or the phrase ends before.
    fn put_together(&mut self, words: usize, singular: bool) -> Option<usize> {
        self.phrase.clear();
        let mut at = self.at;
        for number in 1..=words {
            if number > 1 {
                at = self.next_word(at)?;
                self.phrase.push(' ');
            }
            if number == words && singular {
                self.language.push_singular(self.text, self.reading, at, self.phrase);
            } else {
                self.language.push_small(self.text, self.reading, at, self.phrase);
            }
        }
        Some(at + 1 - self.at)
    }

    /// The word that follows directly, or after a hyphen.
    fn next_word(&self, at: usize) -> Option<usize> {
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

fn push_small(name: &str, names: &mut String) {
    names.extend(name.chars().map(|c| c.to_ascii_lowercase()));
}
