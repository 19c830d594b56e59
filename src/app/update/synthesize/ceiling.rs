//! The ceiling of a single tail entity, typed.
//!
//! Invariant: an entity has one ceiling of its own at most; nothing typed takes it away.

use crate::app::effect::Effect;
use crate::app::model::{Edited, Level, Model, ValueTarget};
use crate::app::update::{edit, recipe, tell};
use crate::recipe::EntityCeiling;

/// Opens the editor for the selected entity's ceiling.
pub(in crate::app::update) fn edit_ceiling(model: &mut Model) -> Vec<Effect> {
    match selected_entity(model) {
        Some(entity) => edit::open(model, ValueTarget::Ceiling(entity)),
        None => tell(model, Level::Info, "no tail entity is selected"),
    }
    Vec::new()
}

fn selected_entity(model: &Model) -> Option<String> {
    let (tail, lack) = (model.shown_tail()?, model.selected_lack()?);
    let entry = model.loaded()?.index.perspective(tail.perspective)?;
    Some(format!("{}:{}", tail.perspective.key(), entry.names.get(lack.rank as usize)))
}

/// The ceiling that an entity has now, as typed text.
pub(in crate::app::update) fn ceiling_text(model: &Model, entity: &str) -> String {
    let own = model.recipe.synthesis.entities.iter().find(|entry| entry.entity == entity);
    let ceiling = own.map(|entry| entry.ceiling).or(model.recipe.synthesis.ceiling);
    ceiling.map_or_else(String::new, |ceiling| ceiling.to_string())
}

/// Uses a typed ceiling; nothing typed takes the entity's own ceiling away.
pub(in crate::app::update) fn set_ceiling(
    model: &mut Model,
    entity: &str,
    (typed, text): (Option<f64>, &str),
) -> Result<Vec<Effect>, String> {
    let whole = typed.filter(|count| count.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(count));
    if whole.is_none() && !text.is_empty() {
        return Err("type a whole number of instances, 0 for none, or nothing for no ceiling".into());
    }
    Ok(recipe::change(model, Edited::Other, |recipe| {
        let entities = &mut recipe.synthesis.entities;
        let place = entities.iter().position(|entry| entry.entity == entity);
        match (place, whole) {
            (Some(place), Some(count)) => entities[place].ceiling = count as u32,
            (Some(place), None) => drop(entities.remove(place)),
            (None, Some(count)) => {
                let line = crate::recipe::Line::default();
                entities.push(EntityCeiling { entity: entity.to_owned(), ceiling: count as u32, line });
            }
            (None, None) => {}
        }
    }))
}
