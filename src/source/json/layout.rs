//! How JSON records follow each other in a file: elements of an array (or values one after the other), or one a line.
//!
//! Invariant: after a broken record the walk goes on at the next place that looks like the start of a good one.

use memchr::{memchr, memchr_iter};

use crate::source::SetAsideKind;
use crate::source::span::{Flaw, skip_space, string_end, value_end};
use crate::source::walk::{Fault, Step, Walk};

/// Looks at one record's bytes: the hash of its id, or what is wrong with it.
pub(crate) trait Check: Sync {
    /// Where the record at `start` ends and the hash of its id, if it is of the usual form.
    fn pass(&self, bytes: &[u8], start: usize) -> Option<(usize, Option<u64>)>;

    fn check(&self, record: &[u8]) -> Result<Option<u64>, Fault>;
}

/// Values one after the other, with or without commas and brackets around them.
pub(crate) struct Sequence<C> {
    /// The first members of good records, quotes included: what a record's start looks like.
    pub(crate) first_members: Vec<Vec<u8>>,
    pub(crate) check: C,
}

impl<C: Check> Sequence<C> {
    /// The next `{` at or after `from` that is followed by the first member of a good record.
    fn plausible(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        memchr_iter(b'{', rest).map(|found| from + found).find(|&at| {
            let name = skip_space(bytes, at + 1);
            let Some(member) = self.first_members.iter().find(|member| bytes[name..].starts_with(member)) else {
                return false;
            };
            bytes.get(skip_space(bytes, name + member.len())) == Some(&b':')
        })
    }

    fn broken(&self, bytes: &[u8], at: usize, flaw: Flaw) -> Step {
        let resume = self.plausible(bytes, at + 1);
        let next = resume.unwrap_or(bytes.len());
        let fault = match flaw {
            Flaw::Unclosed if resume.is_none() => {
                Fault::new(SetAsideKind::Truncated, "the file ends inside this record")
            }
            Flaw::Unclosed => Fault::new(SetAsideKind::BadJson, "the record is not closed"),
            Flaw::TooDeep(_) => Fault::new(SetAsideKind::BadJson, "the record is nested too deeply"),
            Flaw::Stray(place) => Fault::new(SetAsideKind::BadJson, stray(bytes, at, place)),
        };
        Step { span: at..trim_end(bytes, at, next), next, outcome: Err(fault) }
    }

    /// A value that is not an object.
    fn other(&self, bytes: &[u8], at: usize) -> Step {
        let end = match value_end(bytes, at) {
            Ok(end) if self.plausible(&bytes[..end], at + 1).is_none() => end,
            Err(flaw) if self.plausible(bytes, at + 1).is_none() => return self.broken(bytes, at, flaw),
            // Records are behind it, so that it is a slip of the pen between them.
            _ => return self.broken(bytes, at, Flaw::Stray(at)),
        };
        if matches!(bytes.get(skip_space(bytes, end)), None | Some(b',' | b']')) {
            let fault = Fault::new(SetAsideKind::WrongType, "a record is an object, and this is not");
            return Step { span: at..end, next: end, outcome: Err(fault) };
        }
        self.broken(bytes, at, Flaw::Stray(at))
    }
}

impl<C: Check> Walk for Sequence<C> {
    fn step(&self, bytes: &[u8], at: usize) -> Option<Step> {
        let at = skip_separators(bytes, at);
        let step = match bytes.get(at)? {
            b'{' => match self.check.pass(bytes, at) {
                Some((end, id)) => Step { span: at..end, next: end, outcome: Ok(id) },
                None => match value_end(bytes, at) {
                    Ok(end) => Step { span: at..end, next: end, outcome: self.check.check(&bytes[at..end]) },
                    Err(flaw) => self.broken(bytes, at, flaw),
                },
            },
            _ => self.other(bytes, at),
        };
        // A step ends where a guess would begin, so that chunks meet.
        Some(Step { next: skip_separators(bytes, step.next), ..step })
    }

    fn align(&self, bytes: &[u8], at: usize) -> usize {
        self.plausible(bytes, at).unwrap_or(bytes.len())
    }
}

/// Passes over white space, commas, the array's end, and the end and start of arrays that were glued together.
fn skip_separators(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at) {
            Some(b',') => at += 1,
            Some(b']') => {
                at = skip_space(bytes, at + 1);
                if bytes.get(at) == Some(&b'[') {
                    at += 1;
                }
            }
            _ => return at,
        }
    }
}

fn skip_commas(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let skip = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b','));
    skip.map_or(bytes.len(), |skip| at + skip)
}

/// One object a line.
pub(crate) struct Lines<C> {
    pub(crate) sequence: Sequence<C>,
}

