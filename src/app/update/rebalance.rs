//! Rebalance: which policy, its parameters, and what it would do.
//!
//! Invariant: a preview is asked for only when it is on the screen and the recipe differs from the one that was asked for last.

use std::sync::Arc;

use super::act::neighbour;
use super::step::Step;
use super::{edit, next_generation, recipe, settle, stepped, tell};
use crate::app::effect::Effect;
use crate::app::model::{
    Compared, Data, Edited, Level, Model, Notice, RebalancePane, Reckoning, Screen, Subject, ValueTarget, parameters,
};
use crate::policy::Parameter;
use crate::preview::Preview;
use crate::recipe::{Advice, PolicyName};

/// The most policies side by side.
const MOST_COMPARED: usize = 4;

/// Asks for the preview unless it is known or on its way.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    if model.rebalance.asked.as_ref() == Some(&model.recipe) {
        return Vec::new();
    }
    let old = model.rebalance.preview.value().cloned();
    model.rebalance.preview = Reckoning::Pending(old);
    recipe::preview(model)
}

/// Asks for the preview when a screen shows it.
pub(super) fn refresh_if_shown(model: &mut Model) -> Vec<Effect> {
    match model.screen {
        Screen::Rebalance | Screen::Export => refresh(model),
        Screen::Explore | Screen::Synthesize | Screen::Run => Vec::new(),
    }
}

/// Asks for the preview when the one that is known lacks the perspective that is shown now.
pub(super) fn refresh_shown_perspective(model: &mut Model) -> Vec<Effect> {
    let preview = model.rebalance.preview.value();
    if preview.is_some_and(|preview| preview.outcome(model.perspective).is_none()) {
        model.rebalance.asked = None;
    }
    let mut effects = refresh_if_shown(model);
    effects.extend(recompare(model));
    effects
}

/// Forgets what was reckoned for another dataset.
pub(super) fn forget(model: &mut Model) {
    model.rebalance.preview = Reckoning::Absent;
    model.rebalance.asked = None;
    model.rebalance.compared.clear();
    model.rebalance.slider = 0;
}

/// Takes an estimate in.
pub(super) fn estimated(model: &mut Model, generation: u64, preview: Arc<Preview>) -> Vec<Effect> {
    if generation == model.awaited.preview && !matches!(model.rebalance.preview, Reckoning::Exact(_)) {
        model.rebalance.preview = Reckoning::Estimated(preview);
    }
    Vec::new()
}

/// Takes the exact figures in.
pub(super) fn computed(model: &mut Model, generation: u64, preview: Arc<Preview>) -> Vec<Effect> {
    if generation == model.awaited.preview {
        advise(model, &preview);
        model.rebalance.preview = Reckoning::Exact(preview);
    }
    Vec::new()
}

/// What is said of the recipe takes the place of what was said of the one before.
fn advise(model: &mut Model, preview: &Preview) {
    settle(model, Subject::Advice);
    let notice = |advice: &Advice| Notice::warning(Subject::Advice, format!("recipe: {}", advice.message));
    model.notices.extend(preview.advice.iter().map(notice));
}

/// Takes in that there are no figures.
pub(super) fn failed(model: &mut Model, generation: u64, reason: String) -> Vec<Effect> {
    if generation == model.awaited.preview {
        model.rebalance.preview = Reckoning::Failed(reason);
    }
    Vec::new()
}

/// Moves through the policies, each shown at once, or through the sliders.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    match model.rebalance.focus {
        RebalancePane::Policies => {
            let chosen = step.from(chosen(model), PolicyName::ALL.len(), PolicyName::ALL.len());
            choose(model, chosen)
        }
        RebalancePane::Sliders => {
            let sliders = slider_count(model);
            model.rebalance.slider = step.from(model.rebalance.slider, sliders, sliders);
            Vec::new()
        }
    }
}

/// Focuses the other pane.
pub(super) fn focus_next(model: &mut Model) {
    let panes = [RebalancePane::Policies, RebalancePane::Sliders];
    model.rebalance.focus = neighbour(&panes, model.rebalance.focus, 1);
}

