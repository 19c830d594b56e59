//! What each stage of a schedule makes of the data, as figures; its weights are `plan::weights` under the stage's recipe.
//!
//! Invariant: a stage is previewed as any recipe is.

use super::{Exact, Preview};
use crate::index::Index;
use crate::plan::PlanError;
use crate::policy;
use crate::progress::Observer;
use crate::recipe::Recipe;

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
