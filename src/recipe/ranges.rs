//! The values that make sense, and what to write in place of those that do not.
//!
//! Invariant: a number that is not one (NaN) is never within a range.

use super::{PolicyName, Recipe, ThresholdChoice};
use crate::entity::Perspective;
use crate::number::counted;

/// What is wrong with a threshold.
pub(super) fn threshold(choice: ThresholdChoice) -> Option<String> {
    match choice {
        ThresholdChoice::Count(0) => Some("a threshold of 0 keeps nothing; write a count of at least 1".into()),
        ThresholdChoice::TailMass(mass) if !is_between(mass) => {
            Some(format!("tail_mass = {mass} is not a share; write a number between 0 and 1"))
        }
        _ => None,
    }
}

/// What is wrong under `[rebalance]`: dotted key and message.
pub(super) fn rebalance(recipe: &Recipe) -> impl Iterator<Item = (String, String)> {
    let rebalance = &recipe.rebalance;
    let bounded = [
        ("alpha", rebalance.alpha, 1.0),
        ("keep", rebalance.keep, 1.0),
        ("repeat_threshold", rebalance.repeat_threshold, 1.0),
        ("repeat_exponent", rebalance.repeat_exponent, 1.0),
        ("target_exponent", rebalance.target_exponent, 10.0),
        ("repeat_limit", rebalance.repeat_limit, 1000.0),
    ];
    let bounded =
        bounded.into_iter().filter(|&(_, value, high)| !(value > 0.0 && value <= high)).map(|(name, value, high)| {
            (name, format!("{name} = {value} is out of range; write a number above 0, at most {high}"))
        });
    let beta = rebalance.beta;
    let beta =
        (!is_between(beta)).then(|| ("beta", format!("beta = {beta} is out of range; write a number between 0 and 1")));
    let cap = (rebalance.cap == 0).then(|| ("cap", "cap = 0 keeps nothing; write a count of at least 1".to_owned()));
    let progress = (!(0.0..=1.0).contains(&rebalance.progress)).then(|| {
        ("progress", format!("progress = {} is out of range; write a number from 0 to 1", rebalance.progress))
    });
    let temperature = (!is_temperature(rebalance.temperature)).then(|| {
        let found = rebalance.temperature;
        ("temperature", format!("temperature = {found} is out of range; {TEMPERATURES}"))
    });
    let size = (rebalance.size == Some(0)).then(|| ("size", "size = 0 keeps nothing; write at least 1".to_owned()));
    let stages = stages(recipe).map(|message| ("stages", message));
    let pass_count = pass_count(recipe).map(|message| ("pass_count", message));
    let perspective = perspective(recipe).map(|message| ("perspective", message));
    let faults = pass_count
        .into_iter()
        .chain(bounded)
        .chain(cap)
        .chain(beta)
        .chain(perspective)
        .chain(progress)
        .chain(temperature)
        .chain(size)
        .chain(stages);
    faults.map(|(name, message)| (format!("rebalance.{name}"), message))
}

fn is_between(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

/// What a temperature can be: below 1 it would favour the frequent, and from 100 on shares are as good as equal.
const TEMPERATURES: &str =
    "write a number from 1, which leaves shares as they are, to 100; policy = \"uniform\" makes them equal";

fn is_temperature(value: f64) -> bool {
    (1.0..=100.0).contains(&value)
}

fn stages(recipe: &Recipe) -> Option<String> {
    let of_progress = recipe.rebalance.policy == PolicyName::Progressive;
    let fits = |&value: &f64| if of_progress { (0.0..=1.0).contains(&value) } else { is_temperature(value) };
    let wrong = recipe.rebalance.stages.iter().find(|value| !fits(value))?;
    let wanted = if of_progress { "write a progress from 0 to 1" } else { TEMPERATURES };
    Some(format!("the stage {wrong} is out of range; {wanted}"))
}

fn pass_count(recipe: &Recipe) -> Option<String> {
    let voters = match recipe.entities.perspectives.len() {
        0 => Perspective::ALL.len(),
        chosen => chosen,
    };
    match recipe.rebalance.pass_count {
        0 => Some("pass_count = 0 would keep everything; write at least 1".into()),
        count if count as usize > voters => {
            let all = counted(voters as u64, "perspective");
            Some(format!("pass_count = {count} can never be reached by {all}; write at most {voters}"))
        }
        _ => None,
    }
}

fn perspective(recipe: &Recipe) -> Option<String> {
    let extracted = &recipe.entities.perspectives;
    let wanted = recipe.rebalance.perspective?;
    let missing = !extracted.is_empty() && !extracted.contains(&wanted);
    missing.then(|| format!("'{0}' is not extracted; add \"{0}\" to entities.perspectives", wanted.key()))
}
