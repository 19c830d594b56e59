//! Tells when head and tail share instances, so that dropping one loses the other.
//!
//! Invariant: only where instances hold several entities.

use super::{Finding, Severity, Subject};
use crate::number;

/// SCUMBLE above which resampling is known to fight itself (Charte et al. 2014 speak of 0.1).
const HIGH: f64 = 0.1;

/// "head and tail share instances (SCUMBLE 0.41): …", for the perspective where it is worst.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let scumble = |entry: &&crate::index::PerspectiveIndex| entry.distribution.imbalance.scumble;
    let worst = subject.index.perspectives.iter().max_by(|a, b| scumble(a).total_cmp(&scumble(b)));
    let Some(worst) = worst.filter(|entry| scumble(entry) >= HIGH) else { return Vec::new() };
    let tail = worst.tail_instance_share(&subject.recipe.split(worst));
    let text = format!(
        "head and tail share instances (SCUMBLE {} in {}): dropping head instances will cost tail entities",
        number::measure(scumble(&worst)),
        worst.perspective
    );
    let advice = format!(
        "{} of instances hold a tail entity; watch what a policy costs the tail before you apply it",
        number::share(tail)
    );
    vec![Finding::new(Severity::Warning, "shared_instances", text, &advice).about(worst.perspective, None)]
}
