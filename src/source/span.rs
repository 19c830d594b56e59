//! Finds where one JSON value ends, without building anything.
//!
//! Invariant: never reads a byte twice, never recurses; a value that ends in the wrong way is refused as early as its bytes
//! show it, so that a broken record does not swallow its neighbours.

use std::ops::Range;

use memchr::memchr2;
use smallvec::SmallVec;

/// The deepest nesting that the parser behind this scan accepts.
const DEEPEST: usize = 250;

/// Why a value has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The bytes end inside the value.
    Unclosed,
    /// A byte that cannot stand where it stands; the offset of that byte.
    Stray(usize),
    /// Nested deeper than any real record.
    TooDeep(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Quote,
    Open,
    Close,
    Separator,
    Scalar,
    Illegal,
}

const CLASSES: [Class; 256] = {
    let mut table = [Class::Illegal; 256];
    let groups: [(&[u8], Class); 6] = [
        (b" \t\r\n", Class::Space),
        (b"\"", Class::Quote),
        (b"{[", Class::Open),
        (b"}]", Class::Close),
        (b":,", Class::Separator),
        // Digits and signs, and the letters of true, false, null, NaN and Infinity.
        (b"0123456789+-.EetrufalsnNIiy", Class::Scalar),
    ];
    let mut group = 0;
    while group < groups.len() {
        let mut at = 0;
        while at < groups[group].0.len() {
            table[groups[group].0[at] as usize] = groups[group].1;
            at += 1;
        }
        group += 1;
    }
    table
};

/// The offset just past the value that starts at `start`, which must not be white space.
pub(crate) fn value_end(bytes: &[u8], start: usize) -> Result<usize, Flaw> {
    match bytes.get(start).map(|&byte| CLASSES[usize::from(byte)]) {
        Some(Class::Open) => container_end(bytes, start),
        Some(Class::Quote) => string_end(bytes, start),
        Some(Class::Scalar) => {
            let rest = bytes[start..].iter().position(|&byte| CLASSES[usize::from(byte)] != Class::Scalar);
            Ok(rest.map_or(bytes.len(), |length| start + length))
        }
        Some(_) => Err(Flaw::Stray(start)),
        None => Err(Flaw::Unclosed),
    }
}

/// The offset just past the string whose opening quote is at `start`.
pub(crate) fn string_end(bytes: &[u8], start: usize) -> Result<usize, Flaw> {
    let mut at = start + 1;
    loop {
        let rest = bytes.get(at..).ok_or(Flaw::Unclosed)?;
        let found = at + memchr2(b'"', b'\\', rest).ok_or(Flaw::Unclosed)?;
        if bytes[found] == b'"' {
            return Ok(found + 1);
        }
        at = found + 2;
    }
}

fn container_end(bytes: &[u8], start: usize) -> Result<usize, Flaw> {
    let mut open: SmallVec<[u8; 32]> = SmallVec::new();
    // The last byte that means something: it decides what may come next.
    let mut before = b':';
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match CLASSES[usize::from(byte)] {
            Class::Space => at += 1,
            Class::Quote => {
                if !matches!(before, b',' | b':' | b'{' | b'[') {
                    return Err(Flaw::Stray(at));
                }
                at = string_end(bytes, at)?;
                before = b'"';
            }
            Class::Separator | Class::Scalar => {
                before = byte;
                at += 1;
            }
            Class::Open => {
                may_open(&open, before, at)?;
                open.push(byte);
                before = byte;
                at += 1;
            }
            Class::Close => {
                let matching = if byte == b'}' { b'{' } else { b'[' };
                if open.pop() != Some(matching) || matches!(before, b',' | b':') {
                    return Err(Flaw::Stray(at));
                }
                at += 1;
                if open.is_empty() {
                    return Ok(at);
                }
                before = byte;
            }
            Class::Illegal => return Err(Flaw::Stray(at)),
        }
    }
    Err(Flaw::Unclosed)
}

/// Whether a container may open after the byte `before`.
#[inline]
fn may_open(open: &[u8], before: u8, at: usize) -> Result<(), Flaw> {
    let fits = if open.last() == Some(&b'[') { matches!(before, b',' | b'[') } else { before == b':' };
    if !fits {
        return Err(Flaw::Stray(at));
    }
    if open.len() == DEEPEST { Err(Flaw::TooDeep(at)) } else { Ok(()) }
}

/// The first offset at or after `at` that is not white space.
pub(crate) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).map_or(bytes.len(), |skip| at + skip)
}

/// A member of an object: its name as written, without quotes, and where its value is.
pub(crate) struct Member<'b> {
    pub(crate) name: &'b str,
    pub(crate) value: Range<usize>,
    /// False when the bytes end, or break, inside the value.
    pub(crate) complete: bool,
}

/// The members of an object, as far as they can be told apart.
pub(crate) struct Members<'b> {
    pub(crate) found: Vec<Member<'b>>,
    /// Where the object ends, or why it does not.
    pub(crate) end: Result<usize, Flaw>,
}

/// The members of the object at `start`.
pub(crate) fn members(bytes: &[u8], start: usize) -> Members<'_> {
    let mut found = Vec::new();
    let end = collect_members(bytes, start, &mut found);
    Members { found, end }
}

fn collect_members<'b>(bytes: &'b [u8], start: usize, found: &mut Vec<Member<'b>>) -> Result<usize, Flaw> {
    let mut at = skip_space(bytes, start + 1);
    loop {
        if bytes.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        let (name, value) = member_name(bytes, at)?;
        let end = value_end(bytes, value);
        found.push(Member { name, value: value..end.unwrap_or(bytes.len()), complete: end.is_ok() });
        at = skip_space(bytes, end?);
        match bytes.get(at) {
            Some(b',') => at = skip_space(bytes, at + 1),
            Some(b'}') => {}
            Some(_) => return Err(Flaw::Stray(at)),
            None => return Err(Flaw::Unclosed),
        }
    }
}

/// The name at `at` and where its value starts.
fn member_name(bytes: &[u8], at: usize) -> Result<(&str, usize), Flaw> {
    expect(bytes, at, b'"')?;
    let end = string_end(bytes, at)?;
    let name = std::str::from_utf8(&bytes[at + 1..end - 1]).map_err(|_| Flaw::Stray(at))?;
    let colon = skip_space(bytes, end);
    expect(bytes, colon, b':')?;
    Ok((name, skip_space(bytes, colon + 1)))
}

fn expect(bytes: &[u8], at: usize, wanted: u8) -> Result<(), Flaw> {
    match bytes.get(at) {
        Some(&byte) if byte == wanted => Ok(()),
        Some(_) => Err(Flaw::Stray(at)),
        None => Err(Flaw::Unclosed),
    }
}
