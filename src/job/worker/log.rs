//! The end of what a worker said that was no report.
//!
//! Invariant: holds no more than so many lines of so many characters, whatever a worker says.

use std::collections::VecDeque;

/// The most lines that are kept.
const LINES: usize = 200;
/// The most characters of a line that are kept.
const CHARACTERS: usize = 400;

/// The newest lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(VecDeque<String>);

impl Log {
    /// Adds a line and gives it back as it is kept: shortened, and without what would move a terminal's cursor.
    pub(super) fn push(&mut self, line: &str) -> String {
        let mut kept: String =
            line.chars().filter(|sign| !sign.is_control() || *sign == '\t').take(CHARACTERS).collect();
        if kept.len() < line.len() && kept.chars().count() == CHARACTERS {
            kept.push('…');
        }
        if kept.trim().is_empty() {
            return kept;
        }
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back(kept.clone());
        kept
    }

    /// The last lines, oldest first.
    pub(super) fn tail(&self, lines: usize) -> Vec<String> {
        self.0.iter().skip(self.0.len().saturating_sub(lines)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_harmless() {
        let mut log = Log::default();
        assert_eq!(log.push("\u{1b}[2Jcleared"), "[2Jcleared");
        for number in 0..1000 {
            log.push(&format!("line {number}"));
        }
        log.push(&"x".repeat(1 << 20));
        assert_eq!(log.0.len(), LINES);
        assert_eq!(log.tail(2)[0], "line 999");
        assert_eq!(log.tail(1)[0].chars().count(), CHARACTERS + 1);
    }
}
