//! Rebalancing policies: what a recipe makes of an index, as numbers for entities and a rule that turns them into an instance's fate.
//!
//! Invariant: a policy draws nothing and visits no instance; it sees counts only, so its rule is the same for any order or shard of them.
//! Where a rule takes more than counts (`fit`, `size`), those who have the instances do that.

mod dictionary;
pub mod fit;
mod formula;
mod overrides;
mod parameter;
mod range;
pub mod rebalance;
mod rule;
pub mod size;
mod stage;
pub mod synthesis;

pub use dictionary::{Dictionary, Level, Reduction, Scorer};
pub use formula::Formula;
pub use overrides::{Bound, Held, Mark, Marks, bind};
pub use parameter::Parameter;
pub use range::{Range, Scale};
pub use rule::{Fate, Outlook, Rule, copies};
pub use stage::{Stage, stages};
pub use synthesis::SynthesisParameter;

use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex};
use crate::recipe::{PolicyName, Recipe, RecipeError};

/// A way of choosing which instances to keep, and how often.
pub trait Policy: Sync {
    /// Its name in recipes.
    fn name(&self) -> PolicyName;

    /// One line: what it is for.
    fn summary(&self) -> &'static str;

    /// The paper or program that it comes from.
    fn source(&self) -> &'static str;

    /// What the user can turn, in the order of the screen.
    fn parameters(&self, index: &Index) -> Vec<Parameter>;

    /// The rule that it makes of this index under this recipe.
    ///
    /// # Errors
    /// [`RecipeError::Misfit`] when the recipe asks for a perspective that the index lacks, or for more votes than there are perspectives.
    fn rule(&self, index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError>;
}

/// The policy of a name.
#[must_use]
pub fn policy(name: PolicyName) -> &'static dyn Policy {
    match name {
        PolicyName::Adr => &rebalance::adr::Adr,
        PolicyName::Cap => &rebalance::cap::Cap,
        PolicyName::RepeatFactor => &rebalance::repeat_factor::RepeatFactor,
        PolicyName::Temperature => &rebalance::temperature::Temperature,
        PolicyName::Progressive => &rebalance::progressive::Progressive,
        PolicyName::Target => &rebalance::target::Target,
        PolicyName::Subclass => &rebalance::subclass::Subclass,
        PolicyName::SquareRoot => &rebalance::square_root::SquareRoot,
        PolicyName::EffectiveNumber => &rebalance::effective_number::EffectiveNumber,
        PolicyName::Uniform => &rebalance::uniform::Uniform,
        PolicyName::Random => &rebalance::random::Random,
        PolicyName::None => &rebalance::none::None,
    }
}

/// Every policy, in the order of the screen.
pub fn all() -> impl Iterator<Item = &'static dyn Policy> {
    PolicyName::ALL.into_iter().map(policy)
}

/// The rule of the recipe's policy for this index.
///
/// # Errors
/// [`RecipeError::Misfit`] as [`Policy::rule`].
pub fn rule(index: &Index, recipe: &Recipe) -> Result<Rule, RecipeError> {
    policy(recipe.rebalance.policy).rule(index, recipe)
}

/// Whether a recipe can be used with this index.
///
/// # Errors
/// [`RecipeError::Misfit`] as [`Policy::rule`] and [`bind`].
pub fn fits(index: &Index, recipe: &Recipe) -> Result<(), RecipeError> {
    rule(index, recipe)?;
    bind(index, &recipe.rebalance.overrides)?;
    synthesis::fits(index, recipe)
}

/// The perspective that a one-perspective policy balances: the recipe's, else label, object, token or whatever there is.
///
/// # Errors
/// [`RecipeError::Misfit`] when the recipe names one that the index lacks, or the index has none.
pub fn balanced_perspective<'a>(index: &'a Index, recipe: &Recipe) -> Result<&'a PerspectiveIndex, RecipeError> {
    let policy = recipe.rebalance.policy;
    if let Some(wanted) = recipe.rebalance.perspective {
        return index.perspective(wanted).ok_or_else(|| {
            let there: Vec<_> = index.perspectives.iter().map(|entry| entry.perspective.key()).collect();
            let wanted = wanted.key();
            let message = format!(
                "the policy '{policy}' balances '{wanted}', which was not extracted; set rebalance.perspective to one of: {}",
                there.join(", ")
            );
            RecipeError::Misfit { line: recipe.rebalance.lines.perspective.0, message }
        });
    }
    [Perspective::Label, Perspective::Object, Perspective::Token]
        .into_iter()
        .find_map(|perspective| index.perspective(perspective))
        .or(index.perspectives.first())
        .ok_or_else(|| RecipeError::Misfit {
            line: recipe.rebalance.lines.policy.0,
            message: format!(
                "the policy '{policy}' needs a perspective and none was extracted; choose 'random' or 'none'"
            ),
        })
}
