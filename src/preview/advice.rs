//! What a preview shows that a recipe's author should know: a volume out of reach, and instances that are repeated very often.
//!
//! Invariant: says nothing of what the recipe alone tells; that is `Recipe::advice`, which comes first.

use super::volume::{OFTEN, Volume};
use crate::number::{count, counted, measure};
use crate::recipe::{Advice, BalanceBy, PolicyName, Rebalance, Recipe};

/// The share of a wanted volume by which it may be missed.
const MISSED: f64 = 0.005;

/// What is to be known of a recipe that gives these numbers of instances.
pub(super) fn advice(recipe: &Recipe, instances: &Volume) -> Vec<Advice> {
    let mut all = recipe.advice();
    let idle = all.iter().any(|advice| advice.message.starts_with("size"));
    let missed = recipe.rebalance.size.filter(|_| !idle).and_then(|size| missed(recipe, instances, size));
    all.extend(missed.map(|message| Advice { line: recipe.rebalance.lines.size, message }));
    all.extend(
        often(&recipe.rebalance, instances).map(|message| Advice { line: recipe.rebalance.lines.policy, message }),
    );
    all
}

/// What is said of a volume that the policy cannot give. Overrides come on top of it, so that with some nothing is said.
fn missed(recipe: &Recipe, instances: &Volume, size: u64) -> Option<String> {
    let wanted = size as f64;
    if !recipe.rebalance.overrides.is_empty() || (instances.after - wanted).abs() <= (wanted * MISSED).max(1.0) {
        return None;
    }
    let (policy, reached) = (recipe.rebalance.policy, count(instances.after.round() as u64));
    let end = if instances.after < wanted { "most" } else { "least" };
    Some(format!(
        "size = {size} is out of reach of the policy '{policy}', which gives {reached} at {end}; write {reached}"
    ))
}

fn often(rebalance: &Rebalance, instances: &Volume) -> Option<String> {
    if instances.often == 0 {
        return None;
    }
    let weighs = rebalance.balance_by == BalanceBy::Weights && rebalance.policy.gives_shares();
    let verb = if weighs { "weighed" } else { "written" };
    let fix = match rebalance.policy {
        PolicyName::Temperature => "lower temperature",
        PolicyName::Progressive => "lower progress",
        PolicyName::EffectiveNumber => "lower beta",
        PolicyName::RepeatFactor => "lower repeat_threshold or repeat_exponent",
        PolicyName::Target => "lower repeat_limit",
        PolicyName::Uniform | PolicyName::SquareRoot => "choose the policy 'target' with repeat_limit = 4",
        PolicyName::Adr | PolicyName::Cap | PolicyName::Subclass | PolicyName::Random | PolicyName::None => {
            "lower the floors of its overrides"
        }
    };
    let (many, most) = (counted(instances.often, "instance"), measure(instances.most_repeats));
    Some(format!("{many} would be {verb} more than {OFTEN} times on average, up to {most}: learned by heart; {fix}"))
}
