//! Synthesize: which policies, from which seeds, how much for which entity; and a trial.
//!
//! Invariant: the plan is asked for only when it is on the screen and the recipe differs from the one that was asked for last.

mod ceiling;
mod seeds;
mod trial;

pub(super) use ceiling::{ceiling_text, edit_ceiling, set_ceiling};
pub(super) use seeds::{decoded, drop_seed, read};
pub(super) use trial::{start_trial, tried};

use std::sync::Arc;

use seeds::{list_seeds, read_seed};

use super::act::neighbour;
use super::step::Step;
use super::{edit, next_generation, recipe, scrolled, stepped};
use crate::app::effect::Effect;
use crate::app::hit::Target;
use crate::app::model::{Data, Edited, Model, Reckoning, Screen, SynthesizePane, ValueTarget};
use crate::policy::Parameter;
use crate::preview::Completion;
use crate::recipe::SynthesisName;

/// Visible lines before the first frame said how many there are.
const LINES: usize = 10;

/// Asks for the plan unless it is known or on its way.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    if model.synthesize.asked.as_ref() == Some(&model.recipe) {
        return Vec::new();
    }
    let loaded = loaded.clone();
    let old = model.synthesize.completion.value().cloned();
    model.synthesize.completion = Reckoning::Pending(old);
    model.synthesize.asked = Some(model.recipe.clone());
    let generation = next_generation(model);
    model.awaited.synthesis = generation;
    let (recipe, folder) = (Box::new(model.recipe.clone()), model.export.synthesis());
    vec![Effect::PlanSynthesis { generation, loaded, recipe, folder }]
}

/// Asks for the plan when the screen shows it, or tells how many instances it makes.
pub(super) fn refresh_if_shown(model: &mut Model) -> Vec<Effect> {
    let told = model.screen == Screen::Export && model.recipe.synthesis.is_on();
    if told || model.screen == Screen::Synthesize { refresh(model) } else { Vec::new() }
}

/// Forgets what was reckoned for another dataset.
pub(super) fn forget(model: &mut Model) {
    let (focus, policy) = (model.synthesize.focus, model.synthesize.policy);
    model.synthesize = crate::app::model::SynthesizeScreen { focus, policy, ..Default::default() };
}

/// Takes the plan in.
pub(super) fn planned(model: &mut Model, generation: u64, completion: Arc<Completion>) -> Vec<Effect> {
    if generation != model.awaited.synthesis {
        return Vec::new();
    }
    // The entity that was selected stays so, wherever it is in the list now.
    let selected = model.selected_lack().map(|lack| lack.rank);
    let shown = model.listed_seed(model.synthesize.seed).map(|seed| seed.instance);
    model.synthesize.completion = Reckoning::Exact(completion);
    let lacks = model.shown_tail().map_or(&[][..], |tail| &tail.lacks);
    let place = selected.and_then(|rank| lacks.iter().position(|lack| lack.rank == rank));
    model.synthesize.entity = place.unwrap_or_else(|| stepped(model.synthesize.entity, 0, lacks.len()));
    list_seeds(model, shown)
}

/// Takes in that there is no plan.
pub(super) fn failed(model: &mut Model, generation: u64, reason: String) -> Vec<Effect> {
    if generation == model.awaited.synthesis {
        model.synthesize.completion = Reckoning::Failed(reason);
    }
    Vec::new()
}

/// Lists the tail of the perspective that is shown now; where that is not seen, its seeds are listed once it is.
pub(super) fn show_perspective(model: &mut Model) -> Vec<Effect> {
    (model.synthesize.entity, model.synthesize.first_entity) = (0, 0);
    if model.screen == Screen::Synthesize {
        return list_seeds(model, None);
    }
    seeds::forget(model);
    Vec::new()
}

/// Asks for the plan where it is not known, and lists the seeds where they are not.
pub(super) fn show(model: &mut Model) -> Vec<Effect> {
    let mut effects = refresh(model);
    if model.synthesize.listed.is_empty() {
        effects.extend(list_seeds(model, None));
    }
    effects
}

/// Moves through the list that has the focus.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    match model.synthesize.focus {
        SynthesizePane::Policies => {
            let policies = SynthesisName::ALL.len();
            model.synthesize.policy = step.from(model.synthesize.policy, policies, policies);
            fit_slider(model);
        }
        SynthesizePane::Sliders => {
            let sliders = model.parameters().len();
            model.synthesize.slider = step.from(model.synthesize.slider, sliders, sliders);
        }
        SynthesizePane::Entities => {
            let lacks = model.shown_tail().map_or(0, |tail| tail.lacks.len());
            return select_entity(model, step.from(model.synthesize.entity, lacks, lines(model, &Target::Lacks)));
        }
        SynthesizePane::Seeds => {
            let seeds = model.synthesize.listed.len();
            return select_seed(model, step.from(model.synthesize.seed, seeds, lines(model, &Target::Seeds)));
        }
    }
    Vec::new()
}

fn lines(model: &Model, wanted: &Target) -> usize {
    model.hits.lines(|target| target == wanted, LINES)
}

