//! Tells of records that could not be used, and of instances of which not every pair was counted.
//!
//! Invariant: every record that is missing from the counts is told of.

use super::{Finding, Severity, Subject};
use crate::entity::Perspective;
use crate::index::{Index, MOST_PAIRED_OBJECTS};
use crate::number;
use crate::source::{SetAside, SetAsideKind};

/// Records set aside, duplicate ids apart; notes of the source; crowded instances.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let aside = &subject.dataset.set_aside;
    let repeated = aside.iter().filter(|record| record.kind == SetAsideKind::DuplicateId).count();
    let mut found: Vec<Finding> = unread(aside).into_iter().chain(broken(aside)).collect();
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

/// Tells of files and folders that could not be used as a whole.
fn unread(aside: &[SetAside]) -> Option<Finding> {
    let mut whole = aside.iter().filter(|record| record.is_whole());
    let first = whole.next()?;
    let more = whole.count();
    let others = match more {
        0 => String::new(),
        1 => "; one other cannot either".to_owned(),
        more => format!("; {} others cannot either", number::count(more as u64)),
    };
    let text = format!("not in the counts, since it cannot be used: {}{others}", first.told());
    let advice = "make it readable or take it out of the dataset, then reload; the list of warnings names each";
    Some(Finding::new(Severity::Warning, "unreadable", text, advice))
}

/// Tells of records that could not be used.
fn broken(aside: &[SetAside]) -> Option<Finding> {
    let is_broken = |record: &&SetAside| !record.is_whole() && record.kind != SetAsideKind::DuplicateId;
    let first = aside.iter().find(is_broken)?;
    let number = aside.iter().filter(is_broken).count();
    let text = format!(
        "{} set aside, the first is {}",
        counted(number, "record cannot be used and was", "records cannot be used and were"),
        first.told()
    );
    Some(Finding::new(Severity::Warning, "set_aside", text, "the list of warnings has row and reason of each"))
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
