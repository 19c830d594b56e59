//! Lines of a pipe, one by one, however long or broken.
//!
//! Invariant: never holds more than [`LONGEST_LINE`] bytes of a line, and never fails because of what is in it.

use std::io::{self, BufRead};

/// The most of a line that is read, in bytes; the rest of it is skipped.
pub const LONGEST_LINE: usize = 1 << 20;

/// A line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text, without its end; what is not UTF-8 is replaced.
    pub text: String,
    /// Whether its end was seen: false for the last words of who died in the middle of a line.
    pub whole: bool,
    /// Whether it was longer than is read.
    pub cut: bool,
}

/// Reads lines.
#[derive(Debug)]
pub struct LineReader<R> {
    input: R,
    buffer: Vec<u8>,
}

impl<R: BufRead> LineReader<R> {
    /// A reader of lines.
    pub const fn new(input: R) -> Self {
        Self { input, buffer: Vec::new() }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// What the pipe says.
    pub fn read(&mut self) -> io::Result<Option<Line>> {
        self.buffer.clear();
        let (mut cut, mut seen) = (false, false);
        loop {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                return Ok(seen.then(|| self.line(false, cut)));
            }
            seen = true;
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.unwrap_or(available.len())];
            let room = LONGEST_LINE - self.buffer.len();
            cut |= part.len() > room;
            self.buffer.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(self.line(true, cut)));
            }
        }
    }

    fn line(&self, whole: bool, cut: bool) -> Line {
        let text = String::from_utf8_lossy(&self.buffer);
        Line { text: text.trim_end_matches('\r').to_owned(), whole, cut }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn read(bytes: &[u8], capacity: usize) -> Vec<Line> {
        let mut reader = LineReader::new(BufReader::with_capacity(capacity, bytes));
        std::iter::from_fn(|| reader.read().unwrap()).collect()
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        for capacity in [1, 2, 3, 7, 4096] {
            let lines = read(b"one\r\n\ntwo \xff\nhalf", capacity);
            let texts: Vec<_> = lines.iter().map(|line| (line.text.as_str(), line.whole)).collect();
            assert_eq!(texts, [("one", true), ("", true), ("two \u{fffd}", true), ("half", false)], "{capacity}");
        }
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_whole() {
        let mut bytes = vec![b'x'; LONGEST_LINE * 2 + 5];
        bytes.extend_from_slice(b"\nnext\n");
        let lines = read(&bytes, 8192);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].cut && lines[0].text.len() == LONGEST_LINE);
        assert_eq!(lines[1], Line { text: "next".into(), whole: true, cut: false });
    }
}
