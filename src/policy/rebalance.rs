//! The rebalancing policies, one file each.
//!
//! Invariant: each file holds one policy's rule and the formula that it comes from; what instances make of it is in `rule`.

pub mod adr;
pub mod cap;
pub mod effective_number;
pub mod none;
pub mod random;
pub mod repeat_factor;
pub mod square_root;
pub mod temperature;
pub mod uniform;

use super::rule::{Dictionary, Fate, Reduction, Rule};
use crate::index::{Index, PerspectiveIndex};
use crate::recipe::{Recipe, RecipeError};

/// A rule that resamples to the same volume so that each entity's share becomes proportional to `share(n)`, n its count.
///
/// An entity's instances are each repeated share(n)/n times; an instance of several takes the mean of its entities.
fn shares(index: &Index, recipe: &Recipe, share: impl Fn(f64) -> f64) -> Result<Rule, RecipeError> {
    let entry = super::balanced_perspective(index, recipe)?;
    let values = values(entry, |count| share(count) / count);
    let dictionary = Dictionary { perspective: entry.perspective, values, reduction: Reduction::Mean };
    Ok(Rule { dictionaries: vec![dictionary], fate: Fate::Shares, no_entity: recipe.rebalance.no_entity })
}

/// One number an entity, from its count.
fn values(entry: &PerspectiveIndex, of: impl Fn(f64) -> f64) -> Vec<f64> {
    entry.counts.iter().map(|&count| of(f64::from(count.max(1)))).collect()
}
