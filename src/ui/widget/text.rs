//! Text in cells: its width, cut to a width, and wrapped with some stretches highlighted.
//!
//! Invariant: a line is never wider than asked, no character is split over lines, and no control character is let through.

mod wrapping;

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub use wrapping::ranges;

use crate::number;

/// The number of cells that a text takes.
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text in at most `cells` cells, ending in `…` where something was cut.
pub fn fit(text: &str, cells: u16) -> String {
    let clean: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    if width(&clean) <= cells {
        return clean;
    }
    let mut kept = String::new();
    let mut left = usize::from(cells.saturating_sub(1));
    for grapheme in clean.graphemes(true) {
        if grapheme.width() > left {
            break;
        }
        left -= grapheme.width();
        kept.push_str(grapheme);
    }
    if cells > 0 {
        kept.push('…');
    }
    kept
}

/// The text in exactly `cells` cells, filled up with spaces on the right.
pub fn left(text: &str, cells: u16) -> String {
    let mut fitted = fit(text, cells);
    fitted.extend(std::iter::repeat_n(' ', usize::from(cells - width(&fitted).min(cells))));
    fitted
}

/// The text in exactly `cells` cells, filled up with spaces on the left.
pub fn right(text: &str, cells: u16) -> String {
    let fitted = fit(text, cells);
    let mut padded = " ".repeat(usize::from(cells - width(&fitted).min(cells)));
    padded.push_str(&fitted);
    padded
}

/// A figure in at most `cells` cells: without the space before its percent sign, then in thousands or millions; never cut to
/// another figure.
pub fn figure(figure: &str, cells: u16) -> String {
    if width(figure) <= cells {
        return figure.to_owned();
    }
    let close = figure.replace(" %", "%");
    let whole = figure.replace(',', "").parse().ok().map(number::short);
    fit(&whole.filter(|_| width(&close) > cells).unwrap_or(close), cells)
}

/// The text in at most `cells` cells with its middle left out where it is longer: the beginning and the end tell ids apart.
pub fn fit_middle(text: &str, cells: u16) -> String {
    if width(text) <= cells || cells < 3 {
        return fit(text, cells);
    }
    let back = (cells - 1) / 2;
    let (front, back) = (fit(text, cells - back), fit_path(text, back + 1));
    format!("{}…{}", front.trim_end_matches('…'), back.trim_start_matches('…'))
}

/// A path in at most `cells` cells: its end is what tells paths apart, so the front goes.
pub fn fit_path(path: &str, cells: u16) -> String {
    if width(path) <= cells {
        return fit(path, cells);
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut left = usize::from(cells.saturating_sub(1));
    for grapheme in path.graphemes(true).rev() {
        if grapheme.width() > left || grapheme.chars().any(char::is_control) {
            break;
        }
        left -= grapheme.width();
        kept.push(grapheme);
    }
    let tail: String = kept.into_iter().rev().collect();
    if cells > 0 { format!("…{tail}") } else { tail }
}

/// A text to be wrapped: stretches of it in another style.
#[derive(Clone, Copy, Debug)]
pub struct Prose<'a> {
    /// The text; line breaks in it are kept.
    pub text: &'a str,
    /// Byte ranges that are highlighted, ascending.
    pub spans: &'a [Range<usize>],
    /// Style of the text.
    pub style: Style,
    /// Style of the highlighted stretches.
    pub highlight: Style,
}

