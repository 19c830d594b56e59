//! Where a text is broken into lines, as byte ranges: a long text is broken once and drawn a line at a time.
//!
//! Invariant: a line takes no more cells than asked, unless a single character does; ranges ascend and lie on character borders.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The lines of a text in so many cells, broken between words where that is possible; line breaks in it are kept.
pub fn ranges(text: &str, cells: u16) -> Vec<Range<usize>> {
    let mut wrapping = Wrapping { cells: usize::from(cells.max(1)), ..Wrapping::default() };
    let mut start = 0;
    for paragraph in text.split_inclusive('\n') {
        let words = paragraph.strip_suffix('\n').unwrap_or(paragraph);
        let content = if words.len() < paragraph.len() { words.strip_suffix('\r').unwrap_or(words) } else { words };
        wrapping.place_paragraph(content, start);
        start += paragraph.len();
        if words.len() < paragraph.len() {
            wrapping.break_line(start);
        }
    }
    wrapping.lines.extend(wrapping.line);
    wrapping.lines
}

/// Lines while they are being filled.
#[derive(Default)]
struct Wrapping {
    cells: usize,
    used: usize,
    line: Option<Range<usize>>,
    lines: Vec<Range<usize>>,
}

impl Wrapping {
    fn place_paragraph(&mut self, text: &str, start: usize) {
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return self.place_plain(text.as_bytes(), start);
        }
        for (at, word) in words(text) {
            if word != "\r" {
                self.place_word(word, start + at);
            }
        }
    }

    /// Letters and marks of one byte and one cell each: many times as fast, and the same lines.
    fn place_plain(&mut self, text: &[u8], start: usize) {
        let mut at = 0;
        while at < text.len() {
            let blank = text[at] == b' ';
            let rest = &text[at..];
            let ends = |byte: &u8| (*byte == b' ') != blank;
            let mut left = rest.iter().position(ends).unwrap_or(rest.len());
            if self.breaks_before(left, start + at) && blank {
                at += left;
                continue;
            }
            while left > 0 {
                if self.used == self.cells {
                    self.break_line(start + at);
                }
                let fits = left.min(self.cells - self.used);
                self.place(start + at, fits, fits);
                at += fits;
                left -= fits;
            }
        }
    }

    fn place_word(&mut self, word: &str, start: usize) {
        let cells: usize = word.graphemes(true).map(cells).sum();
        if self.breaks_before(cells, start) && word.trim().is_empty() {
            return;
        }
        for (at, grapheme) in word.grapheme_indices(true) {
            let width = self::cells(grapheme);
            if self.used + width > self.cells && self.used > 0 {
                self.break_line(start + at);
            }
            self.place(start + at, grapheme.len(), width);
        }
    }

    /// Ends the line where a word does not fit it.
    fn breaks_before(&mut self, cells: usize, at: usize) -> bool {
        let full = self.used > 0 && self.used + cells > self.cells;
        if full {
            self.break_line(at);
        }
        full
    }

    fn place(&mut self, at: usize, bytes: usize, cells: usize) {
        self.used += cells;
        match &mut self.line {
            Some(line) => line.end = at + bytes,
            none => *none = Some(at..at + bytes),
        }
    }

    /// Ends the line; `at` is where an empty one stands.
    fn break_line(&mut self, at: usize) {
        self.lines.push(self.line.take().unwrap_or(at..at));
        self.used = 0;
    }
}

/// The cells of a grapheme; a control character is shown as a space.
fn cells(grapheme: &str) -> usize {
    if grapheme.chars().any(char::is_control) { 1 } else { grapheme.width() }
}

/// The pieces that a line may be broken between, with the bytes at which they start: words with the marks that cling to them.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let clings = |piece: &str| !piece.starts_with(char::is_whitespace) && piece.width() <= piece.chars().count();
    let mut pieces = text.split_word_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (start, mut word) = pieces.next()?;
        while let Some((_, piece)) = pieces.next_if(|(_, piece)| clings(piece) && clings(word)) {
            word = &text[start..start + word.len() + piece.len()];
        }
        Some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, cells: u16) -> Vec<&str> {
        ranges(text, cells).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn plain_text_breaks_where_any_text_does() {
        let text = "A red  fire hydrant, (beside) a-very-long-word-that-goes-on   and on.\n\nEnd. ";
        for cells in 1..30 {
            let mut wrapping = Wrapping { cells: usize::from(cells), ..Wrapping::default() };
            let mut start = 0;
            for paragraph in text.split_inclusive('\n') {
                words(paragraph.trim_end_matches('\n')).for_each(|(at, word)| wrapping.place_word(word, start + at));
                start += paragraph.len();
                if paragraph.ends_with('\n') {
                    wrapping.break_line(start);
                }
            }
            wrapping.lines.extend(wrapping.line);
            assert_eq!(ranges(text, cells), wrapping.lines, "{cells} cells");
        }
    }

    #[test]
    fn line_breaks_of_any_kind_are_no_characters() {
        assert_eq!(lines("one\r\ntwo\n\nthree", 9), ["one", "two", "", "three"]);
        assert_eq!(lines("消防栓 a", 4), ["消防", "栓 a"]);
    }

    #[test]
    fn ten_megabytes_are_broken_in_well_under_a_second() {
        let text = "A red fire hydrant stands beside a parked bicycle, and a man walks by. ".repeat(150_000);
        let begun = std::time::Instant::now();
        assert!(ranges(&text, 80).len() > 130_000);
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