impl<C: Check> Lines<C> {
    /// The step over an object that ends in the line in which it starts. Looks at nothing behind it, so that many records may
    /// share a line.
    fn even(&self, bytes: &[u8], start: usize) -> Option<Step> {
        let check = &self.sequence.check;
        (bytes[start] == b'{').then_some(())?;
        let passed = check.pass(bytes, start);
        let end = passed.map_or_else(|| value_end(bytes, start).ok(), |(end, _)| Some(end))?;
        if memchr(b'\n', &bytes[start..end]).is_some() {
            return None;
        }
        let outcome = passed.map_or_else(|| check.check(&bytes[start..end]), |(_, id)| Ok(id));
        let is_gap = |byte: &u8| *byte != b'\n' && (byte.is_ascii_whitespace() || *byte == b',');
        let gap = bytes[end..].iter().take_while(|byte| is_gap(byte)).count();
        let next = match bytes.get(end + gap) {
            // A good record may be at the end of a spoilt one, which the whole line tells.
            None | Some(b'\n') if outcome.is_err() => return None,
            None | Some(b'\n') => bytes.len().min(end + gap + 1),
            Some(_) => end + bytes[end..].iter().take_while(|byte| **byte == b',').count(),
        };
        Some(Step { span: start..end, next, outcome })
    }

    /// A step over the part of a line that is not one good record: good records that share a line are told apart, and a good
    /// one at its end is kept; for all else the line is spoilt.
    fn uneven(&self, line: &[u8]) -> (usize, Result<Option<u64>, Fault>) {
        let check = &self.sequence.check;
        let end = if line.starts_with(b"{") { value_end(line, 0) } else { Err(Flaw::Stray(0)) };
        let (end, fault) = match end {
            Ok(end) => match check.check(&line[..end]) {
                Ok(id) => return (end, Ok(id)),
                Err(fault) => (end, fault),
            },
            Err(Flaw::Unclosed) => (line.len(), Fault::new(SetAsideKind::BadJson, "the line ends inside the record")),
            Err(_) if !line.starts_with(b"{") && value_end(line, 0) == Ok(line.len()) => {
                (line.len(), Fault::new(SetAsideKind::WrongType, "a record is an object, and this is not"))
            }
            Err(Flaw::Stray(place) | Flaw::TooDeep(place)) => {
                (line.len(), Fault::new(SetAsideKind::BadJson, stray(line, 0, place)))
            }
        };
        if end == line.len() || !line.starts_with(b"{") {
            let closes = |at: &usize| value_end(line, *at) == Ok(line.len()) && check.check(&line[*at..]).is_ok();
            return (self.sequence.plausible(line, 1).filter(closes).unwrap_or(line.len()), Err(fault));
        }
        (end, Err(fault))
    }
}

impl<C: Check> Walk for Lines<C> {
    fn step(&self, bytes: &[u8], at: usize) -> Option<Step> {
        let start = skip_commas(bytes, at);
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        if let Some(step) = self.even(bytes, start) {
            return Some(step);
        }
        let found = memchr(b'\n', rest);
        let next = found.map_or(bytes.len(), |length| start + length + 1);
        let line = &bytes[start..trim_end(bytes, start, next)];
        let (end, mut outcome) = self.uneven(line);
        if found.is_none() && end == line.len() && line.starts_with(b"{") && value_end(line, 0) == Err(Flaw::Unclosed) {
            outcome = Err(Fault::new(SetAsideKind::Truncated, "the file ends inside this record"));
        }
        let after = start + end + bytes[start + end..next].iter().take_while(|byte| **byte == b',').count();
        let span = start..trim_end(bytes, start, start + end);
        Some(Step { span, next: if end == line.len() { next } else { after }, outcome })
    }

    fn align(&self, bytes: &[u8], at: usize) -> usize {
        line_start(bytes, at)
    }
}

/// The start of the first line at or after `at`.
pub(crate) fn line_start(bytes: &[u8], at: usize) -> usize {
    match at.checked_sub(1) {
        None => 0,
        Some(before) => {
            bytes.get(before..).and_then(|rest| memchr(b'\n', rest)).map_or(bytes.len(), |found| before + found + 1)
        }
    }
}

/// The end of `start..end` without the white space, and the comma, at its end.
fn trim_end(bytes: &[u8], start: usize, end: usize) -> usize {
    let length = bytes[start..end].iter().rposition(|byte| !byte.is_ascii_whitespace() && *byte != b',');
    length.map_or(start, |last| start + last + 1)
}

fn stray(bytes: &[u8], start: usize, place: usize) -> String {
    let end = bytes.len().min(place + 24);
    let shown = String::from_utf8_lossy(&bytes[place..end]);
    format!("not JSON from byte {} of the record on: {:?}", place - start, shown.trim_end_matches('\u{fffd}'))
}

/// The first member's name of the object at `at`, quotes included.
pub(crate) fn first_member(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let name = skip_space(bytes, at + 1);
    (bytes.get(name) == Some(&b'"')).then_some(())?;
    bytes.get(name..string_end(bytes, name).ok()?)
}

#[cfg(test)]
mod tests;
