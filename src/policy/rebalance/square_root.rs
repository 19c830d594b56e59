//! Square-root sampling: resamples to the same volume with shares proportional to √n.
//!
//! Source: Mahajan et al. 2018 (arXiv 1805.00932); "Decoupling Representation and Classifier" (Kang et al. 2020), q = 0.5.
//!
//! Invariant: the same as `temperature` with T = 2.

use crate::index::Index;
use crate::policy::{Formula, Parameter, Policy, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `square_root`.
pub struct SquareRoot;

impl Policy for SquareRoot {
    fn name(&self) -> PolicyName {
        PolicyName::SquareRoot
    }

    fn summary(&self) -> &'static str {
        "flatten shares to √n, same volume"
    }

    fn source(&self) -> &'static str {
        "Mahajan 2018, arXiv 1805.00932; Kang 2020, arXiv 1910.09217"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Balanced, Parameter::BalanceBy, Parameter::Size, Parameter::NoEntity]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        super::shares(index, recipe, Formula::Power { exponent: -0.5 })
    }
}
