//! LVIS's repeat-factor sampling: an instance is repeated as its rarest entity asks, max(1, (t/f)^exponent), f = n/instances.
//!
//! Source: "LVIS", arXiv 1908.03195, section on baselines, after Mahajan et al. 2018; t = 0.001 and exponent 0.5 there.
//!
//! Invariant: nothing is dropped; fractional factors are rounded at random by the plan, so that they hold on average.

use crate::index::Index;
use crate::policy::{Dictionary, Fate, Formula, Level, Parameter, Policy, Reduction, Rule, balanced_perspective};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// The policy `repeat_factor`.
pub struct RepeatFactor;

impl Policy for RepeatFactor {
    fn name(&self) -> PolicyName {
        PolicyName::RepeatFactor
    }

    fn summary(&self) -> &'static str {
        "repeat instances of rare entities, drop nothing"
    }

    fn source(&self) -> &'static str {
        "LVIS, arXiv 1908.03195"
    }

    fn parameters(&self, _index: &Index) -> Vec<Parameter> {
        vec![
            Parameter::Balanced,
            Parameter::RepeatThreshold,
            Parameter::RepeatExponent,
            Parameter::Size,
            Parameter::NoEntity,
        ]
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let entry = balanced_perspective(index, recipe)?;
        let threshold = recipe.rebalance.repeat_threshold * index.population() as f64;
        let formula = Formula::Repeat { threshold, exponent: recipe.rebalance.repeat_exponent };
        let dictionary =
            Dictionary { perspective: entry.perspective, formula, reduction: Reduction::Largest, level: Level::Entity };
        Ok(Rule::of(vec![dictionary], Fate::Repeats, recipe))
    }
}
