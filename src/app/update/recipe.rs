//! The recipe: changed, undone, redone, saved, and changed on disk.
//!
//! Invariant: every change goes through [`change`], so every change can be undone.

use std::path::Path;

use super::{load, next_generation, overlay, rebalance, settle, synthesize, tell};
use crate::app::effect::{AfterSave, Effect};
use crate::app::message::Failure;
use crate::app::model::{Data, Edited, Level, Model, Notice, Subject};
use crate::policy::{self, Parameter};
use crate::recipe::{Recipe, RecipeError};

/// The most recipes that undo keeps.
const DEEPEST: usize = 1000;

/// Changes the recipe; edits of the same thing in a row are one step of undo.
pub(super) fn change(model: &mut Model, edited: Edited, edit: impl FnOnce(&mut Recipe)) -> Vec<Effect> {
    let before = model.recipe.clone();
    edit(&mut model.recipe);
    if model.recipe == before {
        return Vec::new();
    }
    let goes_on = edited != Edited::Other && model.history.row == Some(edited);
    if !goes_on {
        remember(model, before.clone());
    }
    model.history.row = Some(edited);
    follow(model, &before)
}

/// Sets a parameter of the policy.
pub(super) fn set(model: &mut Model, parameter: Parameter, value: f64) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    change(model, Edited::Parameter(parameter), |recipe| parameter.set(recipe, &loaded.index, value))
}

/// Moves a parameter's value by so many steps of its slider.
pub(super) fn step(model: &mut Model, (parameter, value): (Parameter, f64), steps: i32) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let stepped = parameter.range(&loaded.index).stepped(value, steps);
    // What lies beyond the slider stays there until it is moved inwards.
    if stepped.total_cmp(&value).is_eq() { Vec::new() } else { set(model, parameter, stepped) }
}

/// Takes the last change back.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(earlier) = model.history.undo.pop() else {
        tell(model, Level::Info, "nothing to undo");
        return Vec::new();
    };
    let before = std::mem::replace(&mut model.recipe, earlier);
    model.history.redo.push(before.clone());
    model.history.row = None;
    follow(model, &before)
}

/// Makes the change again that was taken back last.
pub(super) fn redo(model: &mut Model) -> Vec<Effect> {
    let Some(later) = model.history.redo.pop() else {
        tell(model, Level::Info, "nothing to redo");
        return Vec::new();
    };
    let before = std::mem::replace(&mut model.recipe, later);
    model.history.undo.push(before.clone());
    model.history.row = None;
    follow(model, &before)
}

/// Saves the recipe, then goes on.
pub(super) fn save(model: &Model, then: AfterSave) -> Vec<Effect> {
    vec![Effect::SaveRecipe { recipe: Box::new(model.recipe.clone()), path: model.history.path.clone(), then }]
}

/// Opens the recipe in the editor, as the screen shows it; nothing is saved for that.
pub(super) fn edit(model: &Model) -> Vec<Effect> {
    let (recipe, path) = (Box::new(model.recipe.clone()), model.history.path.clone());
    vec![Effect::EditRecipe { recipe, path, unsaved: model.unsaved() }]
}

/// The recipe is on disk, or could not be written.
pub(super) fn saved(model: &mut Model, outcome: Result<Box<Recipe>, Failure>, then: AfterSave) -> Vec<Effect> {
    match outcome {
        Ok(recipe) => {
            model.history.saved = *recipe;
            model.history.spoilt = false;
            settle(model, Subject::Recipe);
            let path = model.history.path.clone();
            match then {
                AfterSave::Stay => tell(model, Level::Good, format!("saved {}", path.display())),
                AfterSave::Quit => return vec![Effect::Quit],
            }
        }
        Err(failure) => overlay::fail(model, failure),
    }
    Vec::new()
}

