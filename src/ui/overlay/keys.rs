//! The help: every key, by where it holds, made from the keymap.
//!
//! Invariant: what the keymap binds is all that is shown, and all of it; what an action does is never cut.

use ratatui::text::{Line, Span};

use super::{Popup, Room};
use crate::app::bindings::Context;
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::look;
use crate::ui::widget::text;

/// Cells for the keys of an action.
const KEYS: u16 = 14;
/// The least width at which the help stands in two columns.
const TWO_COLUMNS: u16 = 100;

/// The help from line `scroll` on.
pub(super) fn help(model: &Model, theme: &Theme, (scroll, (width, height)): (usize, Room)) -> Popup {
    let (columns, each) = columns(width);
    let lines = listing(model, theme, each);
    let shown = usize::from(height);
    let scroll = scroll.min(lines.len().saturating_sub(shown * usize::from(columns)));
    let rest = &lines[scroll..];
    let first = rest.iter().take(shown);
    let rows = first.enumerate().map(|(number, line)| {
        let mut spans = padded(line, each);
        if let Some(second) = rest.get(shown + number).filter(|_| columns == 2) {
            spans.push(Span::raw("  "));
            spans.extend(second.spans.iter().cloned());
        }
        Line::from(spans)
    });
    let rows: Vec<Line<'static>> = rows.collect();
    let left = rest.len().saturating_sub(rows.len() * usize::from(columns));
    let note = if left > 0 { format!("{left} more {} ↓", number::noun(left as u64, "line")) } else { String::new() };
    Popup { title: "Keys".into(), note: look::span(theme, Role::TextDim, note).into(), rows, ..Popup::default() }
}

/// The last line that the help can be scrolled to.
pub(super) fn furthest(model: &Model, (width, height): Room) -> usize {
    let (columns, each) = columns(width);
    listing(model, &Theme::plain(), each).len().saturating_sub(usize::from(height * columns))
}

/// In how many columns it stands, and the width of each.
const fn columns(width: u16) -> (u16, u16) {
    let columns = if width >= TWO_COLUMNS { 2 } else { 1 };
    (columns, (width - (columns - 1) * 2) / columns)
}

fn listing(model: &Model, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for context in Context::ALL {
        let listing = model.bindings.listing(context);
        if listing.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(heading(context), theme.style(Role::Title)));
        for (action, keys) in listing {
            let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let does = text::wrap(action.summary(), width.saturating_sub(KEYS), theme.style(Role::KeyAction));
            for (number, mut line) in does.into_iter().enumerate() {
                let before = if number == 0 { keys.as_str() } else { "" };
                line.spans.insert(0, look::span(theme, Role::Key, text::left(before, KEYS)));
                lines.push(line);
            }
        }
    }
    lines
}

const fn heading(context: Context) -> &'static str {
    match context {
        Context::Everywhere => "Everywhere",
        Context::Explore => "Explore",
        Context::Instances => "Explore, instances of an entity",
        Context::Rebalance => "Rebalance",
        Context::Synthesize => "Synthesize",
        Context::Run => "Run",
        Context::Export => "Export",
        Context::Overlay => "Lists such as this one",
    }
}

fn padded(line: &Line<'static>, width: u16) -> Vec<Span<'static>> {
    let style = line.style;
    let mut spans: Vec<Span<'static>> =
        line.spans.iter().map(|span| Span::styled(span.content.clone(), style.patch(span.style))).collect();
    let missing = usize::from(width).saturating_sub(line.width());
    spans.push(Span::raw(" ".repeat(missing)));
    spans
}
