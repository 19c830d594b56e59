//! Class-balanced sampling: resamples to the same volume with equal shares.
//!
//! Source: "Decoupling Representation and Classifier" (Kang et al. 2020, arXiv 1910.09217), q = 0.
//!
//! Invariant: with one entity an instance, every entity ends at the same expected count.

use crate::index::Index;
use crate::policy::{Formula, Parameter, Policy, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `uniform`.
pub struct Uniform;

impl Policy for Uniform {
    fn name(&self) -> PolicyName {
        PolicyName::Uniform
    }

    fn summary(&self) -> &'static str {
        "equal shares for every entity, same volume"
    }

    fn source(&self) -> &'static str {
        "class-balanced sampling, Kang 2020, arXiv 1910.09217"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Balanced, Parameter::BalanceBy, Parameter::Size, Parameter::NoEntity]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        super::shares(index, recipe, Formula::Power { exponent: -1.0 })
    }
}
