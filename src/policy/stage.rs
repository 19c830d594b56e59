//! Schedules: the stages of a training run, each with weights of its own.
//!
//! Source: "Upsample or Upweight?" (cooldown: a high temperature first, a lower one later) and Kang 2020, arXiv 1910.09217
//! (progressively balanced: from shares as they are to equal ones).
//!
//! Invariant: a stage differs from the recipe in one value only.

use crate::recipe::{BalanceBy, PolicyName, Recipe};

/// One stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What it is called in reports and in provenance: `temperature=5`.
    pub name: String,
    /// The recipe whose weights it has.
    pub recipe: Recipe,
}

/// The stages of a recipe, in order; none for a policy without a schedule, or where the recipe names none.
#[must_use]
pub fn stages(recipe: &Recipe) -> Vec<Stage> {
    let key = match recipe.rebalance.policy {
        PolicyName::Temperature => "temperature",
        PolicyName::Progressive => "progress",
        _ => return Vec::new(),
    };
    let stage = |&value: &f64| {
        let mut recipe = recipe.clone();
        recipe.rebalance.stages.clear();
        recipe.rebalance.balance_by = BalanceBy::Weights;
        match key {
            "temperature" => recipe.rebalance.temperature = value,
            _ => recipe.rebalance.progress = value,
        }
        Stage { name: format!("{key}={value}"), recipe }
    };
    recipe.rebalance.stages.iter().map(stage).collect()
}