/// The recipe's file was read again.
pub(super) fn read(model: &mut Model, outcome: Result<Box<Recipe>, Failure>) -> Vec<Effect> {
    match outcome {
        Ok(recipe) if *recipe == model.history.saved => {
            model.history.spoilt = false;
            settle(model, Subject::Recipe);
            Vec::new()
        }
        Ok(recipe) => {
            let path = model.history.path.clone();
            if refused(model, &recipe, &path) {
                model.history.spoilt = true;
                return Vec::new();
            }
            (model.history.saved, model.history.spoilt) = ((*recipe).clone(), false);
            settle(model, Subject::Recipe);
            let effects = change(model, Edited::Other, |current| *current = *recipe);
            tell(model, Level::Info, "the recipe changed on disk and is in use; undo takes it back");
            effects
        }
        Err(failure) => {
            model.history.spoilt = true;
            unread(model, &failure)
        }
    }
}

/// The copy that is edited was read again; what it says is in use, and unsaved.
pub(super) fn draft_read(model: &mut Model, path: &Path, outcome: Result<Box<Recipe>, Failure>) -> Vec<Effect> {
    match outcome {
        Ok(recipe) if *recipe != model.recipe && refused(model, &recipe, path) => Vec::new(),
        Ok(recipe) if *recipe == model.recipe => {
            settle(model, Subject::Recipe);
            Vec::new()
        }
        Ok(recipe) => {
            settle(model, Subject::Recipe);
            let effects = change(model, Edited::Other, |current| *current = *recipe);
            tell(model, Level::Info, "what was edited is in use and not saved yet; undo takes it back");
            effects
        }
        Err(failure) => unread(model, &failure),
    }
}

/// Says why a recipe that was read is not in use.
fn unread(model: &mut Model, failure: &Failure) -> Vec<Effect> {
    stands(model, failure.cause.clone());
    Vec::new()
}

/// What is wrong with the recipe stands on the screen until one is read that can be used.
fn stands(model: &mut Model, wrong: String) {
    settle(model, Subject::Recipe);
    model.toast = None;
    model.notices.push(Notice::warning(Subject::Recipe, wrong));
}

/// Whether a recipe cannot be used with the dataset that is loaded; then that is told.
fn refused(model: &mut Model, recipe: &Recipe, path: &Path) -> bool {
    let Some(error) = misfit(model, recipe) else { return false };
    stands(model, error.in_file(path).to_string());
    true
}

/// Why a recipe cannot be used with the dataset that is loaded; `None` when it can, or when it asks for another extraction.
fn misfit(model: &Model, recipe: &Recipe) -> Option<RecipeError> {
    let loaded = model.loaded().filter(|_| recipe.loads_as(&model.recipe))?;
    policy::fits(&loaded.index, recipe).err()
}

fn remember(model: &mut Model, before: Recipe) {
    let history = &mut model.history;
    history.undo.push(before);
    history.redo.clear();
    if history.undo.len() > DEEPEST {
        history.undo.remove(0);
    }
}

/// What a changed recipe asks for: another extraction, or another preview.
fn follow(model: &mut Model, before: &Recipe) -> Vec<Effect> {
    rebalance::fit_cursors(model);
    synthesize::fit_slider(model);
    if !before.loads_as(&model.recipe) {
        return load::start(model);
    }
    let mut effects = rebalance::refresh_if_shown(model);
    effects.extend(synthesize::refresh_if_shown(model));
    if differs_beside_policy(before, &model.recipe) {
        effects.extend(rebalance::recompare(model));
    }
    if votes(before) != votes(&model.recipe) {
        effects.extend(load::find_again(model));
    }
    effects
}

/// What findings depend on: where the tail begins, and how votes are counted.
fn votes(recipe: &Recipe) -> impl PartialEq + use<'_> {
    let rebalance = &recipe.rebalance;
    (&recipe.threshold, rebalance.policy, rebalance.vote, rebalance.pass_count)
}

/// True when something other than the choice of the policy differs: then every policy's figures do.
fn differs_beside_policy(before: &Recipe, after: &Recipe) -> bool {
    let mut before = before.clone();
    before.rebalance.policy = after.rebalance.policy;
    before != *after
}

/// A request for the recipe's preview, whatever was asked before.
pub(super) fn preview(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    let generation = next_generation(model);
    model.awaited.preview = generation;
    model.rebalance.asked = Some(model.recipe.clone());
    let recipe = Box::new(model.recipe.clone());
    vec![Effect::ComputePreview { generation, loaded, recipe, perspective: model.perspective }]
}
