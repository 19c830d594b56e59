//! No rebalancing: every instance is kept once.
//!
//! Invariant: looks at no entity.

use crate::index::Index;
use crate::policy::{Fate, Parameter, Policy, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `none`.
pub struct None;

impl Policy for None {
    fn name(&self) -> PolicyName {
        PolicyName::None
    }

    fn summary(&self) -> &'static str {
        "keep everything"
    }

    fn source(&self) -> &'static str {
        "the dataset as it is"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        Vec::new()
    }

    fn rule(&self, _index: &Index, _recipe: &Recipe) -> Result<Rule, RecipeError> {
        Ok(Rule::blind(Fate::Share(1.0)))
    }
}
