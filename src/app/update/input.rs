//! Keys: typed text where a field is open, else the action that the keymap gives them.
//!
//! Invariant: a field takes printable keys before any binding; Ctrl keys always reach the keymap.

use super::{act, edit, explore, overlay};
use crate::app::effect::Effect;
use crate::app::key::Key;
use crate::app::model::{Model, Overlay, Screen, SearchState};

/// Answers a key.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    model.toast = None;
    if let Some(effects) = overlay::answered(model, key) {
        return effects;
    }
    if typing(model)
        && let Some(effects) = typed(model, key)
    {
        return effects;
    }
    match model.bindings.action(&model.contexts(), key) {
        Some(action) => act::act(model, action),
        None => Vec::new(),
    }
}

/// Answers pasted text: it goes where text is typed, else it is dropped.
pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    let line = text.lines().next().unwrap_or_default().replace(char::is_control, " ");
    if !typing(model) {
        return Vec::new();
    }
    let Some(field) = edit::field(model) else { return Vec::new() };
    field.insert(&line);
    changed(model)
}

/// True while a field is open.
pub(super) fn typing(model: &Model) -> bool {
    match &model.overlay {
        Some(Overlay::Palette { .. } | Overlay::EditValue { .. }) => true,
        Some(_) => false,
        None => model.screen == Screen::Explore && model.explore.table.search.state == SearchState::Typing,
    }
}

fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let field = edit::field(model)?;
    let is_changed = field.take(key)?;
    Some(if is_changed { changed(model) } else { Vec::new() })
}

/// What follows a changed field.
fn changed(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Some(Overlay::Palette { .. }) => overlay::narrow_palette(model),
        Some(_) => edit::recheck(model),
        None => return explore::arrange(model),
    }
    Vec::new()
}
