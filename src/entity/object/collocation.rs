//! Nouns of several words: which stand in the text, and which of those that overlap is meant.
//!
//! Invariant: of collocations that overlap the longer is taken; of equally long ones the later, which ends at the head of the
//! phrase, where the earlier begins with a mere adjective ("red | fire hydrant") or is nothing that can be seen
//! ("ice | hockey stick"), else the earlier ("police car | door").

use super::finder::{Finder, Last};
use crate::language::{Beginning, Phrase, Tag, WordId, shape};

/// The most words that a collocation has here.
const LONGEST: usize = 4;
/// What is counted so is one thing by itself: "a pair of scissors".
const PAIR: &str = "pair of ";

/// Whether no collocation begins with such a word.
const fn never_begins(tag: Tag) -> bool {
    matches!(tag, Tag::Adp | Tag::Cconj | Tag::Det | Tag::Part | Tag::Pron | Tag::Punct | Tag::Sconj)
}

/// A collocation that stands in the text. It takes its words even where it is nothing visible: "ice hockey" has no ice.
#[derive(Clone, Copy)]
struct Found {
    id: WordId,
    /// The token after it.
    end: usize,
    words: usize,
}

/// What holds the words of a phrase together.
#[derive(Clone, Copy)]
struct Held {
    begins: Beginning,
    compound: bool,
}

impl Finder<'_> {
    /// The noun of the collocation that begins at this token, and the token after it. Where it yields to one that begins within it,
    /// the words before that are no things of their own: no noun then.
    pub(super) fn collocation(&mut self) -> Option<(WordId, usize)> {
        let found = self.longest(self.at)?;
        Some(match self.rival((self.at, found)) {
            Some(start) => (WordId::NONE, start),
            None => (found.id, found.end),
        })
    }

    /// Where the collocation begins that overlaps one at a token and is meant in its stead.
    fn rival(&mut self, (at, found): (usize, Found)) -> Option<usize> {
        let mut inner = self.next_word(at).filter(|&inner| inner < found.end);
        while let Some(start) = inner {
            if let Some(other) = self.longest(start).filter(|other| other.end > found.end)
                && self.yields((at, found), other)
                && self.rival((start, other)).is_none()
            {
                return Some(start);
            }
            inner = self.next_word(start).filter(|&inner| inner < found.end);
        }
        None
    }

    /// Whether the collocation at a token yields to one that begins within it and ends behind it.
    fn yields(&self, (at, found): (usize, Found), other: Found) -> bool {
        if found.words != other.words {
            return found.words < other.words;
        }
        let is_modifier =
            self.reading.tags[at] == Tag::Adj || self.language.is_mostly_adjective(self.reading.words[at]);
        self.language.is_visible(other.id) && (is_modifier || !self.language.is_visible(found.id))
    }

    /// The longest WordNet collocation that begins at a token and ends in a noun.
    fn longest(&mut self, at: usize) -> Option<Found> {
        if never_begins(self.reading.tags[at]) {
            return None;
        }
        let second = self.next_word(at)?;
        let written = |at: usize| &self.text[self.reading.tokens[at].range()];
        let begins = self.language.begins(written(at), written(second));
        let compound = second > at + 1 || self.reading.tags[at] == Tag::Noun && self.reading.tags[second] == Tag::Noun;
        if !begins.spaced && !begins.hyphened {
            let held = Held { begins, compound };
            return if compound && self.may_end((at, second), 2) { self.listed((at, 2), held) } else { None };
        }
        let mut ends = [at; LONGEST + 1];
        let mut most = 1;
        while most < LONGEST
            && let Some(next) = self.next_word(ends[most])
        {
            most += 1;
            ends[most] = next;
        }
        (2..=most).rev().find_map(|words| {
            let held = Held { begins, compound: compound || words > 2 };
            if self.may_end((at, ends[words]), words) { self.listed((at, words), held) } else { None }
        })
    }

    /// Whether a collocation of so many words may end in a token.
    fn may_end(&self, (at, last): (usize, usize), words: usize) -> bool {
        let is_hyphenated = last - at == 2 * (words - 1);
        let can = || self.text[self.reading.tokens[last].range()].eq_ignore_ascii_case("can");
        is_hyphenated || self.reading.tags[last].is_noun() || can()
    }

    /// The collocation of so many words.
    fn listed(&mut self, (at, words): (usize, usize), held: Held) -> Option<Found> {
        let end = self.put_together((at, words), Last::Singular)?;
        let tokens = &self.reading.tokens;
        let capital = tokens[at].has(shape::CAPITAL) && tokens[end - 1].has(shape::CAPITAL);
        let written = &self.text[tokens[end - 1].range()];
        let singular = self.phrase.as_bytes().get(self.phrase.len().saturating_sub(written.len())..);
        // A word that is its own singular has, at most, another within a collocation.
        let other = match singular.is_some_and(|singular| singular.eq_ignore_ascii_case(written.as_bytes())) {
            true if written.ends_with(['s', 'S']) => Some(Last::Part),
            true => None,
            false => Some(Last::Written),
        };
        let id = self.known(held, capital).or_else(|| {
            self.put_together((at, words), other?)?;
            self.known(held, capital)
        })?;
        Some(Found { id, end, words })
    }

    /// The noun that the words spell that were put together.
    fn known(&self, held: Held, capital: bool) -> Option<WordId> {
        let Held { begins, compound } = held;
        let id = self.language.spelled(Phrase { words: self.phrase, capital, begins, compound });
        (id.is_some() && !self.language.word(id).starts_with(PAIR)).then_some(id)
    }
}
