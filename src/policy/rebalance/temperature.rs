//! Temperature: resamples to the same volume with shares proportional to n^(1/T).
//!
//! T is from 1 to 100: below 1 the exponent would exceed 1 and favour the frequent, which no policy here does.
//!
//! Source: multilingual pre-training (XLM-R, arXiv 1911.02116: exponent 0.3; mBERT: 0.7); "Upsample or Upweight?" for T beside weights.
//!
//! Invariant: T = 1 leaves every expected count as it is.

use crate::index::Index;
use crate::policy::{Formula, Parameter, Policy, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `temperature`.
pub struct Temperature;

impl Policy for Temperature {
    fn name(&self) -> PolicyName {
        PolicyName::Temperature
    }

    fn summary(&self) -> &'static str {
        "flatten shares to n^(1/T), same volume"
    }

    fn source(&self) -> &'static str {
        "Kang 2020, arXiv 1910.09217; XLM-R, arXiv 1911.02116"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Balanced, Parameter::Temperature, Parameter::BalanceBy, Parameter::Size, Parameter::NoEntity]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let exponent = 1.0 / recipe.rebalance.temperature - 1.0;
        super::shares(index, recipe, Formula::Power { exponent })
    }
}