impl Prose<'_> {
    /// The text in lines of at most `cells` cells, broken between words where that is possible.
    pub fn wrap(&self, cells: u16) -> Vec<Line<'static>> {
        ranges(self.text, cells).into_iter().map(|range| self.line(range)).collect()
    }

    /// One line of it: the bytes in a range.
    pub fn line(&self, range: Range<usize>) -> Line<'static> {
        let first = self.spans.partition_point(|span| span.end <= range.start);
        let mut spans = self.spans.get(first..).unwrap_or_default().iter().peekable();
        let mut pieces: Vec<(String, Style)> = Vec::new();
        for (offset, grapheme) in self.text.get(range.clone()).unwrap_or_default().grapheme_indices(true) {
            let at = range.start + offset;
            while spans.next_if(|span| span.end <= at).is_some() {}
            let style = if spans.peek().is_some_and(|span| span.contains(&at)) { self.highlight } else { self.style };
            let shown = match grapheme {
                "\r" => continue,
                _ if grapheme.chars().any(char::is_control) => " ",
                _ => grapheme,
            };
            match pieces.last_mut() {
                Some((text, last)) if *last == style => text.push_str(shown),
                _ => pieces.push((shown.to_owned(), style)),
            }
        }
        Line::from(pieces.into_iter().map(|(text, style)| Span::styled(text, style)).collect::<Vec<_>>())
    }
}

/// Plain text in lines of at most `cells` cells.
pub fn wrap(text: &str, cells: u16, style: Style) -> Vec<Line<'static>> {
    Prose { text, spans: &[], style, highlight: style }.wrap(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, cells: u16) -> Vec<String> {
        wrap(text, cells, Style::new()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_stay_whole_and_wide_characters_count_twice() {
        assert_eq!(wrapped("A red fire hydrant stands", 10), ["A red fire", "hydrant ", "stands"]);
        assert_eq!(wrapped("消防栓の隣", 4), ["消防", "栓の", "隣"]);
        assert_eq!(wrapped("extraordinary", 5), ["extra", "ordin", "ary"]);
        assert_eq!(wrapped("👩‍👩‍👧ok", 2), ["👩‍👩‍👧", "ok"]);
        assert_eq!(wrapped("one\n\ntwo", 9), ["one", "", "two"]);
        assert_eq!(wrapped("消", 1), ["消"]);
        assert_eq!(wrapped("on the sidewalk? (Yes.)", 14), ["on the ", "sidewalk? ", "(Yes.)"]);
    }

    #[test]
    fn control_characters_become_spaces() {
        assert_eq!(fit("a\u{1b}[31mb", 20), "a [31mb");
        assert_eq!(wrapped("a\u{1b}b\tc", 20), ["a b c"]);
    }

    #[test]
    fn cutting_keeps_the_width() {
        assert_eq!(fit("fire hydrant", 6), "fire …");
        assert_eq!(fit("消防栓", 4), "消…");
        assert_eq!(fit("消防栓", 0), "");
        assert_eq!([left("ab", 4), right("ab", 4), right("消防栓", 4)], ["ab  ", "  ab", " 消…"]);
        assert_eq!(fit_path("/data/llava/mix665k.json", 13), "…mix665k.json");
        assert_eq!(fit_middle("000000215677", 12), "000000215677");
        assert_eq!(fit_middle("coco/train2017/000000215677.jpg", 13), "coco/t…77.jpg");
        assert_eq!(fit_middle("消防栓の隣", 6), "消…隣");
        assert_eq!(fit_middle("abc", 2), "a…");
    }

    #[test]
    fn a_figure_that_is_too_long_is_said_shorter() {
        for (written, cells, expected) in [
            ("665,298", 7, "665,298"),
            ("665,298", 6, "665k"),
            ("1,330,596", 8, "1.3M"),
            ("−71.4 %", 7, "−71.4 %"),
            ("−71.4 %", 6, "−71.4%"),
            (">99.9 %", 6, ">99.9%"),
            ("0.827", 6, "0.827"),
        ] {
            assert_eq!(figure(written, cells), expected);
        }
    }

    #[test]
    fn highlights_survive_the_wrap() {
        let marked = Style::new().bold();
        let spans = std::slice::from_ref(&(2..14));
        let prose = Prose { text: "a fire hydrant here", spans, style: Style::new(), highlight: marked };
        let lines = prose.wrap(8);
        assert_eq!(lines[0].spans, [Span::raw("a "), Span::styled("fire ", marked)]);
        assert_eq!(lines[1].spans, [Span::styled("hydrant", marked), Span::raw(" ")]);
    }
}
