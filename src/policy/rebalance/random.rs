//! The control: every instance is kept with the same probability, whatever it holds.
//!
//! Source: a size-matched random subset is the comparison that a claim about any other policy has to beat.
//!
//! Invariant: looks at no entity.

use crate::index::Index;
use crate::policy::{Fate, Parameter, Policy, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `random`.
pub struct Random;

impl Policy for Random {
    fn name(&self) -> PolicyName {
        PolicyName::Random
    }

    fn summary(&self) -> &'static str {
        "the control: a random subset of the same size"
    }

    fn source(&self) -> &'static str {
        "control for every comparison"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Keep, Parameter::Size]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let sized = recipe.rebalance.size.map(|size| (size as f64 / index.population().max(1) as f64).min(1.0));
        Ok(Rule::blind(Fate::Share(sized.unwrap_or(recipe.rebalance.keep))))
    }
}
