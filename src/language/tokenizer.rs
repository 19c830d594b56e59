//! Owns the cutting of raw text into words with byte spans, and the finding of sentence starts.
//!
//! Words follow the English Web Treebank (Universal Dependencies): punctuation stands alone, clitics
//! ("n't", "'s", "'re") are words of their own, hyphens divide except after an affix ("e-mail",
//! "non-human"). Markup of the medium (`<image>`, `[INST]`, boxes such as `[0.1, 0.2]`) is no word.
//!
//! Invariant: spans lie on character boundaries, in order, and never overlap; no allocation a word.

mod byte_class;
mod markup;
mod word;

use byte_class::{Class, class};

/// What a token looks like, known without a lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Begins with a letter, or is a clitic.
    Word,
    /// Begins with a digit.
    Number,
    Punctuation,
    /// Emoji, mathematical signs, and writing without spaces such as Chinese.
    Symbol,
    /// A web or mail address or a file name.
    Address,
}

/// A piece of the text: `start..end` are byte offsets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: Kind,
    pub(crate) shape: u8,
}

/// Bits of [`Token::shape`].
pub(crate) mod shape {
    /// The first word of a sentence or line.
    pub(crate) const OPENS: u8 = 1;
    /// White space stands before it.
    pub(crate) const SPACED: u8 = 2;
    /// Its first letter is a capital.
    pub(crate) const CAPITAL: u8 = 4;
    /// It has a small letter.
    pub(crate) const SMALL: u8 = 8;
    /// It has characters outside ASCII.
    pub(crate) const WIDE: u8 = 16;
    /// It has a digit.
    pub(crate) const DIGIT: u8 = 32;
}

impl Token {
    pub(crate) fn has(&self, bit: u8) -> bool {
        self.shape & bit != 0
    }

    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
}

/// Appends the tokens of `text` to `out`. Text past 4 GiB is not read.
pub(crate) fn tokenize(text: &str, out: &mut Vec<Token>) {
    let limit = u32::MAX as usize - 1;
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Scanner { text: &text[..end], at: 0, spaced: true, opens: true, ended: End::No, out }.run();
}

/// Whether the last token closed a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    No,
    /// A full stop: closes only before white space or a capital.
    Stop,
    /// A question or exclamation mark.
    Mark,
}

struct Scanner<'t, 'o> {
    text: &'t str,
    at: usize,
    spaced: bool,
    opens: bool,
    ended: End,
    out: &'o mut Vec<Token>,
}

impl Scanner<'_, '_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match class(byte) {
                Class::Space => self.space(1, false),
                Class::Line => self.space(1, true),
                Class::Small | Class::Capital | Class::Digit => self.word(),
                Class::Mark => self.mark(byte),
                Class::Wide => self.wide(),
            }
        }
    }

    fn space(&mut self, bytes: usize, line: bool) {
        self.at += bytes;
        self.spaced = true;
        self.opens |= line;
    }

    fn word(&mut self) {
        let start = self.at;
        let found = word::scan(self.text, start);
        self.push(found.end, found.kind, found.shape);
        if let Some(clitic) = found.clitic {
            self.push(clitic, Kind::Word, shape::SMALL);
        }
    }

    fn mark(&mut self, byte: u8) {
        if let Some(end) = markup::skip(self.text, self.at) {
            self.at = end;
            self.spaced = true;
            return;
        }
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        while bytes.get(end) == Some(&byte) {
            end += 1;
        }
        let closer = matches!(byte, b'"' | b'\'' | b')' | b']' | b'}' | b'*' | b'_') && !self.spaced;
        let before = self.ended;
        self.push(end, Kind::Punctuation, 0);
        self.ended = match byte {
            b'.' => End::Stop,
            b'?' | b'!' => End::Mark,
            _ if closer => before,
            _ => End::No,
        };
    }

    fn wide(&mut self) {
        let Some(first) = self.text[self.at..].chars().next() else {
            return;
        };
        if first.is_whitespace() || matches!(first, '\u{feff}' | '\u{200b}') {
            self.space(first.len_utf8(), matches!(first, '\u{85}' | '\u{2028}' | '\u{2029}'));
        } else if byte_class::is_letter(first) {
            self.word();
        } else {
            self.symbol(first);
        }
    }

    /// A run of characters of writing without spaces, of emoji and their joiners, or one other mark.
    fn symbol(&mut self, first: char) {
        let rest = &self.text[self.at..];
        let run = byte_class::run_of(first);
        let length = match run {
            None => first.len_utf8(),
            Some(_) => {
                rest.char_indices().find(|(_, c)| byte_class::run_of(*c) != run).map_or(rest.len(), |(index, _)| index)
            }
        };
        let kind = if run.is_some() { Kind::Symbol } else { Kind::Punctuation };
        let before = self.ended;
        self.push(self.at + length, kind, shape::WIDE);
        self.ended = match first {
            '。' | '？' | '！' | '…' => End::Mark,
            '”' | '’' => before,
            _ => End::No,
        };
    }

    fn push(&mut self, end: usize, kind: Kind, shape: u8) {
        let after_end = match self.ended {
            End::No => false,
            End::Mark => kind != Kind::Punctuation,
            End::Stop => kind != Kind::Punctuation && (self.spaced || shape & shape::CAPITAL != 0),
        };
        let opens = (self.opens || after_end) && kind != Kind::Punctuation;
        let context = if opens { shape::OPENS } else { 0 } | if self.spaced { shape::SPACED } else { 0 };
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.out.push(Token { start: offset(self.at), end: offset(end), kind, shape: shape | context });
        self.at = end;
        self.spaced = false;
        if kind != Kind::Punctuation {
            self.opens = false;
            self.ended = End::No;
        }
    }
}
