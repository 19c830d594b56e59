//! The value editor: what is typed, and what is wrong with it.
//!
//! Invariant: the end of what is typed and its cursor are always in sight.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Popup, Room};
use crate::app::model::{TextField, ValueTarget};
use crate::config::theme::{Role, Theme};
use crate::ui::look;
use crate::ui::widget::text;

/// The editor of one value.
pub(super) fn popup(
    theme: &Theme,
    (target, field): (&ValueTarget, &TextField),
    problem: Option<&str>,
    (width, _): Room,
) -> Popup {
    let head = vec![Line::default(), line(theme, field, width), Line::default()];
    let foot = match problem {
        Some(problem) => text::wrap(problem, width, theme.style(Role::Error)),
        None => text::wrap(hint(target), width, theme.style(Role::TextDim)),
    };
    Popup { title: title(target).into(), head, foot, ..Popup::default() }
}

/// A typed line with its cursor.
pub(super) fn line(theme: &Theme, field: &TextField, width: u16) -> Line<'static> {
    let style = theme.style(Role::Input);
    let (before, after) = field.text.split_at_checked(field.cursor).unwrap_or((&field.text, ""));
    let mut after = after.chars();
    let under = after.next().unwrap_or(' ');
    let room = width.saturating_sub(4);
    let before = text::fit_path(before, room);
    let after = text::fit(after.as_str(), room.saturating_sub(text::width(&before)));
    Line::from(vec![
        look::span(theme, Role::Key, "› "),
        Span::styled(before, if field.selected { style.add_modifier(Modifier::REVERSED) } else { style }),
        Span::styled(under.to_string(), style.add_modifier(Modifier::REVERSED)),
        Span::styled(after, style),
    ])
}

fn title(target: &ValueTarget) -> String {
    match target {
        ValueTarget::Threshold(perspective) => format!("Threshold of {perspective}"),
        ValueTarget::Slider(_) => "Value".into(),
        ValueTarget::Instance => "Why is this instance kept or dropped?".into(),
        ValueTarget::Output => "Folder to write to".into(),
        ValueTarget::Ceiling(entity) => format!("Ceiling of {entity}"),
        ValueTarget::Cap(entity) => format!("Cap of {entity}"),
        ValueTarget::Floor(entity) => format!("Floor of {entity}"),
    }
}

const fn hint(target: &ValueTarget) -> &'static str {
    match target {
        ValueTarget::Threshold(_) => {
            "a count such as 120, or the tail's share of occurrences such as 10% or 0.1 · Enter sets · Esc leaves"
        }
        ValueTarget::Instance => "an instance's id · Enter says why · Esc leaves",
        ValueTarget::Output => "a path, made when it is not there · Enter sets · Esc leaves",
        ValueTarget::Ceiling(_) => {
            "the most to make for it, 0 for none; nothing takes it away · Enter sets · Esc leaves"
        }
        ValueTarget::Cap(_) => "the most instances to keep · Enter sets · Esc leaves",
        ValueTarget::Floor(_) => "the least instances to keep · Enter sets · Esc leaves",
        ValueTarget::Slider(_) => "a number · Enter sets · Esc leaves",
    }
}
