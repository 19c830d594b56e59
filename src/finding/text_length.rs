//! Tells when the length of the text is long-tailed too.
//!
//! Invariant: compares lengths only with each other.

use super::{Finding, Severity, Subject};
use crate::number;

/// The longest hundredth must be so many times as long as the median.
const MUCH_LONGER: u32 = 5;
/// Fewer instances have no hundredth to speak of.
const ENOUGH: usize = 200;

/// Median against the longest one percent.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let mut words = subject.index.text.words.clone();
    if words.len() < ENOUGH {
        return Vec::new();
    }
    let longest = words.iter().copied().max().unwrap_or(0);
    let (middle, hundredth) = (words.len() / 2, words.len() - words.len() / 100 - 1);
    let median = *words.select_nth_unstable(middle).1;
    let long = *words.select_nth_unstable(hundredth).1;
    if long < median.saturating_mul(MUCH_LONGER) || long == 0 {
        return Vec::new();
    }
    let count = |words: u32| number::count(u64::from(words));
    let text = format!(
        "text length is long-tailed too: half of the instances have at most {} words, one in a hundred {} or more, the longest {}",
        count(median),
        count(long),
        count(longest)
    );
    let advice = "long instances hold more entities, so that they are kept more often; `vote = \"length_normalised\"` evens that out";
    vec![Finding::new(Severity::Note, "text_length", text, advice)]
}
