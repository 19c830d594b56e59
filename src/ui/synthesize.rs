//! The Synthesize screen, until there is a worker: what will be here.
//!
//! Invariant: promises nothing that cannot be done now, and says what can.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::look;
use super::widget::pane::Pane as Frame;
use super::widget::text;
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::number;

/// What the screen says, a paragraph each.
const WORDS: [(&str, Role); 3] = [
    (
        "No worker is installed: fantail-worker, which makes new instances on a GPU or CPU, is a program of its own.",
        Role::Warning,
    ),
    (
        "With it, this screen says which tail entities to fill and by how much, from which seed instances, and by which means: \
         repeat, borrow, diffusion, synonym, rewrite, converse, slots. A small trial shows seed and result side by side before \
         anything is spent, and the chart gets a third layer, after + synthetic.",
        Role::Text,
    ),
    (
        "Without it, rebalancing and export are whole: a policy that repeats instances (Rebalance, repeat factor) already fills the \
         tail with real data, and in the literature that gets much of the gain.",
        Role::TextDim,
    ),
];

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = area.width.min(86);
    let place = Rect { x: area.x + (area.width - width) / 2, width, ..area };
    let inner_width = width.saturating_sub(4);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (words, role) in WORDS {
        lines.push(Line::default());
        lines.extend(text::wrap(words, inner_width, theme.style(role)));
    }
    lines.push(Line::default());
    lines.extend(deficit(model).map(|words| Line::styled(words, theme.style(Role::TextStrong))));
    let height = (lines.len() as u16 + 3).min(place.height);
    let place = Rect { y: place.y + (place.height - height) / 4, height, ..place };
    look::pane(theme, false, ("Synthesize".into(), Line::default())).render(place, buffer);
    let inner = Frame::inner(place);
    for (row, line) in inner.rows().zip(&lines) {
        buffer.set_line(row.x + 1, row.y, line, row.width.saturating_sub(2));
    }
}

/// How many instances would lift every tail entity to the threshold.
fn deficit(model: &Model) -> Option<String> {
    let (index, split) = (model.shown()?, model.split()?);
    let tail = index.entities() - split.first_tail_rank;
    let held = index.occurrences() - index.cumulative.get(split.first_tail_rank).copied()?;
    let missing = (tail as u64 * u64::from(split.threshold)).saturating_sub(held);
    Some(format!(
        "{}: {} {} {} to reach τ {}",
        model.perspective.title(),
        number::counted(tail as u64, "tail entity"),
        if tail == 1 { "lacks" } else { "lack" },
        number::counted(missing, "occurrence"),
        number::count(u64::from(split.threshold))
    ))
}
