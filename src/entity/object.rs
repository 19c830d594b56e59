//! Owns the object perspective taken from text: phrases of the user's vocabulary, WordNet collocations,
//! and nouns whose first WordNet sense is a thing that can be seen.
//!
//! Invariant: a word belongs to one phrase at most.

mod collocation;
mod finder;

use super::text::Analysis;
use super::vocabulary::Vocabulary;
use crate::language::{Kind, Language, Tag, WordId};
use finder::{Finder, Last};

/// Records the objects of the reading.
pub(super) fn extract(language: &Language, text: &str, vocabulary: Option<&Vocabulary>, out: &mut Analysis) {
    let mut phrase = std::mem::take(&mut out.phrase);
    let vocabulary = vocabulary.filter(|vocabulary| !vocabulary.is_empty());
    let mut at = 0;
    while at < out.reading.tokens.len() {
        let (reading, lemmas) = (&out.reading, &out.lemmas);
        let mut finder = Finder { language, text, reading, lemmas, at, phrase: &mut phrase };
        let own = vocabulary
            .and_then(|vocabulary| finder.own(vocabulary).map(|(name, tokens)| (Thing::Own(name), at + tokens)));
        let found = own.or_else(|| finder.collocation().map(|(id, end)| (Thing::seen(language, id), end)));
        let (thing, end) = found.unwrap_or_else(|| (finder.noun(), at + 1));
        let span = out.reading.tokens[at].start..out.reading.tokens[end - 1].end;
        match thing {
            Thing::Own(name) => out.objects.add(span, |names| names.push_str(name)),
            Thing::Known(id) => out.objects.add(span, |names| push_small(language.word(id), names)),
            Thing::None => {}
        }
        at = end;
    }
    out.phrase = phrase;
}

enum Thing<'v> {
    Own(&'v str),
    Known(WordId),
    None,
}

impl Thing<'_> {
    /// The thing that a noun names, where that can be seen.
    fn seen(language: &Language, id: WordId) -> Self {
        if id.is_some() && language.is_visible(id) { Self::Known(id) } else { Self::None }
    }
}

impl Finder<'_> {
    /// The longest phrase of the user's vocabulary, and its number of tokens.
    fn own<'v>(&mut self, vocabulary: &'v Vocabulary) -> Option<(&'v str, usize)> {
        if self.reading.tokens[self.at].kind == Kind::Punctuation {
            return None;
        }
        self.put_together((self.at, 1), Last::Written);
        let mut longest = vocabulary.longest_from(self.phrase);
        if longest == 0 {
            self.put_together((self.at, 1), Last::Singular);
            longest = vocabulary.longest_from(self.phrase);
        }
        (1..=longest).rev().find_map(|words| {
            let tokens = self.put_together((self.at, words), Last::Written)? - self.at;
            let exact = vocabulary.name(self.phrase);
            exact.map(|name| (name, tokens)).or_else(|| {
                let tokens = self.put_together((self.at, words), Last::Singular)? - self.at;
                vocabulary.name(self.phrase).map(|name| (name, tokens))
            })
        })
    }

    /// The noun at this token, where it is something visible.
    fn noun<'v>(&mut self) -> Thing<'v> {
        let token = self.reading.tokens[self.at];
        let common = self.reading.tags[self.at] == Tag::Noun && token.kind == Kind::Word;
        if !common || token.len() < 2 {
            return Thing::None;
        }
        let lemma = self.lemmas[self.at];
        let id = if lemma.is_some() { lemma } else { self.language.noun_at(self.text, self.reading, self.at) };
        if id.is_some() {
            return Thing::seen(self.language, self.language.separate(id));
        }
        self.put_together((self.at, 1), Last::Singular);
        Thing::seen(self.language, self.language.parted(self.phrase))
    }
}

fn push_small(name: &str, names: &mut String) {
    names.extend(name.chars().map(|c| c.to_ascii_lowercase()));
}
