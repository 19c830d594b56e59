//! MetaCLIP's balancing: an instance is kept when any of its entities' draws is below min(1, t/n).
//!
//! Source: "Demystifying CLIP Data", arXiv 2309.16671, with t = 20,000 for 400 million pairs.
//!
//! Invariant: one t for all entities of one perspective; an entity of at most t instances loses none of them.

use crate::index::Index;
use crate::policy::{Dictionary, Fate, Formula, Level, Parameter, Policy, Reduction, Rule, balanced_perspective};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `cap`.
pub struct Cap;

impl Policy for Cap {
    fn name(&self) -> PolicyName {
        PolicyName::Cap
    }

    fn summary(&self) -> &'static str {
        "cap every entity of one perspective at about t instances"
    }

    fn source(&self) -> &'static str {
        "MetaCLIP, arXiv 2309.16671"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![Parameter::Balanced, Parameter::Cap, Parameter::Size, Parameter::NoEntity]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let entry = balanced_perspective(index, recipe)?;
        let formula = Formula::Capped { threshold: f64::from(recipe.rebalance.cap), limit: 1.0 };
        let dictionary =
            Dictionary { perspective: entry.perspective, formula, reduction: Reduction::Any, level: Level::Entity };
        let fate = Fate::Votes { pass_count: 1, alpha: 1.0, repeats: false };
        Ok(Rule::of(vec![dictionary], fate, recipe))
    }
}
