//! Tells when the object perspective is a reading of text and not of pictures.
//!
//! Invariant: says nothing of lists that came with the dataset.

use super::{Finding, Severity, Subject};
use crate::entity::{Origin, Perspective};
use crate::number;

/// Objects from text; or lists that leave many instances without any.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let Some(objects) = subject.index.perspective(Perspective::Object).filter(|entry| entry.entities() > 0) else {
        return Vec::new();
    };
    let instances = subject.index.instances();
    let without = instances - objects.distribution.instances as usize;
    let share = number::rounded_share(without as f64 / instances.max(1) as f64);
    let without_any = if without == 0 { String::new() } else { format!("; {share} of instances name none") };
    if objects.origin == Origin::Text {
        let advice = "an entities sidecar file (`entities` under `[dataset]`) brings what a detector saw";
        let text = format!("object perspective comes from text, not from detections{without_any}");
        return vec![Finding::new(Severity::Note, "objects_from_text", text, advice).about(Perspective::Object, None)];
    }
    if without * 10 < instances {
        return Vec::new();
    }
    let lists = match objects.origin {
        Origin::Sidecar => "the entities sidecar",
        _ => "the lists that came with the dataset",
    };
    let text = format!("{share} of instances have no object in {lists}");
    let advice =
        "object and co-occurrence say nothing of them, and policies with those perspectives alone never vote for them";
    vec![Finding::new(Severity::Warning, "without_objects", text, advice).about(Perspective::Object, None)]
}
