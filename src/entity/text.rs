//! Owns the analysis of one turn of text: one reading of it, and the three lists of mentions taken from
//! that reading (tokens, objects, interrogations).
//!
//! Invariant: a turn is analysed by itself, so words of two turns never meet; no name is empty or holds
//! a line break, a tab or a double quote.

use std::ops::Range;

use super::vocabulary::Vocabulary;
use super::{interrogation, object, token};
use crate::language::{Language, Reading, WordId};

/// Who says a turn. Interrogations are taken from the human's turns only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The one who asks.
    Human,
    /// The one who answers.
    Assistant,
}

/// An entity found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The entity's name: the lemma, the object's name, or the reduced form of a question.
    pub name: &'a str,
    /// The bytes of the text that name it.
    pub span: Range<usize>,
}

/// What was found in the last text analysed. Keeps its buffers from text to text.
#[derive(Debug, Default)]
pub struct Analysis {
    pub(super) reading: Reading,
    /// For each token of the reading the lemma, where it is a known common noun.
    pub(super) lemmas: Vec<WordId>,
    pub(super) tokens: Mentions,
    pub(super) objects: Mentions,
    pub(super) interrogations: Mentions,
    /// Room to put candidate phrases together in.
    pub(super) phrase: String,
}

impl Analysis {
    /// An empty analysis.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nouns and proper nouns, as lemmas, in the order of the text.
    pub fn tokens(&self) -> impl Iterator<Item = Mention<'_>> {
        self.tokens.iter()
    }

    /// Visible things, in the order of the text.
    pub fn objects(&self) -> impl Iterator<Item = Mention<'_>> {
        self.objects.iter()
    }

    /// Ways of asking, each form once, in the order of the text.
    pub fn interrogations(&self) -> impl Iterator<Item = Mention<'_>> {
        self.interrogations.iter()
    }

    /// The number of words, numbers and marks in the text.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reading.tokens.len()
    }

    /// Whether the text had neither word nor mark.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reading.tokens.is_empty()
    }
}

/// Mentions with their names in one buffer.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    names: String,
    found: Vec<Found>,
}

#[derive(Clone, Debug)]
struct Found {
    name_end: usize,
    span: Range<u32>,
}

impl Mentions {
    fn clear(&mut self) {
        self.names.clear();
        self.found.clear();
    }

    /// Records a mention whose name `write` appends. A name that comes out empty is dropped.
    pub(super) fn add(&mut self, span: Range<u32>, write: impl FnOnce(&mut String)) {
        let start = self.names.len();
        write(&mut self.names);
        let name = &self.names[start..];
        if name.is_empty() || name.bytes().any(|byte| byte == b'"' || byte < b' ') {
            self.names.truncate(start);
        } else {
            self.found.push(Found { name_end: self.names.len(), span });
        }
    }

    /// Records a mention unless its name is recorded already.
    pub(super) fn add_once(&mut self, span: Range<u32>, name: &str) {
        if self.iter().all(|mention| mention.name != name) {
            self.add(span, |names| names.push_str(name));
        }
    }

    fn iter(&self) -> impl Iterator<Item = Mention<'_>> {
        let mut start = 0;
        self.found.iter().map(move |found| {
            let name = &self.names[start..found.name_end];
            start = found.name_end;
            Mention { name, span: found.span.start as usize..found.span.end as usize }
        })
    }
}

impl Language {
    /// Finds the entities of one turn. `vocabulary` holds the user's own objects.
    pub fn analyse(&self, text: &str, speaker: Speaker, vocabulary: Option<&Vocabulary>, out: &mut Analysis) {
        out.tokens.clear();
        out.objects.clear();
        out.interrogations.clear();
        self.read(text, &mut out.reading);
        token::extract(self, text, out);
        object::extract(self, text, vocabulary, out);
        if speaker == Speaker::Human {
            interrogation::extract(self, text, out);
        }
    }
}
