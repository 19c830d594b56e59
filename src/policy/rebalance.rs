//! The rebalancing policies, one file each.
//!
//! Invariant: each file holds one policy's rule and the formula that it comes from; what instances make of it is in `rule`.

pub mod adr;
pub mod cap;
pub mod effective_number;
pub mod none;
pub mod progressive;
pub mod random;
pub mod repeat_factor;
pub mod square_root;
pub mod subclass;
pub mod target;
pub mod temperature;
pub mod uniform;

use super::dictionary::{Dictionary, Level, Reduction};
use super::formula::Formula;
use super::rule::{Fate, Rule};
use crate::index::Index;
use crate::recipe::{BalanceBy, Recipe, RecipeError};

/// A rule that resamples to the same volume: an entity's instances are repeated in proportion to its number, so that its share
/// becomes proportional to count times number; an instance of several entities takes their mean. By weights instead, every instance
/// stays once and the same number is its weight in the loss ("Upsample or Upweight?": equal in full gradient descent, not in SGD).
fn shares(index: &Index, recipe: &Recipe, formula: Formula) -> Result<Rule, RecipeError> {
    let entry = super::balanced_perspective(index, recipe)?;
    let dictionary =
        Dictionary { perspective: entry.perspective, formula, reduction: Reduction::Mean, level: Level::Entity };
    let fate = match recipe.rebalance.balance_by {
        BalanceBy::Resampling => Fate::Shares,
        BalanceBy::Weights => Fate::Weights,
    };
    Ok(Rule::of(vec![dictionary], fate, recipe))
}
