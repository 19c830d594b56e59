//! The dataset: asked for, on its way, here, or not to be had.
//!
//! Invariant: what belongs to an earlier load is dropped.

use std::sync::Arc;

use super::{explore, next_generation, rebalance, settle, synthesize, tell};
use crate::app::effect::Effect;
use crate::app::message::Failure;
use crate::app::model::{Data, Finding, Level, Model, Overlay, Subject};
use crate::entity::Perspective;
use crate::load::Loaded;
use crate::progress::Stage;

/// Loads the dataset, from the start.
pub(super) fn start(model: &mut Model) -> Vec<Effect> {
    let generation = next_generation(model);
    // What was asked of the earlier dataset is of no interest any more, whatever it is.
    model.awaited = model.awaited.only_load(generation);
    model.data = Data::Loading { progress: (Stage::Read, 0, 0), counts: Vec::new() };
    explore::close_instances(model);
    settle(model, Subject::Dataset);
    rebalance::forget(model);
    synthesize::forget(model);
    vec![Effect::LoadDataset { generation, path: model.path.clone(), recipe: Box::new(model.recipe.clone()) }]
}

/// The file of subclasses changed on disk: what it says is in use, as with the recipe.
pub(super) fn subclasses_changed(model: &mut Model) -> Vec<Effect> {
    // Of a file that the recipe does not name any more nothing is read.
    if model.recipe.rebalance.subclasses.is_none() {
        return Vec::new();
    }
    tell(model, Level::Info, "the subclasses changed on disk and are read again");
    start(model)
}

/// Stops the load that runs.
pub(super) fn cancel(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.data, Data::Loading { .. }) {
        tell(model, Level::Info, "nothing is loading");
        return Vec::new();
    }
    // Whatever the load still says is of no interest.
    model.awaited.load = next_generation(model);
    model.data = Data::Stopped;
    vec![Effect::CancelLoad]
}

/// Loading went on.
pub(super) fn progressed(model: &mut Model, generation: u64, now: (Stage, u64, u64)) -> Vec<Effect> {
    if let Data::Loading { progress, .. } = &mut model.data
        && generation == model.awaited.load
    {
        *progress = now;
    }
    Vec::new()
}

/// Counts so far.
pub(super) fn counted(model: &mut Model, generation: u64, seen: Vec<(Perspective, Vec<u32>)>) -> Vec<Effect> {
    let Data::Loading { counts, .. } = &mut model.data else { return Vec::new() };
    if generation == model.awaited.load {
        let first = counts.is_empty();
        *counts = seen;
        if first {
            show_what_is_there(model);
        }
    }
    Vec::new()
}

/// The dataset is here.
pub(super) fn loaded(model: &mut Model, generation: u64, loaded: Arc<Loaded>, findings: Vec<Finding>) -> Vec<Effect> {
    if generation != model.awaited.load {
        return Vec::new();
    }
    model.data = Data::Ready(loaded);
    model.findings = findings;
    show_what_is_there(model);
    let mut effects = explore::reset_table(model);
    rebalance::fit_cursors(model);
    effects.extend(rebalance::refresh_if_shown(model));
    effects.extend(synthesize::refresh_if_shown(model));
    effects
}

/// Asks what is worth knowing of the dataset under the recipe of now.
pub(super) fn find_again(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = Arc::clone(loaded);
    let generation = next_generation(model);
    model.awaited.findings = generation;
    vec![Effect::LookForFindings { generation, loaded, recipe: Box::new(model.recipe.clone()) }]
}

/// Takes in what is worth knowing; the line that is selected in the list of it stays in the list.
pub(super) fn found(model: &mut Model, generation: u64, findings: Vec<Finding>) -> Vec<Effect> {
    if generation == model.awaited.findings {
        model.findings = findings;
        let last = model.findings.len().saturating_sub(1);
        if let Some(Overlay::Findings { cursor }) = &mut model.overlay {
            *cursor = (*cursor).min(last);
        }
    }
    Vec::new()
}

/// The dataset is not to be had.
pub(super) fn failed(model: &mut Model, generation: u64, failure: Failure) -> Vec<Effect> {
    if generation == model.awaited.load {
        let Failure { title, cause, next } = failure;
        let lines = [title, cause, next].into_iter().filter(|line| !line.is_empty());
        model.data = Data::Failed(lines.collect::<Vec<_>>().join("\n"));
    }
    Vec::new()
}

/// Shows the perspective that the user chose, where it is there, else the most telling one: labels are what a dataset is about.
fn show_what_is_there(model: &mut Model) {
    let there = explore::available(model);
    let telling = there.iter().copied().find(|perspective| *perspective == Perspective::Label);
    let chosen = model.chosen_perspective.filter(|chosen| there.contains(chosen));
    if let Some(perspective) = chosen.or(telling).or(there.first().copied()) {
        model.perspective = perspective;
    }
}
