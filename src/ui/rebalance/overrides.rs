//! The recipe's overrides: a line an entry, with what is asked and what comes of it.
//!
//! Invariant: every entry is listed or counted; a figure that is not reckoned yet is an ellipsis, never a zero.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::action::Action;
use crate::app::bindings::Context;
use crate::app::model::{Model, Reckoning};
use crate::config::theme::{Role, Theme};
use crate::entity::Perspective;
use crate::index::Index;
use crate::number;
use crate::policy::Marks;
use crate::preview::Overridden;
use crate::ui::look;
use crate::ui::shell::hint_key;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;

/// An entry in words: whom it means, what it asks, the counts before and after.
struct Entry {
    name: String,
    /// How many entities it means, where those are several.
    several: String,
    action: String,
    figures: [String; 2],
}

/// How many there are, and the key that lists them; empty where there are none.
pub fn note(model: &Model) -> String {
    let entries = model.recipe.rebalance.overrides.len() as u64;
    let key = hint_key(model, &[Context::Rebalance, Context::Everywhere], Action::OverrideEntity);
    match (entries, key) {
        (0, _) => String::new(),
        (_, Some(key)) => format!("{}: {key}", number::counted(entries, "override")),
        (_, None) => number::counted(entries, "override"),
    }
}

/// Draws the pane of the list.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let note = number::count(model.recipe.rebalance.overrides.len() as u64);
    let note = look::span(theme, Role::TextDim, note).into();
    look::pane(theme, false, ("Overrides".into(), note)).render(area, buffer);
    let inner = Frame::inner(area);
    let width = inner.width.saturating_sub(2);
    for (row, line) in inner.rows().zip(lines(model, theme, (width, usize::from(inner.height)))) {
        buffer.set_line(row.x + 1, row.y, &line, width);
    }
}

/// At most so many lines, all of one width; where there are more entries, the last line counts them.
pub fn lines(model: &Model, theme: &Theme, (width, most): (u16, usize)) -> Vec<Line<'static>> {
    let all = model.recipe.rebalance.overrides.len();
    let shown = if all > most { most.saturating_sub(1) } else { all };
    let entries = entries(model, shown);
    let widest = |cell: fn(&Entry) -> &String| entries.iter().map(|entry| text::width(cell(entry))).max().unwrap_or(0);
    let action = widest(|entry| &entry.action);
    let (before, after) = (widest(|entry| &entry.figures[0]), widest(|entry| &entry.figures[1]));
    let name = width.saturating_sub(action + before + after + 5);
    let line = |entry: &Entry| {
        let [from, to] = &entry.figures;
        let meant = text::fit(&entry.name, name.saturating_sub(text::width(&entry.several)));
        Line::from(vec![
            look::span(theme, Role::Text, text::left(&format!("{meant}{}", entry.several), name)),
            look::span(theme, Role::TextStrong, format!(" {} ", text::left(&entry.action, action))),
            look::span(theme, Role::TextDim, format!("{} → {}", text::right(from, before), text::right(to, after))),
        ])
    };
    let mut lines: Vec<_> = entries.iter().map(line).collect();
    if all > shown && most > 0 {
        lines.push(look::span(theme, Role::Warning, format!("{} more", number::count((all - shown) as u64))).into());
    }
    lines
}

/// The first entries.
fn entries(model: &Model, shown: usize) -> Vec<Entry> {
    let overrides = &model.recipe.rebalance.overrides;
    let marks = Perspective::ALL.map(|perspective| (perspective, Marks::of(overrides, perspective)));
    let mut rest = reckoned(model);
    let asked = overrides.iter().take(shown).enumerate().map(|(place, entry)| {
        let marks = marks.iter().find(|(of, _)| entry.parts().is_some_and(|(perspective, _)| perspective == *of));
        let means = |told: &Overridden| {
            let index = model.loaded().map(|loaded| &loaded.index);
            marks.zip(index).is_some_and(|((_, marks), index)| asks(index, marks, (place, told)))
        };
        // The preview lists what an entry means in one piece, in the order of the entries.
        let (own, others) = rest.split_at(rest.partition_point(means));
        rest = others;
        let several = if own.len() > 1 { format!(" ×{}", number::count(own.len() as u64)) } else { String::new() };
        let whole = model.entry_name(place);
        // Of the perspective that the screen shows the name alone is enough.
        let name = whole.strip_prefix(&format!("{}:", model.perspective.key())).unwrap_or(&whole).to_owned();
        Entry { name, several, action: entry.action.to_string(), figures: figures(own) }
    });
    asked.collect()
}

/// True when what is told of an entity comes of the entry at this place.
fn asks(index: &Index, marks: &Marks, (place, told): (usize, &Overridden)) -> bool {
    let Some(entry) = index.perspective(told.perspective) else { return false };
    let held = marks.held(&entry.names.get(told.rank as usize));
    // The same action asked twice is told once, of the first.
    held.in_force().iter().find(|mark| mark.action == told.action).is_some_and(|mark| mark.place == place)
}

/// What the preview tells of overrides, where it is that of the recipe of now.
fn reckoned(model: &Model) -> &[Overridden] {
    match &model.rebalance.preview {
        Reckoning::Exact(preview) if model.rebalance.asked.as_ref() == Some(&model.recipe) => &preview.overrides,
        _ => &[],
    }
}

/// The counts of what an entry means, summed, before and after.
fn figures(meant: &[Overridden]) -> [String; 2] {
    if meant.is_empty() {
        return ["…".into(), "…".into()];
    }
    let before: u64 = meant.iter().map(|told| u64::from(told.before)).sum();
    let after: f64 = meant.iter().map(|told| f64::from(told.after)).sum();
    let after = if after < 99.5 { number::measure(after) } else { number::count(after.round() as u64) };
    [number::count(before), after]
}
