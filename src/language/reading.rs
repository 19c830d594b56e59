//! Owns one reading of a text: its tokens, the known word that each is, and its tag.
//!
//! Invariant: the three lists are always equally long; buffers are kept from text to text.

use std::ops::Range;

use super::lemmatizer::{Lemmatizer, Noun};
use super::tagger::Sentence;
use super::tokenizer::{Kind, Token, shape, tokenize};
use super::{Folded, Language, Tag, WordId};

/// The tokens of a text with their words and tags.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) tokens: Vec<Token>,
    pub(crate) words: Vec<WordId>,
    pub(crate) tags: Vec<Tag>,
}

impl Reading {
    /// The token ranges of the sentences.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let sentence = sentence_from(&self.tokens, start)?;
            start = sentence.end;
            Some(sentence)
        })
    }
}

/// The sentence that begins at token `start`.
fn sentence_from(tokens: &[Token], start: usize) -> Option<Range<usize>> {
    let rest = tokens.get(start + 1..)?;
    let length = rest.iter().position(|token| token.has(shape::OPENS));
    Some(start..length.map_or(tokens.len(), |length| start + 1 + length))
}

impl Language {
    /// Reads `text`: tokens, words, tags.
    pub(crate) fn read(&self, text: &str, into: &mut Reading) {
        into.tokens.clear();
        tokenize(text, &mut into.tokens);
        self.tag(text, into);
    }

    /// Tags a sentence whose words are divided already: the tag and, for a noun, the lemma of each.
    #[must_use]
    pub fn tag_words(&self, words: &[&str]) -> Vec<(Tag, String)> {
        let text = words.join(" ");
        let mut reading = Reading::default();
        let mut at = 0;
        let mut scanned = Vec::new();
        for word in words {
            scanned.clear();
            tokenize(word, &mut scanned);
            let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
            let whole = Token { start: 0, end: 0, kind: Kind::Punctuation, shape: 0 };
            let mut token = scanned.first().copied().unwrap_or(whole);
            token.start = offset(at);
            token.end = offset(at + word.len());
            token.shape &= !shape::OPENS;
            if reading.tokens.iter().all(|token| token.kind == Kind::Punctuation) {
                token.shape |= shape::OPENS;
            }
            reading.tokens.push(token);
            at += word.len() + 1;
        }
        self.tag(&text, &mut reading);
        (0..words.len())
            .map(|at| {
                let mut lemma = String::new();
                self.noun_lemma(&text, &reading, at, &mut lemma);
                (reading.tags[at], lemma)
            })
            .collect()
    }

    /// The nouns of a text as written, each with its lemma.
    #[must_use]
    pub fn nouns(&self, text: &str) -> std::collections::BTreeMap<String, String> {
        let mut reading = Reading::default();
        self.read(text, &mut reading);
        (0..reading.tokens.len())
            .filter(|at| reading.tags[*at].is_noun())
            .map(|at| {
                let mut lemma = String::new();
                self.noun_lemma(text, &reading, at, &mut lemma);
                (text[reading.tokens[at].range()].to_owned(), lemma)
            })
            .collect()
    }

    fn tag(&self, text: &str, reading: &mut Reading) {
        reading.words.clear();
        reading.words.extend(reading.tokens.iter().map(|token| self.look_up(text, *token)));
        reading.tags.clear();
        reading.tags.resize(reading.tokens.len(), Tag::Unknown);
        let mut start = 0;
        while let Some(range) = sentence_from(&reading.tokens, start) {
            start = range.end;
            let mut sentence = Sentence {
                text,
                tokens: &reading.tokens[range.clone()],
                words: &reading.words[range.clone()],
                tags: &mut reading.tags[range],
            };
            self.tagger.tag(self, &mut sentence);
        }
    }

    fn look_up(&self, text: &str, token: Token) -> WordId {
        if token.kind == Kind::Symbol || token.kind == Kind::Address {
            return WordId::NONE;
        }
        Folded::new(&text[token.range()]).map_or(WordId::NONE, |folded| {
            let form = folded.bytes();
            let id = self.words.find(form);
            match form.strip_suffix(b".") {
                Some(stem) if !id.is_some() && !stem.is_empty() => self.words.find(stem),
                _ => id,
            }
        })
    }

    /// Appends the lemma of the noun at `at` to `out`: a proper noun with its capitals, a common noun in
    /// small letters; both singular. Returns which it is, where it is a known common noun.
    pub(crate) fn noun_lemma(&self, text: &str, reading: &Reading, at: usize, out: &mut String) -> WordId {
        let token = reading.tokens[at];
        let written = &text[token.range()];
        let noun = Noun { written, id: reading.words[at], proper: reading.tags[at] != Tag::Noun };
        if token.kind == Kind::Address {
            out.extend(written.chars().map(|c| if noun.proper { c } else { c.to_ascii_lowercase() }));
            WordId::NONE
        } else {
            self.lemmatizer.append(&self.words, &noun, out)
        }
    }

    /// The lemma of the common noun at `at`, where WordNet knows it, in whatever capitals.
    pub(crate) fn noun_at(&self, text: &str, reading: &Reading, at: usize) -> WordId {
        let Some(folded) = Folded::new(&text[reading.tokens[at].range()]) else {
            return WordId::NONE;
        };
        self.lemmatizer
            .noun(&self.words, folded.bytes(), reading.words[at])
            .unwrap_or_else(|| self.find_noun(folded.text()))
    }

    /// Appends the word at `at` in small letters.
    pub(crate) fn push_small(&self, text: &str, reading: &Reading, at: usize, out: &mut String) {
        let known = reading.words[at];
        if known.is_some() {
            out.push_str(self.words.text(known));
        } else if let Some(folded) = Folded::new(&text[reading.tokens[at].range()]) {
            out.push_str(folded.text());
        }
    }

    /// Appends the singular, as far as it is known, of the word at `at` in small letters.
    pub(crate) fn push_singular(&self, text: &str, reading: &Reading, at: usize, out: &mut String) {
        let token = reading.tokens[at];
        let written = &text[token.range()];
        if token.kind == Kind::Word {
            let noun = Noun { written, id: reading.words[at], proper: false };
            self.lemmatizer.append(&self.words, &noun, out);
        } else {
            self.push_small(text, reading, at, out);
        }
    }

    /// Appends the singular that the noun at `at` has within a collocation; false where it has none but its own.
    pub(crate) fn push_part(&self, text: &str, reading: &Reading, at: usize, out: &mut String) -> bool {
        let folded = Folded::new(&text[reading.tokens[at].range()]);
        let part = folded.and_then(|folded| Lemmatizer::part(&self.words, folded.bytes()));
        out.push_str(part.map_or("", |part| self.words.text(part)));
        part.is_some()
    }

    /// The words of a phrase in small letters, and the singular of the last one.
    pub(crate) fn phrase(&self, phrase: &str) -> (Vec<String>, String) {
        let mut reading = Reading::default();
        self.read(phrase, &mut reading);
        let mut words = Vec::new();
        let mut singular = String::new();
        for (at, token) in reading.tokens.iter().enumerate() {
            if token.kind == Kind::Punctuation {
                continue;
            }
            let mut word = String::new();
            self.push_small(phrase, &reading, at, &mut word);
            singular.clear();
            self.push_singular(phrase, &reading, at, &mut singular);
            words.push(word);
        }
        (words, singular)
    }
}
