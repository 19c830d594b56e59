//! ADR's data rebalancing: a probability dictionary for each perspective, a vote of perspectives, and α.
//!
//! Source: "From Head to Tail", arXiv 2503.12821 (CVPR 2025), and its published sampler. An entity that n instances hold has
//! p = τ/n. A perspective votes for an instance when any of its entities' draws is below its p; an instance is kept when at
//! least `pass_count` perspectives vote (the published `pass_num` is strict: `pass_count` = `pass_num` + 1) and a last draw is
//! below α. In closed form q = 1 − Π(1 − min(1, p)) for each perspective, and α · Pr(at least `pass_count` votes).
//!
//! With `repeats = "sqrt"`, the published "add" mode, what is kept is written n = min(3, max(1, ⌊√p⌋)) times, where p is the largest
//! unclamped probability among all of the instance's entities. With `size`, all τ are scaled alike until the expected volume is
//! that size: proportions and the guarantee for the tail stay, which lowering α would give up.
//!
//! Invariant: with `pass_count` 1, α 1 and `any`, no instance that holds an entity of at most τ instances is dropped.

use crate::index::Index;
use crate::number;
use crate::policy::{Dictionary, Fate, Formula, Level, Parameter, Policy, Reduction, Rule};
use crate::recipe::{PolicyName, Recipe, RecipeError, Repeats, Vote};

/// The policy `adr`.
pub struct Adr;

impl Policy for Adr {
    fn name(&self) -> PolicyName {
        PolicyName::Adr
    }

    fn summary(&self) -> &'static str {
        "keep what any perspective finds rare; thin the rest by a probability dictionary"
    }

    fn source(&self) -> &'static str {
        "From Head to Tail, CVPR 2025, arXiv 2503.12821"
    }

    fn parameters(&self, index: &Index) -> Vec<Parameter> {
        let thresholds = index.perspectives.iter().map(|entry| Parameter::Threshold(entry.perspective));
        thresholds
            .chain([Parameter::PassCount, Parameter::Alpha, Parameter::Vote])
            .chain([Parameter::Repeats, Parameter::Size, Parameter::NoEntity])
            .collect()
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let rebalance = &recipe.rebalance;
        let (wanted, voters) = (rebalance.pass_count as usize, index.perspectives.len());
        if wanted > voters {
            let message = format!(
                "pass_count = {wanted} can never be reached: this dataset has {}; write at most {voters}",
                number::counted(voters as u64, "perspective")
            );
            return Err(RecipeError::Misfit { line: rebalance.lines.pass_count.0, message });
        }
        let (reduction, limit) = match rebalance.vote {
            Vote::Any => (Reduction::Any, 1.0),
            Vote::Mean => (Reduction::Mean, f64::INFINITY),
            Vote::LengthNormalised => (Reduction::LengthNormalised, 1.0),
        };
        let dictionaries = index.perspectives.iter().map(|entry| {
            let threshold = f64::from(recipe.split(entry).threshold);
            Dictionary {
                perspective: entry.perspective,
                formula: Formula::Capped { threshold, limit },
                reduction,
                level: Level::Entity,
            }
        });
        let repeats = rebalance.repeats == Repeats::Sqrt;
        let fate = Fate::Votes { pass_count: wanted, alpha: rebalance.alpha, repeats };
        Ok(Rule::of(dictionaries.collect(), fate, recipe))
    }
}
