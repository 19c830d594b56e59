//! Progressively balanced sampling: shares between those of the data and equal ones, by how far training has come.
//!
//! Source: "Decoupling Representation and Classifier" (Kang 2020, arXiv 1910.09217): p = (1 − t/T) · n/N + (t/T) · 1/V, here with
//! `progress` for t/T; `stages` gives each stage's own.
//!
//! Invariant: progress 0 leaves every expected count as it is, 1 is `uniform`.

use crate::index::Index;
use crate::policy::{Formula, Parameter, Policy, Rule, balanced_perspective};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `progressive`.
pub struct Progressive;

impl Policy for Progressive {
    fn name(&self) -> PolicyName {
        PolicyName::Progressive
    }

    fn summary(&self) -> &'static str {
        "from shares as they are to equal ones, by progress"
    }

    fn source(&self) -> &'static str {
        "Kang 2020, arXiv 1910.09217"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Balanced, Parameter::Progress, Parameter::BalanceBy, Parameter::Size, Parameter::NoEntity]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let entry = balanced_perspective(index, recipe)?;
        let mean = entry.occurrences() as f64 / entry.entities().max(1) as f64;
        super::shares(index, recipe, Formula::Mixed { progress: recipe.rebalance.progress, mean })
    }
}
