//! Tells of detector labels that ran together: "plane airplane".
//!
//! Invariant: looks at given lists only; a label is suspected when all its words are labels of their own and two of them mean
//! the same or one is in the other.

use rustc_hash::FxHashMap;

use super::{Finding, Severity, Subject};
use crate::entity::{Origin, Perspective};
use crate::index::PerspectiveIndex;
use crate::language::Language;
use crate::number;

/// Merged labels among the given objects.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let objects = subject.index.perspective(Perspective::Object).filter(|entry| entry.origin != Origin::Text);
    let Some(objects) = objects else { return Vec::new() };
    let merged = merged(objects);
    let Some(&first) = merged.first() else { return Vec::new() };
    let text = format!(
        "{} object {} merged from others, such as '{}'",
        number::count(merged.len() as u64),
        if merged.len() == 1 { "label looks" } else { "labels look" },
        objects.names.get(first)
    );
    let advice = "a detector joins words of its prompt that hit one box; such labels make the tail longer than it is";
    vec![Finding::new(Severity::Warning, "merged_labels", text, advice).about(Perspective::Object, Some(first))]
}

/// The ranks of labels that look merged.
fn merged(objects: &PerspectiveIndex) -> Vec<usize> {
    let ranks: FxHashMap<String, usize> =
        (0..objects.entities()).map(|rank| (objects.names.get(rank).into_owned(), rank)).collect();
    let suspect = |rank: &usize| {
        let name = objects.names.get(*rank);
        let words: Vec<&str> = name.split(' ').collect();
        words.len() > 1 && words.iter().all(|word| ranks.contains_key(*word)) && words_agree(&words)
    };
    (0..objects.entities()).filter(suspect).collect()
}

/// Whether two of the words are one thing: equal, one inside the other, or synonyms.
fn words_agree(words: &[&str]) -> bool {
    let language = Language::embedded();
    let same = |a: &str, b: &str| a.contains(b) || b.contains(a) || language.synonyms(a).any(|synonym| synonym == b);
    words.iter().enumerate().any(|(place, a)| words[place + 1..].iter().any(|b| same(a, b)))
}
