//! A recipe bound to an index: why instances are kept or dropped, and what a weighted sampler draws them by.
//!
//! Invariant: decides as the plan does, by the same draws.

use std::ops::Range;

use rayon::prelude::*;

use super::decision::Decider;
use super::explanation::{self, Explanation};
use super::reason;
use crate::index::Index;
use crate::policy::{self, Outlook};
use crate::progress::Unobserved;
use crate::recipe::{Recipe, RecipeError};

/// Why an instance is kept, repeated or dropped; `None` past the end.
///
/// # Errors
/// [`RecipeError`] when the recipe does not fit the index.
pub fn explain(index: &Index, recipe: &Recipe, instance: usize) -> Result<Option<Explanation>, RecipeError> {
    Ok(Explainer::new(index, recipe)?.explain(instance))
}

/// Explains many instances under one recipe.
pub struct Explainer<'a> {
    decider: Decider<'a>,
}

impl<'a> Explainer<'a> {
    /// Binds a recipe to an index.
    ///
    /// # Errors
    /// [`RecipeError`] when the recipe does not fit the index.
    pub fn new(index: &'a Index, recipe: &Recipe) -> Result<Self, RecipeError> {
        Ok(Self { decider: decider(index, recipe)? })
    }

    /// Why an instance is kept, repeated or dropped; `None` past the end.
    #[must_use]
    pub fn explain(&self, instance: usize) -> Option<Explanation> {
        (instance < self.decider.index.instances()).then(|| explanation::of(&self.decider, instance))
    }

    /// How often an instance is written on average: what a weighted sampler draws it by.
    #[must_use]
    pub fn weight(&self, instance: usize) -> f64 {
        self.decider.outlook(instance).repeat
    }

    /// As [`Self::explain`] in a few words, appended to `words` after the policy's name; returns what is expected of the instance.
    pub fn tell(&self, instance: usize, policy: &str, words: &mut String) -> Outlook {
        reason::tell(&self.decider, instance, (policy, words))
    }
}

/// How often each of some instances is written on average: what a weighted sampler draws them by.
///
/// # Errors
/// [`RecipeError::Unfit`] when the recipe does not fit the index.
pub fn weights(index: &Index, recipe: &Recipe, range: Range<usize>) -> Result<Vec<f64>, RecipeError> {
    let decider = decider(index, recipe)?;
    Ok(range.into_par_iter().map(|instance| decider.outlook(instance).repeat).collect())
}

/// A recipe bound to an index, by work that nobody stops.
pub(super) fn decider<'a>(index: &'a Index, recipe: &Recipe) -> Result<Decider<'a>, RecipeError> {
    let rule = policy::rule(index, recipe)?;
    let bound = policy::bind(index, &recipe.rebalance.overrides)?;
    Decider::new(index, &rule, (&bound, recipe.seed), &Unobserved)
        .map_err(|cancelled| RecipeError::Unfit(cancelled.to_string()))
}
