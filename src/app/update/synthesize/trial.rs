//! A small batch from the listed seeds, made in the worker.
//!
//! Invariant: a trial that was asked for before the last one is dropped.

use crate::app::effect::Effect;
use crate::app::message::Failure;
use crate::app::model::{Data, Level, Model, Trial, TrialPicture};
use crate::app::update::{next_generation, tell};
use crate::recipe::SynthesisName;

/// The most seeds of a trial batch.
const TRIAL: usize = 4;

/// Asks the worker for a small batch from the listed seeds.
pub(in crate::app::update) fn start_trial(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    if !model.recipe.synthesis.uses(SynthesisName::Diffusion) {
        let words = "a trial is of the policy 'diffusion', which is off; what 'repeat' makes is the seed itself";
        tell(model, Level::Info, words);
        return Vec::new();
    }
    let places = model.synthesize.seed..model.synthesize.listed.len();
    let seeds: Vec<usize> = places
        .filter_map(|place| model.listed_seed(place))
        .filter(|seed| seed.policy == SynthesisName::Diffusion)
        .take(TRIAL)
        .map(|seed| seed.instance as usize)
        .collect();
    if seeds.is_empty() {
        tell(model, Level::Info, "no seed of the policy 'diffusion' is listed here; choose another entity");
        return Vec::new();
    }
    let generation = next_generation(model);
    model.awaited.trial = generation;
    model.synthesize.trial = Trial::Running;
    let (recipe, folder) = (Box::new(model.recipe.clone()), model.export.synthesis());
    vec![Effect::StartTrial { generation, loaded, recipe, seeds, folder }]
}

/// Takes a trial in, or why there is none.
pub(in crate::app::update) fn tried(
    model: &mut Model,
    generation: u64,
    outcome: Result<Vec<TrialPicture>, Failure>,
) -> Vec<Effect> {
    if generation != model.awaited.trial {
        return Vec::new();
    }
    model.synthesize.trial = match outcome {
        Ok(pictures) => Trial::Ready(pictures),
        Err(failure) => {
            tell(model, Level::Warning, failure.cause.clone());
            Trial::Failed(failure)
        }
    };
    Vec::new()
}
