//! Owns the view of a sentence as a sequence of words, and the way from its start to the word that asks.
//!
//! Invariant: positions past the end read as an empty word with the tag of a mark.

use std::ops::Range;

use super::{question, request, vocabulary};
use crate::language::{Kind, Language, Reading, Tag};

/// Where a form was found, and the form.
pub(super) type Report<'r> = dyn FnMut(Range<u32>, &str) + 'r;

/// One sentence of the reading.
pub(super) struct Clause<'a> {
    pub(super) language: &'a Language,
    text: &'a str,
    reading: &'a Reading,
    start: usize,
    pub(super) end: usize,
}

impl<'a> Clause<'a> {
    pub(super) fn new(language: &'a Language, text: &'a str, reading: &'a Reading, range: Range<usize>) -> Self {
        Self { language, text, reading, start: range.start, end: range.end }
    }

    /// The word at a position in small letters, straight apostrophes; empty where it is not known.
    pub(super) fn word(&self, at: usize) -> &'a str {
        if at >= self.end {
            return "";
        }
        let known = self.language.word(self.reading.words[at]);
        if known.is_empty() { &self.text[self.reading.tokens[at].range()] } else { known }
    }

    pub(super) fn tag(&self, at: usize) -> Tag {
        if at < self.end { self.reading.tags[at] } else { Tag::Punct }
    }

    /// The bytes from one position to another, the last not included.
    pub(super) fn span(&self, from: usize, to: usize) -> Range<u32> {
        let last = to.clamp(from + 1, self.end) - 1;
        self.reading.tokens[from].start..self.reading.tokens[last].end
    }

    /// Appends the noun at a position, singular and in small letters.
    pub(super) fn push_singular(&self, at: usize, form: &mut String) {
        self.language.push_singular(self.text, self.reading, at, form);
    }

    /// The base form of the verb at a position, where the word is one.
    pub(super) fn base(&self, at: usize) -> Option<&'a str> {
        (at < self.end).then(|| self.language.base_verb(self.reading.words[at])).flatten()
    }

    /// Whether the sentence ends with a question mark.
    pub(super) fn is_question(&self) -> bool {
        (self.start..self.end).rev().take(4).any(|at| self.word(at).starts_with(['?', '？']))
    }

    /// Whether this is an answer to choose from ("A. red", "(B) blue", "Options: …").
    pub(super) fn is_choice(&self, last_end: usize) -> bool {
        let letter = |at: usize| {
            at < self.end
                && self.reading.tokens[at].len() <= 2
                && self.text.as_bytes()[self.reading.tokens[at].start as usize].is_ascii_uppercase()
        };
        let first = self.start;
        let marked =
            letter(first) && matches!(self.word(first + 1), "." | ")" | ":") && self.reading.tags[first] != Tag::Pron;
        let bracketed = first > 0 && first == last_end && letter(first) && self.word(first + 1) == ")";
        let alone = marked && self.end - first <= 3 && !self.is_question();
        let titled = matches!(self.word(first), "options" | "choices" | "context") && self.word(first + 1) == ":";
        bracketed || alone || titled || marked && self.reading.tokens[first + 1].kind == Kind::Punctuation
    }

    /// Reports every way of asking in the sentence.
    pub(super) fn ask(&self, form: &mut String, report: &mut Report<'_>) {
        let mut at = self.opening(self.start);
        let mut first = true;
        while at < self.end {
            let Some(next) = self.ask_at(at, first, form, report) else {
                if !first {
                    return;
                }
                self.ask_anywhere(at, form, report);
                return;
            };
            first = false;
            let Some(more) = self.coordinated(next) else {
                return;
            };
            at = more;
        }
    }

    /// Reports the way of asking that begins at a position, and returns where to look for a further one.
    pub(super) fn ask_at(&self, at: usize, first: bool, form: &mut String, report: &mut Report<'_>) -> Option<usize> {
        question::wh(self, at, form, report)
            .or_else(|| request::polite(self, at, form, report))
            .or_else(|| question::yes_no(self, at, report))
            .or_else(|| request::imperative(self, at, first, report))
    }

    /// Where neither question word nor verb begins the sentence: the first question word in it, or, in a
    /// question, its auxiliary ("In this picture how many …", "The dog is black?").
    fn ask_anywhere(&self, from: usize, form: &mut String, report: &mut Report<'_>) {
        if !self.is_question() {
            return;
        }
        let asked = (from..self.end).find(|at| question::is_wh(self.word(*at)) && self.word(*at) != "that");
        if let Some(at) = asked {
            question::wh(self, at, form, report);
            return;
        }
        for at in from..self.end {
            if self.word(at) == "there" && self.base(at + 1) == Some("be") {
                report(self.span(at, at + 2), "is there");
                return;
            }
            if question::yes_no(self, at, report).is_some() {
                return;
            }
        }
    }

    /// The position of the word that opens the sentence proper, after greetings, "please", adverbs, and
    /// phrases set off by a comma.
    fn opening(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.end {
            if self.is_filler(at) {
                at += 1;
            } else if self.is_label(at) {
                at += 2;
            } else if let Some(after) = self.introduction(at) {
                at = after;
            } else {
                break;
            }
        }
        at
    }

    fn is_filler(&self, at: usize) -> bool {
        if self.reading.tokens[at].kind != Kind::Word {
            return true;
        }
        let word = self.word(at);
        vocabulary::is_filler(word) || word.ends_with("ly") && self.tag(at) == Tag::Adv
    }

    /// "Question:", "Hint:", "Q:", "Step 1:".
    fn is_label(&self, at: usize) -> bool {
        self.word(at + 1) == ":" && !question::is_wh(self.word(at)) && self.base(at).is_none_or(|base| base != "answer")
    }

    /// Where the sentence goes on after an introduction and its comma ("In this image, …").
    fn introduction(&self, at: usize) -> Option<usize> {
        let word = self.word(at);
        let introduces = matches!(self.tag(at), Tag::Adp | Tag::Sconj)
            || matches!(
                word,
                "based" | "given" | "considering" | "looking" | "judging" | "using" | "according" | "if" | "when"
            )
            || matches!(word, "assuming" | "suppose" | "knowing" | "depending" | "besides" | "including" | "referring");
        let asked_of = self.tag(at) == Tag::Adp && question::is_wh(self.word(at + 1));
        if !introduces || asked_of || word == "when" && self.is_question() && self.base(at + 1).is_some() {
            return None;
        }
        let comma = (at..self.end).find(|at| self.word(*at) == ",")?;
        let after = comma + 1;
        (after < self.end && self.word(after) != "and").then_some(after)
    }

    /// The position of a second way of asking, joined by "and", "then" or a comma.
    fn coordinated(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while at < self.end {
            let joined = matches!(self.word(at), "and" | "or" | "then" | "," | ";" | "but" | "?");
            let announced = self.word(at) == ":" && question::opens(self, at + 1);
            let mut next = at + 1;
            if joined || announced {
                while matches!(self.word(next), "and" | "then" | "also" | "please" | "," | "if" | "so") {
                    next += 1;
                }
                if question::opens(self, next) || request::opens(self, next) {
                    return Some(next);
                }
            }
            // From within such a run a join would lead to the same place.
            at = next;
        }
        None
    }
}
