//! The list of perspectives with the shape of each, and under it the selected one's figures.
//!
//! Invariant: a perspective that was not extracted stays in the list, as a dash.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::layout::Layout;
use super::metrics;
use crate::app::model::{Data, Model, Pane};
use crate::config::theme::{Role, Theme};
use crate::entity::Perspective;
use crate::number;
use crate::ui::look;
use crate::ui::widget::pane::{self, Pane as Frame};
use crate::ui::widget::{bar, text};

/// Columns of the shape beside a perspective's Gini index.
const SHAPE: usize = 14;
/// The least height of the pane at which every perspective shows its shape.
const ALL_SHAPES: u16 = 26;

/// Draws the list, as a pane or as a line.
pub fn draw(model: &Model, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    if layout.is_folded() {
        draw_line(model, theme, layout, buffer);
        metrics::draw_sentence(model, theme, layout.sentence, buffer);
        return;
    }
    let area = layout.perspectives;
    let focused = model.explore.focus == Pane::Perspectives && model.loaded().is_some();
    look::pane(theme, focused, ("Perspectives".into(), Line::default())).render(area, buffer);
    for (row, perspective) in rows(model, layout) {
        draw_entry(model, theme, (row, perspective), buffer);
    }
    let list: u16 = rows(model, layout).iter().map(|(row, _)| row.height).sum();
    let below = area.y + 1 + list;
    if below + 2 < area.bottom() && model.shown().is_some() {
        let title = Line::styled(model.perspective.title(), theme.style(Role::Title));
        let border = theme.style(if focused { Role::BorderFocus } else { Role::Border });
        pane::rule(&title, &Line::default(), (Rect { y: below, height: 1, ..area }, border), buffer);
        let figures = Rect { y: below + 1, height: area.bottom() - below - 2, ..Frame::inner(area) };
        metrics::draw(model, theme, figures, buffer);
    }
}

/// Whether pairs are still to come: they are made of objects once all of those are counted.
pub fn awaits_pairs(model: &Model) -> bool {
    let asked = &model.recipe.entities.perspectives;
    let wanted = asked.is_empty() || asked.contains(&Perspective::CoOccurrence);
    let there = |perspective| !model.counts(perspective).is_empty();
    let loading = matches!(model.data, Data::Loading { .. });
    loading && wanted && there(Perspective::Object) && !there(Perspective::CoOccurrence)
}

/// Where each perspective stands.
pub fn rows(model: &Model, layout: &Layout) -> Vec<(Rect, Perspective)> {
    if layout.is_folded() {
        return entries(model, layout.perspectives)
            .into_iter()
            .map(|(area, perspective, _)| (area, perspective))
            .collect();
    }
    let inner = Frame::inner(layout.perspectives);
    let mut y = inner.y;
    let mut rows = Vec::new();
    for perspective in Perspective::ALL {
        let with_shape = !model.counts(perspective).is_empty()
            && (layout.perspectives.height >= ALL_SHAPES || perspective == model.perspective);
        let height = (1 + u16::from(with_shape)).min(inner.bottom().saturating_sub(y));
        rows.push((Rect { y, height, ..inner }, perspective));
        y += height;
    }
    rows
}

fn draw_entry(model: &Model, theme: &Theme, (area, perspective): (Rect, Perspective), buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let counts = model.counts(perspective);
    let selected = perspective == model.perspective;
    let figure = match counts.len() {
        0 if perspective == Perspective::CoOccurrence && awaits_pairs(model) => "at the end".to_owned(),
        0 => "—".to_owned(),
        entities => number::count(entities as u64),
    };
    let mark = if selected { "▸" } else { " " };
    let name_width = area.width.saturating_sub(text::width(&figure) + 3);
    let line = format!("{mark} {}{figure} ", text::left(perspective.title(), name_width));
    let role = if counts.is_empty() { Role::TextDim } else { Role::Text };
    buffer.set_stringn(area.x, area.y, &line, usize::from(area.width), theme.style(role));
    if selected {
        let focused = model.explore.focus == Pane::Perspectives;
        buffer.set_style(Rect { height: 1, ..area }, look::selection(theme, focused));
    }
    if area.height > 1 {
        draw_shape(model, theme, (area, perspective), buffer);
    }
}

