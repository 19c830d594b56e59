//! Things worth telling the user about this dataset.
//!
//! Invariant: a finding is one sentence without a trailing full stop, with its figures in it, and says nothing that the index does
//! not show; what is usual is not told.

mod always_voting;
mod merged_labels;
mod prompts;
mod set_aside;
mod shared_instances;
mod singletons;
mod text_length;
mod text_origin;
mod ubiquitous;

use crate::entity::Perspective;
use crate::index::{DatasetFacts, Index};
use crate::recipe::Recipe;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Likely to mislead, or to cost something.
    Warning,
}

pub(crate) use set_aside::crowded_instances;

/// Something worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// A stable name of its kind, in snake case.
    pub kind: &'static str,
    /// What was found, with its figures.
    pub text: String,
    /// What it means, or what to do about it.
    pub advice: String,
    /// The perspective that it is about.
    pub perspective: Option<Perspective>,
    /// The rank of the entity that it is about.
    pub entity: Option<usize>,
}

impl Finding {
    fn new(severity: Severity, kind: &'static str, text: String, advice: &str) -> Self {
        Self { severity, kind, text, advice: advice.to_owned(), perspective: None, entity: None }
    }

    fn about(mut self, perspective: Perspective, entity: Option<usize>) -> Self {
        (self.perspective, self.entity) = (Some(perspective), entity);
        self
    }
}

/// What the findings look at.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    index: &'a Index,
    recipe: &'a Recipe,
    dataset: &'a DatasetFacts,
}

/// Each looks for one kind of thing.
const LOOKERS: [fn(Subject<'_>) -> Vec<Finding>; 9] = [
    set_aside::look,
    always_voting::look,
    ubiquitous::look,
    prompts::look,
    text_origin::look,
    shared_instances::look,
    singletons::look,
    merged_labels::look,
    text_length::look,
];

/// Everything worth telling, the gravest first.
#[must_use]
pub fn findings(index: &Index, recipe: &Recipe, dataset: &DatasetFacts) -> Vec<Finding> {
    let subject = Subject { index, recipe, dataset };
    let mut found: Vec<Finding> = LOOKERS.iter().flat_map(|look| look(subject)).collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}
