//! The measures that the tables of Rebalance show, once for all of them.
//!
//! Invariant: a policy beside others is told by the same measures as a policy alone.

use crate::config::theme::Role;
use crate::number;
use crate::preview::Measures;

/// A measure of the table: name, how it is written, how it is read, and whether less of it is better.
pub type Measure = (&'static str, fn(f64) -> String, fn(&Measures) -> f64, Better);

/// Which direction of a measure is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Less.
    Less,
    /// More.
    More,
    /// Neither by itself.
    Neither,
}

/// The measures, in the order in which every table has them.
pub const MEASURES: [Measure; 10] = [
    ("gini", number::measure, |measures| measures.gini, Better::Less),
    ("evenness", number::measure, |measures| measures.evenness, Better::More),
    ("tail share", number::share, |measures| measures.tail_occurrence_share, Better::More),
    ("effective", number::measure, |measures| measures.effective_entities, Better::More),
    ("coverage", number::share, |measures| measures.coverage, Better::More),
    ("entities lost", number::measure, |measures| measures.entities_lost, Better::Less),
    ("mass lost", number::share, |measures| measures.mass_lost, Better::Less),
    ("KL to uniform", number::measure, |measures| measures.kl_uniform, Better::Less),
    ("JS to before", number::measure, |measures| measures.js, Better::Neither),
    ("SCUMBLE", number::measure, |measures| measures.scumble.unwrap_or(0.0), Better::Less),
];

/// The arrow of a change and its colour: better or worse.
pub fn verdict((before, after): (f64, f64), better: Better) -> (&'static str, Role) {
    let moved = after - before;
    if moved.abs() <= before.abs().max(1e-9) * 5e-4 {
        return (" ", Role::TextDim);
    }
    let sign = if moved > 0.0 { "▲" } else { "▼" };
    match better {
        Better::Neither => (sign, Role::TextDim),
        Better::More if moved > 0.0 => (sign, Role::Good),
        Better::Less if moved < 0.0 => (sign, Role::Good),
        Better::More | Better::Less => (sign, Role::Bad),
    }
}
