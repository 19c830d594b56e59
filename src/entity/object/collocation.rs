//! Nouns of several words: which stand in the text, and which of those that overlap is meant.
//!
//! Invariant: of collocations that overlap the longer is taken; of equally long ones the later, which ends at the head of the
//! phrase, where the earlier begins with a mere adjective ("red | fire hydrant") or is nothing that can be seen
//! ("ice | hockey stick"), else the earlier ("police car | door").

use super::finder::{Finder, Last};
use crate::language::{Phrase, Tag, WordId, shape};

/// The most words that a collocation has here.
const LONGEST: usize = 4;
/// What is counted so is one thing by itself: "a pair of scissors".
const PAIR: &str = "pair of ";

/// A collocation that stands in the text. It takes its words even where it is nothing visible: "ice hockey" has no ice.
#[derive(Clone, Copy)]
struct Found {
    id: WordId,
    /// The token after it.
    end: usize,
    words: usize,
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
        if matches!(self.reading.tags[at], Tag::Det | Tag::Pron | Tag::Adp) {
            return None;
        }
        let second = self.next_word(at)?;
        let written = |at: usize| &self.text[self.reading.tokens[at].range()];
        let begins = self.language.begins(written(at), written(second));
        let most = if begins.spaced || begins.hyphened { LONGEST } else { 2 };
        let compound = second > at + 1 || self.reading.tags[at] == Tag::Noun && self.reading.tags[second] == Tag::Noun;
        if most == 2 && !compound {
            return None;
        }
        (2..=most).rev().find_map(|words| self.listed((at, words), (begins.hyphened, compound || words > 2)))
    }

    /// The collocation of so many words.
    fn listed(&mut self, (at, words): (usize, usize), (hyphened, compound): (bool, bool)) -> Option<Found> {
        let tokens = &self.reading.tokens;
        let end = self.put_together((at, words), Last::Singular)?;
        let is_hyphenated = end - at == 2 * words - 1;
        if !self.reading.tags[end - 1].is_noun() && !self.phrase.ends_with(" can") && !is_hyphenated {
            return None;
        }
        let capital = tokens[at].has(shape::CAPITAL) && tokens[end - 1].has(shape::CAPITAL);
        let id = [Last::Singular, Last::Written, Last::Part].into_iter().find_map(|last| {
            if last != Last::Singular {
                self.put_together((at, words), last)?;
            }
            let id = self.language.spelled(Phrase { words: self.phrase, capital, hyphened, compound });
            (id.is_some() && !self.language.word(id).starts_with(PAIR)).then_some(id)
        })?;
        Some(Found { id, end, words })
    }
}
