//! The palette: every action by name, the best match first.
//!
//! Invariant: an action is shown with the key that asks for it, so that the palette teaches the keys.

use ratatui::text::Line;

use super::{Popup, Room, input, window};
use crate::app::action::Action;
use crate::app::bindings::Context;
use crate::app::model::{Model, TextField};
use crate::config::theme::{Role, Theme};
use crate::ui::look;
use crate::ui::widget::text;

/// Cells for an action's name and for its key.
const NAME: u16 = 22;
const KEY: u16 = 10;

/// The palette with what is typed and what matches.
pub(super) fn popup(
    model: &Model,
    theme: &Theme,
    (field, cursor, matches): (&TextField, usize, &[Action]),
    (width, height): Room,
) -> Popup {
    let head = vec![input::line(theme, field, width), Line::default()];
    let shown = usize::from(height).saturating_sub(head.len()).min(18);
    let first = window(cursor, shown);
    let mut rows: Vec<Line<'static>> =
        matches.iter().skip(first).take(shown).map(|&action| line(model, theme, (action, width))).collect();
    let selected = (!matches.is_empty()).then(|| cursor.saturating_sub(first));
    if matches.is_empty() {
        rows.push(Line::styled("nothing is called that", theme.style(Role::TextDim)));
    }
    let note = format!("{} of {}", matches.len(), Action::ALL.len());
    let note = look::span(theme, Role::TextDim, note).into();
    Popup { title: "Actions".into(), note, head, rows, selected, ..Popup::default() }
}

fn line(model: &Model, theme: &Theme, (action, width): (Action, u16)) -> Line<'static> {
    let keys = Context::ALL.iter().map(|&context| model.bindings.keys(context, action)).find(|keys| !keys.is_empty());
    let key = keys.and_then(|keys| keys.first().map(ToString::to_string)).unwrap_or_default();
    let room = width.saturating_sub(NAME + KEY + 1);
    let summary = if room >= 12 { text::left(action.summary(), room) } else { String::new() };
    Line::from(vec![
        look::span(theme, Role::Text, text::left(action.name(), NAME)),
        look::span(theme, Role::TextDim, format!("{summary} ")),
        look::span(theme, Role::Key, text::right(&key, KEY)),
    ])
}