fn draw_shape(model: &Model, theme: &Theme, (area, perspective): (Rect, Perspective), buffer: &mut Buffer) {
    let index = model.loaded().and_then(|loaded| loaded.index.perspective(perspective));
    let gini = index.map_or_else(String::new, |index| format!("gini {:.2}", index.distribution.gini));
    let room = usize::from(area.width).saturating_sub(gini.len() + 5);
    let threshold = index.map(|index| model.recipe.split(index).threshold);
    let places =
        (area.x + 2..).zip(0_u32..).zip(shape(model.counts(perspective), room.min(SHAPE)).chars().collect::<Vec<_>>());
    for ((x, power), bar) in places {
        let role = match threshold {
            None => Role::Chart,
            Some(threshold) if 1_u32 << power <= threshold => Role::ChartTail,
            Some(_) => Role::ChartHead,
        };
        let style = theme.style(role);
        buffer.set_stringn(x, area.y + 1, bar.to_string(), 1, style);
    }
    let start = area.right().saturating_sub(gini.len() as u16 + 1);
    buffer.set_stringn(start, area.y + 1, &gini, gini.len(), theme.style(Role::TextDim));
}

/// Entities by count in powers of two, the rarest left, on a logarithmic scale; `counts` descends.
fn shape(counts: &[u32], bins: usize) -> String {
    let at_least = |limit: u32| counts.partition_point(|&count| count >= limit);
    let heights: Vec<f64> = (0..bins.min(31) as u32)
        .map(|power| at_least(1 << power) - at_least(1 << (power + 1)))
        .map(|entities| if entities == 0 { 0.0 } else { (entities as f64).ln() + 1.0 })
        .collect();
    bar::sparkline(&heights)
}

fn draw_line(model: &Model, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let focused = model.explore.focus == Pane::Perspectives && model.loaded().is_some();
    for (area, perspective, label) in entries(model, layout.perspectives) {
        let empty = model.counts(perspective).is_empty();
        let role = if empty { Role::TextDim } else { Role::Text };
        let mut style = theme.style(role);
        if perspective == model.perspective {
            style = style.patch(theme.style(Role::TextStrong)).patch(look::selection(theme, focused));
        }
        buffer.set_stringn(area.x, area.y, label, usize::from(area.width), style);
    }
}

/// The perspectives in one line: as many figures as fit, else only the selected one's.
fn entries(model: &Model, line: Rect) -> Vec<(Rect, Perspective, String)> {
    let label = |perspective: Perspective, with_figure: bool| {
        let mark = if perspective == model.perspective { "▸" } else { " " };
        let counts = model.counts(perspective);
        match (counts.is_empty(), with_figure) {
            (false, true) => format!("{mark}{} {}", perspective.title(), number::short(counts.len() as u64)),
            _ => format!("{mark}{}", perspective.title()),
        }
    };
    let there: Vec<Perspective> = Perspective::ALL
        .into_iter()
        .filter(|&perspective| perspective == model.perspective || !model.counts(perspective).is_empty())
        .collect();
    let whole: u16 = there.iter().map(|&perspective| text::width(&label(perspective, true)) + 1).sum();
    let mut x = line.x;
    let mut entries = Vec::new();
    for perspective in there {
        let label = label(perspective, whole <= line.width || perspective == model.perspective);
        let width = text::width(&label).min(line.right().saturating_sub(x));
        entries.push((Rect { x, width, ..line }, perspective, label));
        x += (width + 1).min(line.right() - x);
    }
    entries
}
