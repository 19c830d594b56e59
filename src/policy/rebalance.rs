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

use super::formula::Formula;
use super::rule::{Dictionary, Fate, Reduction, Rule};
use crate::index::Index;
use crate::recipe::{Recipe, RecipeError};

/// A rule that resamples to the same volume: an entity's instances are repeated in proportion to its number, so that its share
/// becomes proportional to count times number; an instance of several entities takes their mean.
fn shares(index: &Index, recipe: &Recipe, formula: Formula) -> Result<Rule, RecipeError> {
    let entry = super::balanced_perspective(index, recipe)?;
    let dictionary = Dictionary { perspective: entry.perspective, formula, reduction: Reduction::Mean };
    Ok(Rule { dictionaries: vec![dictionary], fate: Fate::Shares, no_entity: recipe.rebalance.no_entity })
}
