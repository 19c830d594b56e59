//! Overrides of single entities: pinned with a key, or chosen from a short list.
//!
//! Invariant: an action is for exactly the entity; a pattern of the user's own goes only where that was said before.

use super::{edit, recipe, tell};
use crate::app::effect::Effect;
use crate::app::model::{Edited, Level, Model, Overlay, ValueTarget};
use crate::entity::Perspective;
use crate::policy::{Held, Mark};
use crate::recipe::{Override, OverrideAction};

/// The lines of the list: nothing, pin, exclude, cap, floor.
pub(super) const CHOICES: usize = 5;

/// Pins the selected entity, or takes its pin away.
pub(super) fn toggle_pin(model: &mut Model) -> Vec<Effect> {
    let Some((perspective, name)) = selected(model) else { return nothing_selected(model) };
    let held = model.held(perspective, &name);
    let pinned = held.in_force().iter().any(|mark| mark.action == OverrideAction::Pin);
    if pinned && held.own.is_empty() {
        tell(model, Level::Info, format!("{name}: {}, with all that it means", model.told_marks(&held.patterns)));
        return Vec::new();
    }
    let told = if pinned { left(model, &held) } else { "pinned: its instances are kept".to_owned() };
    tell(model, Level::Good, format!("{name}: {told}"));
    set(model, (perspective, &name), (!pinned).then_some(OverrideAction::Pin))
}

/// Opens the list of what can be done with the selected entity, at what holds now.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some((perspective, entity)) = selected(model) else { return nothing_selected(model) };
    let cursor = match model.held(perspective, &entity).in_force().first().map(|mark| mark.action) {
        None => 0,
        Some(OverrideAction::Pin) => 1,
        Some(OverrideAction::Exclude) => 2,
        Some(OverrideAction::Cap(_)) => 3,
        Some(OverrideAction::Floor(_)) => 4,
    };
    model.overlay = Some(Overlay::Override { perspective, entity, cursor });
    Vec::new()
}

/// Does what a line of the list says.
pub(super) fn choose(model: &mut Model, (perspective, entity): (Perspective, &str), line: usize) -> Vec<Effect> {
    let target = format!("{}:{entity}", perspective.key());
    let (action, told) = match line {
        1 => (OverrideAction::Pin, "pinned: its instances are kept"),
        2 => (OverrideAction::Exclude, "excluded: its instances are dropped"),
        3 => return ask(model, ValueTarget::Cap(target)),
        4 => return ask(model, ValueTarget::Floor(target)),
        _ => return lift(model, (perspective, entity)),
    };
    tell(model, Level::Good, format!("{entity}: {told}"));
    set(model, (perspective, entity), Some(action))
}

/// Takes away what holds: the entity's own entries, else the patterns that the list named.
fn lift(model: &mut Model, (perspective, entity): (Perspective, &str)) -> Vec<Effect> {
    let held = model.held(perspective, entity);
    if !held.own.is_empty() || held.patterns.is_empty() {
        tell(model, Level::Good, format!("{entity}: {}", left(model, &held)));
        return set(model, (perspective, entity), None);
    }
    let names = model.entry_names(&held.patterns);
    tell(model, Level::Good, format!("{names}: removed from the recipe, for all that it matched; undo brings it back"));
    replace(model, &held.patterns, None)
}

/// What holds for an entity without its own entries.
fn left(model: &Model, held: &Held) -> String {
    if held.patterns.is_empty() { "as the policy says".into() } else { model.told_marks(&held.patterns) }
}

fn ask(model: &mut Model, target: ValueTarget) -> Vec<Effect> {
    edit::open(model, target);
    Vec::new()
}

/// The count that holds for an entity now, as typed text; else its count in the dataset.
pub(super) fn text(model: &Model, target: &str) -> String {
    let Some(entity) = named(target) else { return String::new() };
    let held = model.held(entity.0, entity.1);
    let count_of = |mark: &Mark| match mark.action {
        OverrideAction::Cap(count) | OverrideAction::Floor(count) => Some(count),
        OverrideAction::Pin | OverrideAction::Exclude => None,
    };
    if let Some(count) = held.in_force().iter().find_map(count_of) {
        return count.to_string();
    }
    let entry = model.loaded().and_then(|loaded| loaded.index.perspective(entity.0));
    let count = entry.zip(model.explore.table.rank()).and_then(|(entry, rank)| entry.counts.get(rank));
    count.map_or_else(String::new, ToString::to_string)
}

/// Uses a typed cap or floor.
pub(super) fn set_count(
    model: &mut Model,
    target: &str,
    (typed, action): (Option<f64>, fn(u32) -> OverrideAction),
) -> Result<Vec<Effect>, String> {
    let whole = typed.filter(|count| count.fract() == 0.0 && *count >= 1.0 && *count <= f64::from(u32::MAX));
    let count = whole.ok_or_else(|| "type a whole number of instances, at least 1".to_owned())?;
    let entity = named(target).ok_or_else(|| "there is no such entity".to_owned())?;
    Ok(set(model, entity, Some(action(count as u32))))
}

fn named(target: &str) -> Option<(Perspective, &str)> {
    let (key, name) = target.split_once(':')?;
    Some((Perspective::ALL.into_iter().find(|known| known.key() == key)?, name))
}

fn selected(model: &Model) -> Option<(Perspective, String)> {
    let rank = model.explore.table.rank()?;
    let entry = model.shown().filter(|entry| rank < entry.entities())?;
    Some((entry.perspective, entry.names.get(rank).into_owned()))
}

fn nothing_selected(model: &mut Model) -> Vec<Effect> {
    let loaded = model.loaded().is_some();
    tell(model, Level::Info, if loaded { "no entity is selected" } else { "the dataset is not loaded yet" });
    Vec::new()
}

/// Makes the recipe hold this action for exactly an entity, and no other one.
fn set(model: &mut Model, (perspective, entity): (Perspective, &str), action: Option<OverrideAction>) -> Vec<Effect> {
    let own = model.held(perspective, entity).own;
    replace(model, &own, action.map(|action| Override::new(perspective, entity, action)))
}

/// Takes entries out of the recipe and puts one where the first of them stood, else at the end.
fn replace(model: &mut Model, marks: &[Mark], entry: Option<Override>) -> Vec<Effect> {
    recipe::change(model, Edited::Other, |recipe| {
        let overrides = &mut recipe.rebalance.overrides;
        let place = marks.first().map_or(overrides.len(), |mark| mark.place);
        for mark in marks.iter().rev() {
            overrides.remove(mark.place);
        }
        overrides.splice(place..place, entry);
    })
}
