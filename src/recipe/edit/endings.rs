//! The line ends and the byte order mark of a recipe's text, which the editing of TOML does not keep.
//!
//! Invariant: a line that stays keeps its end; a new one ends as most of the text's lines do.

/// What Windows' editors may begin a text with.
const MARK: char = '\u{feff}';

/// The text without a mark, its lines ended by `\n` alone.
pub(super) fn plain(text: &str) -> String {
    text.trim_start_matches(MARK).replace("\r\n", "\n")
}

/// An edited text with the mark and the line ends of the one that it was made from.
pub(super) fn as_in(text: &str, edited: &str) -> String {
    if !text.starts_with(MARK) && !text.contains("\r\n") {
        return edited.to_owned();
    }
    let before: Vec<&str> = text.trim_start_matches(MARK).split_inclusive('\n').collect();
    let after: Vec<&str> = edited.split_inclusive('\n').collect();
    let same = |(one, other): &(&&str, &&str)| bare(one) == bare(other);
    let first = before.iter().zip(&after).take_while(same).count();
    let room = before.len().min(after.len()) - first;
    let last = before.iter().rev().zip(after.iter().rev()).take(room).take_while(same).count();
    let returns = before.iter().filter(|line| line.ends_with("\r\n")).count();
    let mut ended: String = text.chars().take_while(|&sign| sign == MARK).collect();
    for (number, line) in after.iter().enumerate() {
        let old = match number {
            _ if number < first => before.get(number),
            _ if after.len() - number <= last => before.get(before.len() - (after.len() - number)),
            _ => None,
        };
        let has_return = old.map_or(returns * 2 > before.len(), |old| old.ends_with("\r\n"));
        ended.push_str(bare(line));
        if line.ends_with('\n') {
            ended.push_str(if has_return { "\r\n" } else { "\n" });
        }
    }
    ended
}

fn bare(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_did() {
        let cases = [
            ("a\r\nb\r\nc\r\n", "a\nx\ny\nc\n", "a\r\nx\r\ny\r\nc\r\n"),
            ("a\r\nb\nc\n", "a\nx\nc\n", "a\r\nx\nc\n"),
            ("a\r\nb\r\nc", "a\nc", "a\r\nc"),
            ("a\nb\n", "a\nb\nc\n", "a\nb\nc\n"),
            ("\u{feff}a\r\n", "a\nb\n", "\u{feff}a\r\nb\r\n"),
        ];
        for (text, edited, wanted) in cases {
            assert_eq!(as_in(text, edited), wanted, "{text:?}");
            assert_eq!(as_in(text, &plain(text)), text);
        }
    }
}