/// From the policies to the sliders; from a slider to its typed value.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    match model.rebalance.focus {
        RebalancePane::Policies => model.rebalance.focus = RebalancePane::Sliders,
        RebalancePane::Sliders if slider_count(model) > 0 => {
            edit::open(model, ValueTarget::Slider(model.rebalance.slider));
        }
        RebalancePane::Sliders => {}
    }
    Vec::new()
}

/// Chooses a policy by its place in the list.
pub(super) fn choose(model: &mut Model, place: usize) -> Vec<Effect> {
    let Some(name) = PolicyName::ALL.get(place).copied() else { return Vec::new() };
    model.rebalance.policy = place;
    model.rebalance.slider = 0;
    recipe::change(model, Edited::Policy, |recipe| recipe.rebalance.policy = name)
}

fn chosen(model: &Model) -> usize {
    let name = model.recipe.rebalance.policy;
    PolicyName::ALL.iter().position(|known| *known == name).unwrap_or(0)
}

/// Makes the list's cursor and the slider fit the recipe, which undo or an editor may have changed.
pub(super) fn fit_cursors(model: &mut Model) {
    model.rebalance.policy = chosen(model);
    model.rebalance.slider = stepped(model.rebalance.slider, 0, slider_count(model));
}

fn slider_count(model: &Model) -> usize {
    model.loaded().map_or(0, |loaded| parameters(&model.recipe, &loaded.index).len())
}

/// Moves the selected slider's value by so many steps.
pub(super) fn nudge(model: &mut Model, steps: i32) -> Vec<Effect> {
    let Some(slider) = slider(model, model.rebalance.slider) else {
        tell(model, Level::Info, "this policy has nothing to turn");
        return Vec::new();
    };
    recipe::step(model, slider, steps)
}

/// Selects a slider, and puts its knob at a fraction of its track where one is given.
pub(super) fn slide(model: &mut Model, number: usize, fraction: Option<f64>) -> Vec<Effect> {
    model.rebalance.slider = number;
    model.rebalance.focus = RebalancePane::Sliders;
    let (Some((parameter, _)), Some(fraction)) = (slider(model, number), fraction) else { return Vec::new() };
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let value = parameter.range(&loaded.index).value_at(fraction);
    recipe::set(model, parameter, value)
}

fn slider(model: &Model, number: usize) -> Option<(Parameter, f64)> {
    let loaded = model.loaded()?;
    let parameter = parameters(&model.recipe, &loaded.index).get(number).copied()?;
    Some((parameter, parameter.get(&model.recipe, &loaded.index)))
}

/// Puts the chosen policy beside the others, or takes it away again.
pub(super) fn compare(model: &mut Model) -> Vec<Effect> {
    let policy = model.recipe.rebalance.policy;
    let compared = &mut model.rebalance.compared;
    if let Some(place) = compared.iter().position(|entry| entry.policy == policy) {
        compared.remove(place);
        return Vec::new();
    }
    if compared.len() == MOST_COMPARED {
        tell(model, Level::Info, format!("at most {MOST_COMPARED} policies fit side by side"));
        return Vec::new();
    }
    compared.push(Compared { policy, figures: None });
    recompare(model)
}

/// Reckons the policies that stand side by side anew.
pub(super) fn recompare(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    if model.rebalance.compared.is_empty() {
        return Vec::new();
    }
    let loaded = loaded.clone();
    let generation = next_generation(model);
    model.awaited.comparison = generation;
    let policies = model.rebalance.compared.iter().map(|entry| entry.policy).collect();
    let (recipe, perspective) = (Box::new(model.recipe.clone()), model.perspective);
    vec![Effect::ComparePolicies { generation, loaded, recipe, policies, perspective }]
}

/// Takes a comparison in.
pub(super) fn compared(model: &mut Model, generation: u64, compared: Vec<Compared>) -> Vec<Effect> {
    if generation != model.awaited.comparison {
        return Vec::new();
    }
    // What was taken away meanwhile stays away.
    for reckoned in compared {
        let policy = reckoned.policy;
        if let Some(known) = model.rebalance.compared.iter_mut().find(|known| known.policy == policy) {
            *known = reckoned;
        }
    }
    Vec::new()
}
