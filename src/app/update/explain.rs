//! Why an instance is kept or dropped: the opened one, one that the policy touches most, or one by its id.
//!
//! Invariant: asks, and shows the answer; what decides is `plan`.

use std::sync::Arc;

use super::{next_generation, overlay, tell};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::model::{Data, Drill, Level, Model, Overlay, Screen};
use crate::load::Loaded;

/// Asks why the opened instance is kept or dropped; on Rebalance, where none is opened, one of the entity that moves most.
pub(super) fn selected(model: &mut Model) -> Vec<Effect> {
    let opened = model.explore.drill.as_ref().and_then(Drill::instance);
    if let Some(number) = opened.filter(|_| model.screen == Screen::Explore) {
        return ask(model, vec![number]);
    }
    let Some((number, name)) = most_affected(model) else {
        tell(model, Level::Info, "the dataset is not loaded yet");
        return Vec::new();
    };
    let keys = model.bindings.hint(&model.contexts(), Action::ExplainById);
    let key = keys.first().map_or_else(|| Action::ExplainById.name().to_owned(), ToString::to_string);
    tell(model, Level::Info, format!("{name}; {key} asks for another by its id"));
    ask(model, vec![number])
}

/// Asks why the instance of an id is kept or dropped, or all of them where several have it.
pub(super) fn of_id(model: &mut Model, id: &str) -> Result<Vec<Effect>, String> {
    if id.is_empty() {
        return Err("type the id of an instance".to_owned());
    }
    let numbers = model.loaded().map_or_else(Vec::new, |loaded| loaded.index.of_id(id));
    if numbers.is_empty() {
        return Err(format!("no instance has the id '{id}'"));
    }
    Ok(ask(model, numbers))
}

/// Shows why.
pub(super) fn explained(model: &mut Model, generation: u64, id: String, lines: Vec<String>) -> Vec<Effect> {
    if generation != model.awaited.explanation || model.overlay.is_some() {
        return Vec::new();
    }
    overlay::open(model, Overlay::Explanation { id, lines, scroll: 0 })
}

fn ask(model: &mut Model, numbers: Vec<usize>) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded: Arc<Loaded> = loaded.clone();
    let generation = next_generation(model);
    model.awaited.explanation = generation;
    vec![Effect::ExplainInstance { generation, loaded, recipe: Box::new(model.recipe.clone()), numbers }]
}

/// An instance of the entity that moves most in the shown perspective, and what it stands for; where nothing moves, one of the
/// entity that is selected on Explore, or the first.
fn most_affected(model: &Model) -> Option<(usize, String)> {
    let loaded = model.loaded()?;
    let entry = model.shown()?;
    let outcome = model.rebalance.preview.value().and_then(|preview| preview.outcome(model.perspective));
    let moved = outcome.and_then(|outcome| outcome.moves_most.first()).map(|entry| entry.rank as usize);
    let rank = moved.or_else(|| model.explore.table.rank()).filter(|&rank| rank < entry.entities());
    let first = rank.and_then(|rank| {
        let instances = loaded.index.instances_of(entry.perspective, rank);
        Some((*instances.first()? as usize, entry.names.get(rank).into_owned()))
    });
    let Some((number, name)) = first else {
        return (loaded.index.instances() > 0).then(|| (0, "the first".to_owned()));
    };
    let why = if moved.is_some() { "which moves most" } else { "which is selected" };
    Some((number, format!("an instance of '{name}', {why}")))
}
