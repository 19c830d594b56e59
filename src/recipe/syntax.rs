//! What is said of a text that is no TOML: what stands there, and the line as it should be.
//!
//! Invariant: what is told to write has the form that the reader asked for, as far as it can be told; it may be wrong by its value.

use std::ops::Range;

use super::kind;

/// The place that the reader stopped at.
struct Place<'a> {
    /// The whole text.
    text: &'a str,
    /// What it stopped at, in bytes.
    span: Range<usize>,
    /// The line, without a comment of its own.
    line: &'a str,
    /// The line's key, if it has one.
    key: &'a str,
    /// What stands behind the sign after the key.
    value: &'a str,
}

/// What is said where the reader of TOML said `message` of what stands at `span`.
pub(super) fn told(text: &str, span: &Range<usize>, message: &str) -> String {
    let place = Place::of(text, span);
    let told = if text.trim_start().starts_with('{') {
        Some("this looks like JSON, and a recipe is TOML: one key a line; write for example seed = 42".to_owned())
    } else if message.starts_with("duplicate key") {
        place.twice()
    } else {
        Place::unclosed(message).or_else(|| place.unjoined(message)).or_else(|| place.misspelt(message))
    };
    told.unwrap_or_else(|| format!("this is no TOML: {message}; write {}", place.example()))
}

impl<'a> Place<'a> {
    fn of(text: &'a str, span: &Range<usize>) -> Self {
        let span = span.start.min(text.len())..span.end.min(text.len());
        let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let line = if line.contains(['"', '\'']) { line } else { line.split('#').next().unwrap_or_default() };
        let sign = line.find(['=', ':', ' ']).unwrap_or(line.len());
        let key = line[..sign].trim();
        let value = line[sign..].trim_start_matches(['=', ':', ' ']).trim();
        Self { text, span, line: line.trim(), key, value }
    }

    /// The table that the line stands in, dotted; empty at the top.
    fn table(&self) -> &'a str {
        let before = self.text.get(..self.span.start).unwrap_or_default();
        let complete = before.rfind('\n').map_or("", |newline| &before[..newline]);
        let headers = complete.lines().rev().map(str::trim).find(|line| line.starts_with('['));
        headers.map_or("", |line| line.split('#').next().unwrap_or_default().trim().trim_matches(['[', ']']).trim())
    }

    /// The dotted path of the line's key.
    fn path(&self) -> String {
        let table = self.table();
        if table.is_empty() { self.key.to_owned() } else { format!("{table}.{}", self.key) }
    }

    /// The line with an example of its value.
    fn example(&self) -> String {
        kind::written(&self.path()).map_or_else(
            || "one key a line, such as seed = 42".to_owned(),
            |example| format!("for example {} = {example}", self.key),
        )
    }

    /// A key or a table that stands there already.
    fn twice(&self) -> Option<String> {
        let name = self.text.get(self.span.clone()).unwrap_or_default();
        let before = self.text.get(..self.span.start)?;
        let here = before.matches('\n').count() + 1;
        let line = |wanted: &dyn Fn(&str) -> bool, from: usize| {
            let mut lines = self.text.lines().enumerate().take(here - 1).skip(from);
            lines.find(|(_, line)| wanted(line.trim())).map(|(number, _)| number + 1)
        };
        if self.line.starts_with('[') {
            let header = self.line;
            let first = line(&|line| line.split('#').next().is_some_and(|line| line.trim() == header), 0);
            let first =
                first.map_or_else(|| "stands there already".to_owned(), |line| format!("is on line {line} already"));
            return Some(format!("the table {header} {first}; join the keys of both under one"));
        }
        let table = before.lines().enumerate().filter(|(_, line)| line.trim().starts_with('[')).last();
        let from = table.map_or(0, |(number, _)| number + 1);
        let names = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
        let first = line(&names, from);
        let first =
            first.map_or_else(|| "stands there already".to_owned(), |line| format!("is on line {line} already"));
        Some(format!("the key {name} {first}; remove one of the two"))
    }

    /// A quote or bracket that is not closed.
    fn unclosed(message: &str) -> Option<String> {
        let (what, sign) = match message {
            _ if message.starts_with("invalid literal string") => ("the text", "'"),
            _ if message.starts_with("invalid basic string") => ("the text", "\""),
            _ if message.starts_with("unclosed table") => ("the name of the table", "]"),
            _ if message.starts_with("unclosed array of tables") => ("the name of the table", "]]"),
            _ if message.starts_with("unclosed array") => ("the list", "]"),
            _ if message.starts_with("unclosed inline table") => ("the table", "}"),
            _ => return None,
        };
        Some(format!("{what} is not closed; close it with {sign}"))
    }

    /// A key without its value, or with another sign between the two.
    fn unjoined(&self, message: &str) -> Option<String> {
        let Self { key, value, .. } = self;
        if message.starts_with("extra `=`") {
            return Some(format!("there is one = too many; write {key} = {value}"));
        }
        if message.starts_with("key with no value") {
            let lacks = format!("{key} has no = behind it");
            let written = if value.is_empty() { self.example() } else { format!("{key} = {value}") };
            return Some(format!("{lacks}; write {written}"));
        }
        if message.starts_with("string values must be quoted") && value.is_empty() {
            return Some(format!("{key} has no value; write {}", self.example()));
        }
        None
    }

    /// A text without quotes, or a number that is written in another way.
    fn misspelt(&self, message: &str) -> Option<String> {
        let Self { key, value, .. } = self;
        if message.starts_with("string values must be quoted") {
            let wanted = kind::wanted(&self.path());
            return Some(match wanted {
                None | Some(kind::TEXT) => format!("a text stands in quotes; write {key} = \"{value}\""),
                Some(wanted) => format!("{key} is {value} where {wanted} belongs; write {}", self.example()),
            });
        }
        let digits = value.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
        if digits && let Some(number) = number(value) {
            return Some(format!("{value} is not how a number is written; write {key} = {number}"));
        }
        if message.starts_with("unexpected key or value") {
            return Some(format!("something stands behind the value of {key}; write one key a line"));
        }
        None
    }
}

/// A number with signs of its own, as TOML writes it: `0,5` is `0.5`, `.5` is `0.5`, `20.000,0` and `1,000,000` are whole.
fn number(written: &str) -> Option<String> {
    let bare: String = written.chars().filter(|sign| !matches!(sign, '_' | ' ' | '\'')).collect();
    let (points, commas) = (bare.matches('.').count(), bare.matches(',').count());
    let last = bare.rfind(['.', ',']);
    let is_decimal = |at: usize| points + commas == 1 && bare.len() - at != 4 || points > 0 && commas > 0;
    let plain = match last {
        Some(at) if bare.as_bytes()[at] == b'.' || is_decimal(at) => {
            let whole: String = bare[..at].chars().filter(|sign| !matches!(sign, '.' | ',')).collect();
            let part = bare[at + 1..].trim_end_matches('0');
            let whole = if whole.is_empty() { "0" } else { &whole };
            if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
        }
        _ => bare.replace(['.', ','], ""),
    };
    plain.parse::<f64>().is_ok().then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_other_habits_are_understood() {
        for (written, meant) in [
            ("0,5", "0.5"),
            (".5", "0.5"),
            ("20.000,0", "20000"),
            ("20,000", "20000"),
            ("1,000,000", "1000000"),
            ("20_000_", "20000"),
            ("1 000", "1000"),
            ("1,000.5", "1000.5"),
        ] {
            assert_eq!(number(written).as_deref(), Some(meant), "{written}");
        }
        assert_eq!(number("five"), None);
    }
}
