//! What each stage of a schedule makes of the data: its figures, and its weights.
//!
//! Invariant: one weight an instance and stage, in source order; each stage's weights sum to the number of instances.

use super::{Exact, Preview};
use crate::index::Index;
use crate::plan::PlanError;
use crate::policy;
use crate::progress::Observer;
use crate::recipe::Recipe;

/// A stage and the weight of every instance in it.
#[derive(Clone, Debug, PartialEq)]
pub struct StageWeights {
    /// The stage's name, such as `temperature=5`.
    pub name: String,
    /// The weights, in source order.
    pub weights: Vec<f32>,
}

/// The weights of each stage of the recipe's schedule; none without one.
///
/// # Errors
/// As [`Exact::preview`].
pub fn stage_weights(index: &Index, recipe: &Recipe, observer: &dyn Observer) -> Result<Vec<StageWeights>, PlanError> {
    let stages = policy::stages(recipe);
    let mut weights = Vec::with_capacity(stages.len());
    let mut exact = Exact::new(index);
    for stage in stages {
        exact.preview(index, &stage.recipe, observer)?;
        weights.push(StageWeights { name: stage.name, weights: exact.expected().to_vec() });
    }
    Ok(weights)
}

/// A stage and what it would make of the dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct StagePreview {
    /// The stage's name, such as `temperature=5`.
    pub name: String,
    /// What it would make of the dataset.
    pub preview: Preview,
}

/// The figures of each stage of the recipe's schedule; none without one. `exact` is the index's own.
///
/// # Errors
/// As [`Exact::preview`].
pub fn stage_previews(
    exact: &mut Exact,
    (index, recipe): (&Index, &Recipe),
    observer: &dyn Observer,
) -> Result<Vec<StagePreview>, PlanError> {
    let one = |stage: policy::Stage| {
        Ok(StagePreview { preview: exact.preview(index, &stage.recipe, observer)?, name: stage.name })
    };
    policy::stages(recipe).into_iter().map(one).collect()
}
