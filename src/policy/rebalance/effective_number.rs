//! Class-balanced weights by effective numbers: w proportional to (1 − β)/(1 − βⁿ), as resampling to the same volume.
//!
//! Source: "Class-Balanced Loss Based on Effective Number of Samples" (Cui et al. 2019, arXiv 1901.05555), β up to 0.9999.
//!
//! Invariant: β toward 1 goes to equal shares, toward 0 to the shares as they are.

use crate::index::Index;
use crate::policy::{Formula, Parameter, Policy, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `effective_number`.
pub struct EffectiveNumber;

impl Policy for EffectiveNumber {
    fn name(&self) -> PolicyName {
        PolicyName::EffectiveNumber
    }

    fn summary(&self) -> &'static str {
        "weigh entities by the effective number of their samples, same volume"
    }

    fn source(&self) -> &'static str {
        "Cui 2019, arXiv 1901.05555"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Balanced, Parameter::Beta, Parameter::BalanceBy, Parameter::Size, Parameter::NoEntity]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        super::shares(index, recipe, Formula::Effective { beta: recipe.rebalance.beta })
    }
}
