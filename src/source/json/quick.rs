//! Checks a record of the usual form in one pass over its bytes, without building anything.
//!
//! Most records of a large file are plain: strings, lists of strings, conversations of plain turns. For these one pass finds
//! the end, the id, and that the full parser accepts the record. For everything else it answers `None` and the full parser
//! decides, so that this pass can only be too strict, never too lenient.
//!
//! Invariant: never reports a fault; a record that passes here reads without one.

use crate::source::exchange;
use crate::source::role::{Role, Roles};
use crate::source::span::skip_space;

/// The deepest nesting that is followed here.
const DEEPEST: u8 = 16;
/// Integers of so many digits fit 64 bits and are written as they are read.
const DIGITS: usize = 18;

/// A record that passed.
pub(crate) struct Passed<'b> {
    /// Just past its closing brace.
    pub(crate) end: usize,
    /// Its id as it reads; `None` when it has none.
    pub(crate) id: Option<&'b str>,
}

/// Checks the record that starts at `start`.
pub(crate) fn pass<'b>(bytes: &'b [u8], start: usize, roles: &Roles) -> Option<Passed<'b>> {
    let mut cursor = Cursor { bytes, at: start };
    let (mut id, mut used) = (None, false);
    cursor.object(&mut |cursor, member| {
        match roles.of_bytes(member) {
            None => cursor.value(0)?,
            Some(Role::Id) => id = Some(cursor.id()?),
            Some(Role::Turns) => {
                cursor.list(&mut Cursor::turn)?;
                used = true;
            }
            Some(Role::Label | Role::Objects | Role::Tokens | Role::Interrogations) => {
                cursor.names(true)?;
                used = true;
            }
            Some(Role::Text(_) | Role::Image) => {
                cursor.names(false)?;
                used = true;
            }
            Some(Role::Statistics | Role::Pairs) => return None,
        }
        Some(())
    })?;
    let end = cursor.at;
    simdutf8::basic::from_utf8(&bytes[start..end]).ok().filter(|_| used)?;
    let id = id.map(std::str::from_utf8).transpose().ok()?.filter(|id| !id.is_empty());
    Some(Passed { end, id })
}

/// Id and first image of a record.
pub(crate) struct Head<'b> {
    pub(crate) id: &'b str,
    pub(crate) image: Option<&'b str>,
}

/// The head of a record that has been read before; `None` when it is not of the usual form. An id that `is_id` knows is not given
/// another one further on, and later images are not asked for: so most heads are read from a record's first bytes.
pub(crate) fn head<'b>(record: &'b [u8], roles: &Roles, is_id: &dyn Fn(&str) -> bool) -> Option<Head<'b>> {
    let mut cursor = Cursor { bytes: record, at: 0 };
    let (mut id, mut image, mut found) = (None::<&[u8]>, None, false);
    let whole = cursor.object(&mut |cursor, member| {
        match roles.of_bytes(member) {
            Some(Role::Id) => id = Some(cursor.id()?),
            Some(Role::Image) if cursor.peek()? == b'[' => cursor.list(&mut |cursor| {
                let path = cursor.plain_string()?;
                image = image.or(Some(path).filter(|path| !path.is_empty()));
                Some(())
            })?,
            Some(Role::Image) => {
                let path = cursor.plain_string()?;
                image = image.or(Some(path).filter(|path| !path.is_empty()));
            }
            _ => cursor.value(0)?,
        }
        found = image.is_some() && id.and_then(|id| std::str::from_utf8(id).ok()).is_some_and(is_id);
        (!found).then_some(())
    });
    (found || whole.is_some()).then_some(())?;
    let id = std::str::from_utf8(id?).ok().filter(|id| !id.is_empty())?;
    let image = image.map(std::str::from_utf8).transpose().ok()?;
    Some(Head { id, image })
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over `byte`.
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Passes over white space; most often there is none, or one blank.
    fn space(&mut self) {
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.at = skip_space(self.bytes, self.at);
        }
    }

    /// An object; `member` reads each value.
    fn object(&mut self, member: &mut dyn FnMut(&mut Self, &'b [u8]) -> Option<()>) -> Option<()> {
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
    fn list(&mut self, element: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
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

    /// A turn with a plain speaker and plain content, or an exchange in which someone says something plain.
    fn turn(&mut self) -> Option<()> {
        let (mut who, mut said, mut exchanged) = (false, false, false);
        self.object(&mut |cursor, member| match member {
            b"from" | b"role" => {
                who = true;
                cursor.string()
            }
            b"value" | b"content" => {
                said = true;
                cursor.string()
            }
            member => {
                let text = cursor.peek()? == b'"';
                exchanged |= text && std::str::from_utf8(member).is_ok_and(|name| exchange::speaker(name).is_some());
                cursor.value(0)
            }
        })?;
        (who && said || exchanged).then_some(())
    }

    /// A name or a list of names; integers are names where the role takes them.
    fn names(&mut self, integers: bool) -> Option<()> {
        let mut name = |cursor: &mut Self| match cursor.peek()? {
            b'"' => cursor.string(),
            _ if integers => cursor.integer().map(drop),
            _ => None,
        };
        if self.peek()? == b'[' { self.list(&mut name) } else { name(self) }
    }

    fn id(&mut self) -> Option<&'b [u8]> {
        if self.peek()? == b'"' { self.plain_string() } else { self.integer() }
    }

    /// A value that is not read.
    fn value(&mut self, depth: u8) -> Option<()> {
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
    fn integer(&mut self) -> Option<&'b [u8]> {
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
    fn plain_string(&mut self) -> Option<&'b [u8]> {
        self.expect(b'"')?;
        let start = self.at;
        (self.seek()? == b'"').then_some(())?;
        self.at += 1;
        Some(&self.bytes[start..self.at - 1])
    }

    fn string(&mut self) -> Option<()> {
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
