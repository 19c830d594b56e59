//! Export: which formats, and where to.
//!
//! Invariant: formats live in the recipe; the folder does not, since it is no choice about the data.

use std::path::PathBuf;

use super::step::Step;
use super::{recipe, tell};
use crate::app::effect::Effect;
use crate::app::model::{Edited, FORMATS, Level, Model};

/// Moves through the formats.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    model.export.cursor = step.from(model.export.cursor, FORMATS.len(), FORMATS.len());
    Vec::new()
}

/// Chooses or drops the selected format.
pub(super) fn toggle_format(model: &mut Model) -> Vec<Effect> {
    let Some(format) = FORMATS.get(model.export.cursor).copied() else { return Vec::new() };
    if model.recipe.export.formats == [format] {
        tell(model, Level::Info, "an export has at least one format: choose another first");
        return Vec::new();
    }
    recipe::change(model, Edited::Other, |recipe| {
        let formats = &mut recipe.export.formats;
        match formats.iter().position(|chosen| *chosen == format) {
            Some(place) => drop(formats.remove(place)),
            None => formats.push(format),
        }
    })
}

/// Sets the folder.
pub(super) fn set_folder(model: &mut Model, text: &str) -> Result<Vec<Effect>, String> {
    if text.is_empty() {
        return Err("type a folder".into());
    }
    model.export.folder = PathBuf::from(text);
    Ok(Vec::new())
}
