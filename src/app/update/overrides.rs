//! Overrides of single entities: pinned with a key, or chosen from a short list.
//!
//! Invariant: edits only the entry of exactly the entity's name; patterns are the user's own, and an exact name goes before them.

use super::{edit, recipe, tell};
use crate::app::effect::Effect;
use crate::app::model::{Edited, Level, Model, Overlay, ValueTarget};
use crate::entity::Perspective;
use crate::recipe::{Override, OverrideAction};

/// The lines of the list: nothing, pin, exclude, cap, floor.
pub(super) const CHOICES: usize = 5;

/// Pins the selected entity, or takes its pin away.
pub(super) fn toggle_pin(model: &mut Model) -> Vec<Effect> {
    let Some((perspective, name)) = selected(model) else { return nothing_selected(model) };
    let pinned = action(model, (perspective, &name)) == Some(OverrideAction::Pin);
    let told = if pinned { "as the policy says" } else { "pinned: its instances are kept" };
    tell(model, Level::Good, format!("{name}: {told}"));
    set(model, (perspective, &name), (!pinned).then_some(OverrideAction::Pin))
}

/// Opens the list of what can be done with the selected entity.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some((perspective, entity)) = selected(model) else { return nothing_selected(model) };
    let cursor = match action(model, (perspective, &entity)) {
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
    match line {
        1 => set(model, (perspective, entity), Some(OverrideAction::Pin)),
        2 => set(model, (perspective, entity), Some(OverrideAction::Exclude)),
        3 => ask(model, ValueTarget::Cap(target)),
        4 => ask(model, ValueTarget::Floor(target)),
        _ => set(model, (perspective, entity), None),
    }
}

fn ask(model: &mut Model, target: ValueTarget) -> Vec<Effect> {
    edit::open(model, target);
    Vec::new()
}

/// The count that an entity's entry holds now, as typed text; else its count in the dataset.
pub(super) fn text(model: &Model, target: &str) -> String {
    let Some(entity) = named(target) else { return String::new() };
    if let Some(OverrideAction::Cap(count) | OverrideAction::Floor(count)) = action(model, entity) {
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

fn action(model: &Model, entity: (Perspective, &str)) -> Option<OverrideAction> {
    model.recipe.rebalance.overrides.iter().find(|entry| entry.names(entity.0, entity.1)).map(|entry| entry.action)
}

/// Makes the recipe hold this action for an entity, and no other one.
fn set(model: &mut Model, entity: (Perspective, &str), action: Option<OverrideAction>) -> Vec<Effect> {
    recipe::change(model, Edited::Other, |recipe| {
        let overrides = &mut recipe.rebalance.overrides;
        let place = overrides.iter().position(|entry| entry.names(entity.0, entity.1));
        overrides.retain(|entry| !entry.names(entity.0, entity.1));
        if let Some(action) = action {
            let place = place.unwrap_or(overrides.len()).min(overrides.len());
            overrides.insert(place, Override::new(entity.0, entity.1, action));
        }
    })
}
