//! Owns the extent of one word: which marks inside it join, and where a clitic is cut off.
//!
//! Invariant: a found word is never empty.

use super::byte_class::{Class, class, is_letter};
use super::{Kind, markup, shape};

/// A word that begins where it was asked for.
pub(super) struct Found {
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) shape: u8,
    /// The end of a clitic that follows it directly.
    pub(super) clitic: Option<usize>,
}

/// The word that begins at `start`, where a letter or digit stands.
pub(super) fn scan(text: &str, start: usize) -> Found {
    let mut word = Word { text, bytes: text.as_bytes(), start, at: start, shape: 0, clitic: None };
    let digit = class(word.bytes[start]) == Class::Digit;
    if class(word.bytes[start]) == Class::Capital {
        word.shape |= shape::CAPITAL;
    }
    let kind = if word.run() {
        Kind::Address
    } else if digit {
        Kind::Number
    } else {
        Kind::Word
    };
    Found { end: word.at, kind, shape: word.shape, clitic: word.clitic }
}

struct Word<'t> {
    text: &'t str,
    bytes: &'t [u8],
    start: usize,
    at: usize,
    shape: u8,
    clitic: Option<usize>,
}

impl Word<'_> {
    /// Runs to the end of the word; says whether it is an address.
    fn run(&mut self) -> bool {
        while let Some(&byte) = self.bytes.get(self.at) {
            match class(byte) {
                Class::Small => self.step(shape::SMALL),
                Class::Capital => self.step(0),
                Class::Digit => self.step(shape::DIGIT),
                Class::Wide => {
                    if !self.wide() {
                        return false;
                    }
                }
                Class::Space | Class::Line => return false,
                Class::Mark => match self.mark(byte) {
                    Join::Yes => self.at += 1,
                    Join::No => return false,
                    Join::Address => return true,
                },
            }
            if self.unit_follows() {
                return false;
            }
        }
        false
    }

    fn step(&mut self, bit: u8) {
        self.shape |= bit;
        self.at += 1;
    }

    /// A character outside ASCII: takes a letter in, cuts a clitic at a curly apostrophe.
    fn wide(&mut self) -> bool {
        let Some(c) = self.text[self.at..].chars().next() else {
            return false;
        };
        if c == '\u{2019}' {
            if self.apostrophe(c.len_utf8()) != Join::Yes {
                return false;
            }
        } else if !is_letter(c) {
            return false;
        }
        if self.at == self.start && c.is_uppercase() {
            self.shape |= shape::CAPITAL;
        }
        if c.is_lowercase() {
            self.shape |= shape::SMALL;
        }
        self.shape |= shape::WIDE;
        self.at += c.len_utf8();
        true
    }

    fn mark(&mut self, byte: u8) -> Join {
        let next = self.bytes.get(self.at + 1).copied().unwrap_or(b' ');
        let digits = next.is_ascii_digit() && self.bytes[self.at - 1].is_ascii_digit();
        match byte {
            b'\'' => self.apostrophe(1),
            b'.' => self.stop(next),
            b'@' | b':' if next.is_ascii_alphanumeric() || next == b'/' => self.address(digits),
            b',' | b'/' if digits => Join::Yes,
            b'-' if next.is_ascii_alphanumeric() => self.hyphen(digits),
            b'_' => Join::Yes,
            b'&' if next.is_ascii_uppercase() && self.bytes[self.at - 1].is_ascii_uppercase() => Join::Yes,
            _ => Join::No,
        }
    }

    fn address(&mut self, otherwise: bool) -> Join {
        if let Some(end) = markup::address(self.text, self.start).filter(|end| *end > self.at) {
            self.at = end;
            return Join::Address;
        }
        if otherwise { Join::Yes } else { Join::No }
    }

    /// A full stop inside or after a word: of a number, an initial, an abbreviation or an address.
    fn stop(&mut self, next: u8) -> Join {
        let word = &self.bytes[self.start..self.at];
        if next.is_ascii_digit() && word[word.len() - 1].is_ascii_digit() {
            return self.address(true);
        }
        let dotted = word.len() == 1 || word[word.len() - 2] == b'.';
        if dotted && word[word.len() - 1].is_ascii_alphabetic() {
            let inner = next.is_ascii_alphabetic() && self.bytes.get(self.at + 2) == Some(&b'.');
            if inner || word.len() > 1 || word[0].is_ascii_uppercase() && self.capital_follows() {
                return Join::Yes;
            }
        }
        if next.is_ascii_alphanumeric() {
            return self.address(false);
        }
        if is_abbreviation(word) { Join::Yes } else { Join::No }
    }

    fn capital_follows(&self) -> bool {
        self.bytes.get(self.at + 1) == Some(&b' ')
            && self.bytes.get(self.at + 2).is_some_and(u8::is_ascii_uppercase)
            && self.bytes[self.start] != b'I'
    }

    /// An apostrophe of `width` bytes: cuts a clitic off, or joins ("O'Neill").
    fn apostrophe(&mut self, width: usize) -> Join {
        let after = self.at + width;
        let letters = self.bytes[after..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let rest = &self.bytes[after..after + letters];
        let is = |clitic: &str| rest.eq_ignore_ascii_case(clitic.as_bytes());
        if letters == 0 {
            return Join::No;
        }
        if is("t") && self.at > self.start + 1 && self.bytes[self.at - 1].eq_ignore_ascii_case(&b'n') {
            self.at -= 1;
        } else if !["s", "re", "ve", "ll", "d", "m"].into_iter().any(is) {
            return Join::Yes;
        }
        self.clitic = Some(after + letters);
        Join::No
    }

    fn hyphen(&mut self, digits: bool) -> Join {
        let word = &self.bytes[self.start..self.at];
        let next = self.bytes[self.at + 1];
        let affix = next.is_ascii_alphabetic() && is_affix(word);
        if digits || affix { Join::Yes } else { Join::No }
    }

    /// Whether the word so far is a number and a unit is written directly after it ("5pm").
    fn unit_follows(&self) -> bool {
        let at = self.at;
        if !self.bytes[at - 1].is_ascii_digit() || !self.bytes[self.start].is_ascii_digit() {
            return false;
        }
        let letters = self.bytes[at..].iter().take(5).take_while(|byte| byte.is_ascii_alphabetic()).count();
        letters > 0 && UNITS.iter().any(|unit| self.bytes[at..at + letters].eq_ignore_ascii_case(unit.as_bytes()))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Yes,
    No,
    Address,
}

const UNITS: [&str; 20] = [
    "am", "pm", "ft", "lb", "lbs", "kg", "km", "cm", "mph", "oz", "hr", "hrs", "min", "mins", "yr", "yrs", "gb", "mb",
    "ml", "inch",
];

fn is_abbreviation(word: &[u8]) -> bool {
    word.len() < 7 && ABBREVIATIONS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

const ABBREVIATIONS: [&str; 46] = [
    "mr", "mrs", "ms", "dr", "drs", "prof", "st", "sts", "jr", "sr", "inc", "corp", "ltd", "etc", "vs", "jan", "feb",
    "mar", "apr", "aug", "sept", "sep", "oct", "nov", "dec", "ext", "capt", "lt", "gen", "gov", "sen", "rep", "rev",
    "pvt", "est", "ave", "blvd", "approx", "dept", "mt", "ft", "col", "sgt", "bros", "hon", "ph.d",
];

/// Affixes that a hyphen joins to their word (the treebank's annotation guidelines), and single letters.
fn is_affix(word: &[u8]) -> bool {
    word.len() == 1 && word[0].is_ascii_alphabetic()
        || word.len() < 8 && AFFIXES.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

const AFFIXES: [&str; 50] = [
    "agro", "ante", "anti", "arch", "be", "bi", "bio", "co", "counter", "cross", "cyber", "de", "eco", "ex", "extra",
    "inter", "intra", "macro", "mega", "micro", "mid", "mini", "mis", "multi", "neo", "non", "over", "pan", "para",
    "peri", "post", "pre", "pro", "proto", "pseudo", "quasi", "re", "semi", "sub", "super", "tri", "ultra", "un",
    "uni", "vice", "electro", "under", "hyper", "trans", "auto",
];
