//! Subclass balancing: head entities are split into groups of instances that are alike, and each group is an entity of its own.
//!
//! Source: "Subclass-balancing Contrastive Learning" (Hou et al. 2023, SBCL): an entity of n instances becomes
//! max(1, ⌊n / max(least, δ)⌋) subclasses by k-means on the sphere, δ about the size of a tail entity; here δ = τ. On these, the
//! probability dictionary of ADR: an instance of a subclass of m instances is kept with p = min(1, τ/m), and when it holds several
//! entities, as soon as the draw of one succeeds. So what is alike thins out, a small group stays whole, and a large entity keeps
//! its many sides; the tail loses nothing.
//!
//! Invariant: every subclass of at most τ instances stays whole, and so does every entity that was not split and is no larger.

use crate::index::{Index, PerspectiveIndex, Subclasses};
use crate::policy::{Dictionary, Fate, Formula, Level, Parameter, Policy, Reduction, Rule, balanced_perspective};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// How the file of subclasses comes to be.
pub const HOW: &str = "make it with the worker: fantail cluster DATASET --recipe FILE writes subclasses.jsonl";

/// The policy `subclass`.
pub struct Subclass;

impl Policy for Subclass {
    fn name(&self) -> PolicyName {
        PolicyName::Subclass
    }

    fn summary(&self) -> &'static str {
        "thin out what is alike within large entities; needs the worker's subclasses"
    }

    fn source(&self) -> &'static str {
        "SBCL, Hou 2023"
    }

    fn parameters(&self, index: &Index) -> Vec<Parameter> {
        let thresholds = split(index).map(|entry| Parameter::Threshold(entry.perspective));
        thresholds.into_iter().chain([Parameter::Size, Parameter::NoEntity]).collect()
    }

    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
        let rebalance = &recipe.rebalance;
        let entry = match &index.subclasses {
            Subclasses::Known(entry) => entry,
            Subclasses::Unusable(reason) => {
                return Err(RecipeError::Misfit { line: rebalance.lines.subclasses.0, message: reason.clone() });
            }
            Subclasses::Unasked => {
                let message =
                    format!("the policy 'subclass' needs subclasses = \"subclasses.jsonl\" in [rebalance]; {HOW}");
                return Err(RecipeError::Misfit { line: rebalance.lines.policy.0, message });
            }
        };
        let base = index.perspective(entry.perspective).map_or_else(|| balanced_perspective(index, recipe), Ok)?;
        let formula = Formula::Capped { threshold: f64::from(recipe.split(base).threshold), limit: 1.0 };
        let dictionary =
            Dictionary { perspective: entry.perspective, formula, reduction: Reduction::Any, level: Level::Subclass };
        let fate = Fate::Votes { pass_count: 1, alpha: 1.0, repeats: false };
        Ok(Rule::of(vec![dictionary], fate, recipe))
    }
}

fn split(index: &Index) -> Option<&PerspectiveIndex> {
    match &index.subclasses {
        Subclasses::Known(entry) => Some(entry),
        Subclasses::Unasked | Subclasses::Unusable(_) => None,
    }
}
