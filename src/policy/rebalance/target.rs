//! A target distribution, and the instance weights that come closest to it.
//!
//! Source: iterative proportional fitting of log-weights (Deming and Stephan 1940), see `fit`. The target is uniform, a power law
//! of the rank, or the counts as they are under a cap; the first two have as many occurrences as the data.
//!
//! Invariant: no instance is repeated more than `repeat_limit` times on average; what that puts out of reach is shown as a gap.

use crate::index::Index;
use crate::policy::{Dictionary, Fate, Formula, Level, Parameter, Policy, Reduction, Rule, balanced_perspective};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `target`.
pub struct Target;

impl Policy for Target {
    fn name(&self) -> PolicyName {
        PolicyName::Target
    }

    fn summary(&self) -> &'static str {
        "come as near to a chosen distribution as instances allow"
    }

    fn source(&self) -> &'static str {
        "iterative proportional fitting, Deming & Stephan 1940"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![
            Parameter::Balanced,
            Parameter::Target,
            Parameter::TargetExponent,
            Parameter::Cap,
            Parameter::RepeatLimit,
            Parameter::NoEntity,
        ]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let entry = balanced_perspective(index, recipe)?;
        let formula = Formula::Fitted {
            shape: recipe.rebalance.target,
            exponent: recipe.rebalance.target_exponent,
            cap: recipe.rebalance.cap,
            limit: recipe.rebalance.repeat_limit,
        };
        let dictionary =
            Dictionary { perspective: entry.perspective, formula, reduction: Reduction::Product, level: Level::Entity };
        Ok(Rule::of(vec![dictionary], Fate::Repeats, recipe))
    }
}
