//! Tells of records that could not be used, and of instances of which not every pair was counted.
//!
//! Invariant: every record that is missing from the counts is told of.

use super::{Finding, Severity, Subject};
use crate::entity::Perspective;
use crate::index::{Index, MOST_PAIRED_OBJECTS};
use crate::number;
use crate::source::SetAsideKind;

/// Records set aside, duplicate ids apart; notes of the source; crowded instances.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let aside = &subject.dataset.set_aside;
    let repeated = aside.iter().filter(|record| record.kind == SetAsideKind::DuplicateId).count();
    let broken = aside.len() - repeated;
    let mut found = Vec::new();
    if broken > 0 {
        let first = aside.iter().find(|record| record.kind != SetAsideKind::DuplicateId);
        let first = first.map(|record| format!("row {}: {}", record.row, record.message)).unwrap_or_default();
        let text = format!(
            "{} set aside, the first is {first}",
            counted(broken, "record cannot be used and was", "records cannot be used and were")
        );
        found.push(Finding::new(
            Severity::Warning,
            "set_aside",
            text,
            "the list of warnings has row and reason of each",
        ));
    }
    if repeated > 0 {
        let text = counted(
            repeated,
            "record repeats the id of an earlier one and was set aside",
            "records repeat the id of an earlier one and were set aside",
        );
        found.push(Finding::new(
            Severity::Warning,
            "duplicate_ids",
            text,
            "give each record an id of its own, or remove the repeats",
        ));
    }
    let notes = subject.dataset.warnings.iter();
    found.extend(notes.map(|note| Finding::new(Severity::Warning, "source", note.clone(), "see the dataset's files")));
    found.extend(crowded_instances(subject.index).map(|text| {
        let advice = "co-occurrence counts miss the pairs of their other objects";
        Finding::new(Severity::Warning, "crowded_instances", text, advice).about(Perspective::CoOccurrence, None)
    }));
    found
}

/// Tells of the instances of which not every pair was counted, if there are any.
pub(crate) fn crowded_instances(index: &Index) -> Option<String> {
    let crowded = index.crowded_instances;
    (crowded > 0).then(|| {
        format!(
            "{} more than {MOST_PAIRED_OBJECTS} objects, of which {MOST_PAIRED_OBJECTS}, chosen by a hash of the name, are paired",
            counted(crowded as usize, "instance holds", "instances hold")
        )
    })
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", number::count(number as u64), if number == 1 { one } else { many })
}
