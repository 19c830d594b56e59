//! What a preview shows that a recipe's author should know: a volume out of reach, instances that are repeated very often, by the
//! policy itself or in a stage of its schedule, and caps that floors and pins of other entities pass.
//!
//! Invariant: says nothing of what the recipe alone tells; that is `Recipe::advice`, which comes first.

use super::volume::{OFTEN, Volume};
use super::{Overridden, TargetOutcome};
use crate::index::Index;
use crate::number::{count, counted, measure, share};
use crate::plan::{self, PlanError};
use crate::policy::{self, Bound, Stage};
use crate::progress::Observer;
use crate::recipe::{Advice, OverrideAction, PolicyName, Rebalance, Recipe, RecipeError};

/// The share of a wanted volume by which it may be missed.
const MISSED: f64 = 0.005;

/// What is to be known of a recipe that gives these numbers of instances.
///
/// # Errors
/// As [`super::Exact::preview`].
pub(super) fn advice(
    (index, recipe): (&Index, &Recipe),
    instances: &Volume,
    observer: &dyn Observer,
) -> Result<Vec<Advice>, PlanError> {
    let mut all = recipe.advice();
    let idle = all.iter().any(|advice| advice.message.starts_with("size"));
    let missed = recipe.rebalance.size.filter(|_| !idle).and_then(|size| missed(recipe, instances, size));
    all.extend(missed.map(|message| Advice { line: recipe.rebalance.lines.size, message }));
    all.extend(
        often(&recipe.rebalance, instances).map(|message| Advice { line: recipe.rebalance.lines.policy, message }),
    );
    for stage in policy::stages(recipe) {
        observer.go_on()?;
        let message = stage_often(index, &stage)?;
        all.extend(message.map(|message| Advice { line: recipe.rebalance.lines.stages, message }));
    }
    Ok(all)
}

/// What is said of a stage in which instances weigh very much.
fn stage_often(index: &Index, stage: &Stage) -> Result<Option<String>, RecipeError> {
    let weights = plan::weights(index, &stage.recipe, 0..index.instances())?;
    // As much as single precision tells apart is no more.
    let over = weights.iter().filter(|&&weight| weight > OFTEN * (1.0 + 1e-6)).count();
    let most = weights.iter().copied().fold(0.0, f64::max);
    let told = || {
        let (many, most) = (counted(over as u64, "instance"), measure(most));
        format!(
            "in the stage {}, {many} would be weighed more than {OFTEN} times on average, up to {most}: learned by heart; \
             lower that stage",
            stage.name
        )
    };
    Ok((over > 0).then(told))
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

/// What is said of a target that the limit on repeats lowers by much.
pub(super) fn lowered(recipe: &Recipe, target: &TargetOutcome) -> Option<Advice> {
    /// The share of occurrences from which this is worth a word.
    const MUCH: f64 = 0.05;
    let (limit, much) = (recipe.rebalance.repeat_limit, share(target.lowered));
    let message = format!(
        "repeat_limit = {limit} keeps {much} of the occurrences of {} from where the target would have them; raise it to come nearer",
        target.perspective
    );
    (target.lowered > MUCH).then_some(Advice { line: recipe.rebalance.lines.policy, message })
}

/// What is said of caps that do not hold, as floors and pins of other entities bring instances back: once for each of the recipe's
/// overrides, of the entity that passes its cap most.
pub(super) fn passed_caps(index: &Index, recipe: &Recipe, bound: &[Bound], after: &[Overridden]) -> Vec<Advice> {
    let passed = |told: &Overridden| match told.action {
        OverrideAction::Cap(most) => f64::from(told.after) / f64::from(most.max(1)) - 1.0,
        _ => 0.0,
    };
    let mut worst: Vec<Option<&Overridden>> = vec![None; recipe.rebalance.overrides.len()];
    for (bound, told) in bound.iter().zip(after).filter(|(_, told)| passed(told) > MISSED) {
        let Some(known) = worst.get_mut(bound.place) else { continue };
        if known.is_none_or(|known| passed(known) < passed(told)) {
            *known = Some(told);
        }
    }
    let told = recipe.rebalance.overrides.iter().zip(worst).filter_map(|(asked, told)| {
        let told = told?;
        let name = index.perspective(told.perspective)?.names.get(told.rank as usize).into_owned();
        let (after, action) = (measure(f64::from(told.after)), told.action);
        let message = format!(
            "{action} of '{}:{name}' is passed, {after} expected: floors and pins of entities that share its instances come first; \
             lower those, or raise the cap",
            told.perspective.key()
        );
        Some(Advice { line: asked.line, message })
    });
    told.collect()
}

fn often(rebalance: &Rebalance, instances: &Volume) -> Option<String> {
    if instances.often == 0 {
        return None;
    }
    let weighs = rebalance.weighs();
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
