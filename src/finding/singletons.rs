//! Tells what dropping the entities seen once would cost.
//!
//! Invariant: the cost is the Good–Turing estimate 2·N₂/n of their probability mass, never their raw share;
//! nothing is told where no entity was seen twice, as the estimate is then 0 whatever the cost.

use super::{Finding, Severity, Subject};
use crate::number;

/// Fewer singletons than this share of the entities are no news.
const MANY: f64 = 0.1;

/// "dropping singletons costs about … of the mass", for the perspective with the largest share of them.
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let share = |entry: &&crate::index::PerspectiveIndex| {
        entry.distribution.unseen.singletons as f64 / entry.entities().max(1) as f64
    };
    let estimable = subject.index.perspectives.iter().filter(|entry| entry.distribution.unseen.doubletons > 0);
    let most = estimable.max_by(|a, b| share(a).total_cmp(&share(b)));
    let Some(most) = most.filter(|entry| share(entry) >= MANY) else { return Vec::new() };
    let unseen = most.distribution.unseen;
    let text = format!(
        "{} of {} entities are singletons; dropping them costs about {} of the mass (2·N₂/n)",
        number::rounded_share(share(&most)),
        most.perspective,
        number::share(unseen.singleton_mass)
    );
    let advice = format!(
        "about {} of what comes next was never seen; the vocabulary has at least {}",
        number::share(unseen.unseen_mass),
        number::counted(unseen.chao1.round() as u64, "entity")
    );
    vec![Finding::new(Severity::Note, "singletons", text, &advice).about(most.perspective, None)]
}
