//! The tail entities that lack instances, the neediest first: what each lacks, and how many are made for it.
//!
//! Invariant: only visible rows are looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::model::{Model, SynthesizePane};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::plan::{Lack, Tail};
use crate::ui::look;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;

/// Cells for a figure.
const FIGURE: u16 = 7;
/// Cells that a name has before a third figure is shown.
const NAME: u16 = 14;

/// The lines of entities inside the pane.
pub fn rows(area: Rect) -> Rect {
    let inner = Frame::inner(area);
    let header = u16::from(inner.height >= 3);
    Rect { y: inner.y + header, height: inner.height - header, ..inner }
}

/// Draws the table in its pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let focused = model.synthesize.focus == SynthesizePane::Entities;
    let tail = model.shown_tail();
    look::pane(theme, focused, (title(tail, area.width), note(theme, tail))).render(area, buffer);
    let (inner, rows) = (Frame::inner(area), rows(area));
    let Some(tail) = tail else {
        let words = if model.loaded().is_some() { "reckoning …" } else { "no dataset yet" };
        return look::aside(theme, words, inner, buffer);
    };
    if tail.lacks.is_empty() {
        return look::aside(theme, "no tail entity is below its threshold", inner, buffer);
    }
    let columns = 1 + (inner.width.saturating_sub(NAME + 2) / FIGURE).clamp(2, 4);
    if rows.y > inner.y {
        let titles = ["made", "lacks", "after", "limit"];
        draw_cells(("entity", titles.map(str::to_owned)), columns, (inner, theme, Role::TextDim), buffer);
    }
    let Some(entry) = model.loaded().and_then(|loaded| loaded.index.perspective(tail.perspective)) else { return };
    for (row, place) in rows.rows().zip(model.synthesize.first_entity..) {
        let Some(lack) = tail.lacks.get(place) else { break };
        let role = if lack.made >= lack.deficit { Role::Good } else { Role::Text };
        draw_cells((&entry.names.get(lack.rank as usize), figures(lack)), columns, (row, theme, role), buffer);
        if place == model.synthesize.entity {
            buffer.set_style(row, look::selection(theme, focused));
            buffer.set_string(row.x, row.y, "▸", look::selection(theme, focused));
        }
    }
}

fn figures(lack: &Lack) -> [String; 4] {
    let count = |value: u32| number::count(u64::from(value));
    let made = if lack.made > 0 { format!("+{}", count(lack.made)) } else { "0".into() };
    // Of what is gone nothing can be repeated; pictures alone may begin from what the draw dropped.
    let after = if lack.after == 0 { "0 !".into() } else { count(lack.after) };
    [made, count(lack.deficit), after, lack.ceiling.map_or_else(String::new, count)]
}

/// A name and as many figures as there are columns.
fn draw_cells(
    (name, figures): (&str, [String; 4]),
    columns: u16,
    (row, theme, role): (Rect, &Theme, Role),
    buffer: &mut Buffer,
) {
    let shown = usize::from(columns - 1).min(figures.len());
    let room = row.width.saturating_sub(FIGURE * shown as u16 + 2);
    buffer.set_stringn(row.x + 1, row.y, text::left(name, room), usize::from(room), theme.style(role));
    for (column, figure) in (0_u16..).zip(&figures[..shown]) {
        let x = row.x + 1 + room + column * FIGURE;
        buffer.set_stringn(x, row.y, text::right(figure, FIGURE), usize::from(FIGURE), theme.style(role));
    }
}

fn title(tail: Option<&Tail>, width: u16) -> Line<'static> {
    let Some(tail) = tail else { return "Tail".into() };
    let lacking = number::count(tail.lacks.len() as u64);
    let words = match width {
        0..36 => format!("{lacking} lack"),
        _ => format!("{} · {lacking} below τ {}", tail.perspective.title(), number::count(u64::from(tail.threshold))),
    };
    words.into()
}

fn note(theme: &Theme, tail: Option<&Tail>) -> Line<'static> {
    let Some(tail) = tail else { return Line::default() };
    let filled = tail.lacks.iter().filter(|lack| lack.made >= lack.deficit).count();
    look::span(theme, Role::TextDim, format!("{} filled", number::count(filled as u64))).into()
}
