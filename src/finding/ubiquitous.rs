//! Tells of entities that a large part of all instances hold.
//!
//! Invariant: the most frequent entity of a perspective is told of at most once.

use super::{Finding, Severity, Subject};
use crate::entity::Perspective;
use crate::number;

/// An entity in fewer instances than this share is no news.
const MUCH: f64 = 0.2;
/// With so few entities one of them is bound to be everywhere.
const FEW_ENTITIES: usize = 20;

/// "28 % of instances hold 'man'".
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let instances = subject.index.instances();
    let tellable = subject.index.perspectives.iter().filter(|entry| {
        !matches!(entry.perspective, Perspective::CoOccurrence | Perspective::Interrogation)
            && entry.entities() >= FEW_ENTITIES
    });
    tellable
        .filter_map(|entry| {
            let share = f64::from(*entry.counts.first()?) / instances.max(1) as f64;
            let text = format!(
                "{} of instances hold '{}' ({})",
                number::rounded_share(share),
                entry.names.get(0),
                entry.perspective
            );
            let advice = "what so many instances hold tells few of them apart; cap or exclude it if it drowns the rest";
            (share >= MUCH)
                .then(|| Finding::new(Severity::Note, "ubiquitous", text, advice).about(entry.perspective, Some(0)))
        })
        .collect()
}