fn select_entity(model: &mut Model, place: usize) -> Vec<Effect> {
    if place == model.synthesize.entity {
        return Vec::new();
    }
    model.synthesize.entity = place;
    list_seeds(model, None)
}

fn select_seed(model: &mut Model, place: usize) -> Vec<Effect> {
    model.synthesize.seed = place;
    keep_visible(model);
    read_seed(model)
}

/// Scrolls so that what is selected is visible; true when it had not been.
pub(super) fn keep_visible(model: &mut Model) -> bool {
    let (entities, seeds) = (lines(model, &Target::Lacks), lines(model, &Target::Seeds));
    let lacks = model.shown_tail().map_or(0, |tail| tail.lacks.len());
    let screen = &mut model.synthesize;
    let first_entity = scrolled(screen.first_entity, screen.entity, entities).min(lacks.saturating_sub(entities));
    let last = screen.listed.len().saturating_sub(seeds);
    let first_seed = scrolled(screen.first_seed, screen.seed, seeds).min(last);
    let moved = (screen.first_entity, screen.first_seed) != (first_entity, first_seed);
    (screen.first_entity, screen.first_seed) = (first_entity, first_seed);
    moved
}

/// Focuses the next pane.
pub(super) fn focus_next(model: &mut Model, steps: isize) {
    model.synthesize.focus = neighbour(&SynthesizePane::ALL, model.synthesize.focus, steps);
}

/// Uses the selected policy or leaves it; from a slider to its typed value; from an entity to its seeds.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    match model.synthesize.focus {
        SynthesizePane::Policies => return toggle(model),
        SynthesizePane::Sliders => edit::open(model, ValueTarget::Slider(model.synthesize.slider)),
        SynthesizePane::Entities => model.synthesize.focus = SynthesizePane::Seeds,
        SynthesizePane::Seeds => {}
    }
    Vec::new()
}

/// Goes from the seeds back to the entities; `None` elsewhere.
pub(super) fn back(model: &mut Model) -> Option<Vec<Effect>> {
    (model.synthesize.focus == SynthesizePane::Seeds).then(|| {
        model.synthesize.focus = SynthesizePane::Entities;
        Vec::new()
    })
}

/// Uses the selected policy, after those that are used already, or leaves it.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    let Some(&name) = SynthesisName::ALL.get(model.synthesize.policy) else { return Vec::new() };
    recipe::change(model, Edited::Other, |recipe| {
        let policies = &mut recipe.synthesis.policies;
        if policies.contains(&name) {
            policies.retain(|other| *other != name);
        } else {
            policies.push(name);
        }
    })
}

/// Answers a click on a line of the policies: the first selects, another one uses or leaves.
pub(super) fn click_policy(model: &mut Model, line: usize) -> Vec<Effect> {
    if line >= SynthesisName::ALL.len() {
        return Vec::new();
    }
    let again = model.synthesize.policy == line && model.synthesize.focus == SynthesizePane::Policies;
    (model.synthesize.policy, model.synthesize.focus) = (line, SynthesizePane::Policies);
    fit_slider(model);
    if again { toggle(model) } else { Vec::new() }
}

/// Selects a visible line of the tail entities.
pub(super) fn click_entity(model: &mut Model, line: usize) -> Vec<Effect> {
    model.synthesize.focus = SynthesizePane::Entities;
    let place = model.synthesize.first_entity + line;
    if place < model.shown_tail().map_or(0, |tail| tail.lacks.len()) { select_entity(model, place) } else { Vec::new() }
}

/// Selects a visible line of the seeds.
pub(super) fn click_seed(model: &mut Model, line: usize) -> Vec<Effect> {
    model.synthesize.focus = SynthesizePane::Seeds;
    let place = model.synthesize.first_seed + line;
    if place < model.synthesize.listed.len() { select_seed(model, place) } else { Vec::new() }
}

/// Makes cursors fit the recipe, which undo or an editor may have changed.
pub(super) fn fit_slider(model: &mut Model) {
    if model.screen == Screen::Synthesize {
        model.synthesize.slider = stepped(model.synthesize.slider, 0, model.parameters().len());
    }
}

/// Moves the selected slider's value by so many steps.
pub(super) fn nudge(model: &mut Model, steps: i32) -> Vec<Effect> {
    let Some(slider) = slider(model, model.synthesize.slider) else { return Vec::new() };
    recipe::step(model, slider, steps)
}

/// Selects a slider, and puts its knob at a fraction of its track where one is given.
pub(super) fn slide(model: &mut Model, number: usize, fraction: Option<f64>) -> Vec<Effect> {
    (model.synthesize.slider, model.synthesize.focus) = (number, SynthesizePane::Sliders);
    let (Some((parameter, _)), Some(fraction)) = (slider(model, number), fraction) else { return Vec::new() };
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let value = parameter.range(&loaded.index).value_at(fraction);
    recipe::set(model, parameter, value)
}

fn slider(model: &Model, number: usize) -> Option<(Parameter, f64)> {
    let parameter = model.parameters().get(number).copied()?;
    Some((parameter, parameter.get(&model.recipe, &model.loaded()?.index)))
}
