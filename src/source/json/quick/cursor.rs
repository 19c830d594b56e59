//! Passes over JSON without building anything.
//!
//! Invariant: what it passes over is JSON that the full parser takes, too; what it does not know it refuses.

use crate::source::span::skip_space;

/// The deepest nesting that is followed here.
const DEEPEST: u8 = 16;
/// Integers of so many digits fit 64 bits and are written as they are read.
const DIGITS: usize = 18;

/// A place in the bytes; every method passes over what it accepts and answers `None` where that is not there.
pub(super) struct Cursor<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
}

impl<'b> Cursor<'b> {
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over `byte`.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Passes over white space; most often there is none, or one blank.
    #[inline]
    pub(super) fn space(&mut self) {
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.at = skip_space(self.bytes, self.at);
        }
    }

    /// An object; `member` reads each value.
    pub(super) fn object(&mut self, member: &mut dyn FnMut(&mut Self, &'b [u8]) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        self.space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let name = self.plain_string()?;
            self.space();
            self.expect(b':')?;
            self.space();
            member(self, name)?;
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
            self.space();
        }
    }

    /// A list; `element` reads each element.
    pub(super) fn list(&mut self, element: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        self.space();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            element(self)?;
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
            self.space();
        }
    }

    /// A value that is not read.
    pub(super) fn value(&mut self, depth: u8) -> Option<()> {
        if depth == DEEPEST {
            return None;
        }
        match self.peek()? {
            b'"' => self.string(),
            b'{' => self.object(&mut |cursor, _| cursor.value(depth + 1)),
            b'[' => self.list(&mut |cursor| cursor.value(depth + 1)),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number(),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn digits(&mut self) -> &'b [u8] {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// A short integer without sign, in the one way that it can be written.
    pub(super) fn integer(&mut self) -> Option<&'b [u8]> {
        let digits = self.digits();
        let single = digits.len() == 1 || digits.first().is_some_and(|first| *first != b'0');
        let ends = !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        (single && ends && digits.len() <= DIGITS).then_some(digits)
    }

    /// A number of modest size.
    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        let whole = self.digits();
        if whole.is_empty() || whole.len() > DIGITS || (whole.len() > 1 && whole[0] == b'0') {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits().is_empty() {
                return None;
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !matches!(self.digits().len(), 1 | 2) {
                return None;
            }
        }
        Some(())
    }

    /// A string without escapes.
    #[inline]
    pub(super) fn plain_string(&mut self) -> Option<&'b [u8]> {
        self.expect(b'"')?;
        let start = self.at;
        (self.seek()? == b'"').then_some(())?;
        self.at += 1;
        Some(&self.bytes[start..self.at - 1])
    }

    #[inline]
    pub(super) fn string(&mut self) -> Option<()> {
        self.expect(b'"')?;
        loop {
            match self.seek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// An escape; of `\u` only those that stand for a character by themselves.
    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                let surrogate = digits[0].eq_ignore_ascii_case(&b'd') && !digits[1].is_ascii_digit()
                    || digits[0].eq_ignore_ascii_case(&b'd') && digits[1] >= b'8';
                if surrogate || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }

    /// Moves to the next quote, backslash or control character and returns it. Eight bytes at a time.
    #[inline]
    fn seek(&mut self) -> Option<u8> {
        while let Some(eight) = self.bytes.get(self.at..self.at + 8) {
            let word = u64::from_le_bytes(eight.try_into().ok()?);
            let found = special(word);
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return self.peek();
            }
            self.at += 8;
        }
        let rest = self.bytes.get(self.at..)?;
        self.at += rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        self.peek()
    }
}

/// The high bit of the first byte that is a quote, a backslash or a control character, and perhaps of bytes after it.
const fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    let is_control = word.wrapping_sub(ONES * 0x20) & !word;
    (is_quote | is_backslash | is_control) & HIGH
}
