//! What changes: measures before and after, the entities that move most, and the tail entities that pay for it.
//!
//! Invariant: better and worse are told by an arrow, not by colour alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::chart;
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::preview::{Measures, Move, Outcome};
use crate::ui::look;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;

/// The least widths at which two and three panes stand side by side.
const TWO: u16 = 62;
const THREE: u16 = 96;

/// Draws as many of the three panes as fit.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 4 {
        return;
    }
    let panes = if area.width >= THREE { 3 } else { 1 + u16::from(area.width >= TWO) };
    let each = area.width / panes;
    let place = |number: u16| {
        let last = number + 1 == panes;
        let width = if last { area.width - each * number } else { each };
        Rect { x: area.x + each * number, width, ..area }
    };
    draw_measures(model, theme, place(0), buffer);
    if panes > 1 {
        draw_moves(model, theme, place(1), buffer);
    }
    if panes > 2 {
        draw_collateral(model, theme, place(2), buffer);
    }
}

/// A measure of the table: name, how it is written, how it is read, and whether less of it is better.
type Measure = (&'static str, fn(f64) -> String, fn(&Measures) -> f64, Better);

/// Which direction of a measure is better.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
    Neither,
}

const MEASURES: [Measure; 8] = [
    ("gini", number::measure, |measures| measures.gini, Better::Less),
    ("evenness", number::measure, |measures| measures.evenness, Better::More),
    ("tail share", number::share, |measures| measures.tail_occurrence_share, Better::More),
    ("entities lost", number::measure, |measures| measures.entities_lost, Better::Less),
    ("mass lost", number::share, |measures| measures.mass_lost, Better::Less),
    ("effective", number::measure, |measures| measures.effective_entities, Better::More),
    ("KL to uniform", number::measure, |measures| measures.kl_uniform, Better::Less),
    ("JS from before", number::measure, |measures| measures.js, Better::Neither),
];

fn draw_measures(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    look::pane(theme, false, ("Outcome".into(), Line::default())).render(area, buffer);
    let inner = Frame::inner(area);
    let Some(outcome) = chart::outcome(model) else {
        let words = if model.loaded().is_some() { "reckoning …" } else { "no dataset yet" };
        buffer.set_stringn(inner.x + 1, inner.y, words, usize::from(inner.width), theme.style(Role::TextDim));
        return;
    };
    let mut rows = inner.rows();
    let with_random = inner.width >= 48;
    if let Some(row) = rows.next() {
        let mut header = format!("{}{}{}", text::left("", 15), text::right("before", 9), text::right("after", 9));
        if with_random {
            header.push_str(&text::right("random", 12));
        }
        buffer.set_stringn(row.x + 1, row.y, header, usize::from(row.width), theme.style(Role::TextDim));
    }
    for (row, measure) in rows.zip(MEASURES) {
        draw_measure(theme, (outcome, measure, with_random), row, buffer);
    }
}

fn draw_measure(
    theme: &Theme,
    (outcome, (name, write, read, better), with_random): (&Outcome, Measure, bool),
    row: Rect,
    buffer: &mut Buffer,
) {
    let (before, after) = (read(&outcome.before), read(&outcome.after));
    let (sign, role) = verdict((before, after), better);
    let cells = [
        (text::left(name, 15), Role::TextDim),
        (text::right(&write(before), 9), Role::Text),
        (text::right(&write(after), 9), Role::TextStrong),
        (format!(" {sign}"), role),
        (text::right(&write(read(&outcome.random)), 10), Role::TextDim),
    ];
    let mut x = row.x + 1;
    for (cell, role) in cells.into_iter().take(if with_random { 5 } else { 4 }) {
        let room = row.right().saturating_sub(x);
        buffer.set_stringn(x, row.y, &cell, usize::from(room), theme.style(role));
        x += text::width(&cell).min(room);
    }
}

fn verdict((before, after): (f64, f64), better: Better) -> (&'static str, Role) {
    let moved = after - before;
    if moved.abs() <= before.abs().max(1e-9) * 5e-4 {
        return (" ", Role::TextDim);
    }
    let sign = if moved > 0.0 { "▲" } else { "▼" };
    match better {
        Better::Neither => (sign, Role::TextDim),
        Better::More if moved > 0.0 => (sign, Role::Good),
        Better::Less if moved < 0.0 => (sign, Role::Good),
        Better::More | Better::Less => (sign, Role::Bad),
    }
}

fn draw_moves(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    look::pane(theme, false, ("Moves most".into(), Line::default())).render(area, buffer);
    let moves = chart::outcome(model).map_or(&[][..], |outcome| &outcome.moves_most);
    for (row, entry) in Frame::inner(area).rows().zip(moves) {
        draw_move(model, theme, (entry, row), buffer);
    }
}

fn draw_collateral(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let outcome = chart::outcome(model);
    let exact = chart::preview(model).is_some_and(|preview| preview.exact);
    let note = match outcome {
        Some(outcome) if exact => number::count(outcome.collateral_entities),
        _ => String::new(),
    };
    let note = look::span(theme, Role::Warning, note).into();
    look::pane(theme, false, ("Collateral".into(), note)).render(area, buffer);
    let mut rows = Frame::inner(area).rows();
    if let Some(row) = rows.next() {
        let words = match outcome {
            Some(_) if !exact => "known once the figures are exact",
            Some(outcome) if outcome.collateral.is_empty() => "no tail entity loses more than 20 %",
            Some(_) => "tail entities that lose > 20 %",
            None => "",
        };
        buffer.set_stringn(row.x + 1, row.y, words, usize::from(row.width), theme.style(Role::TextDim));
    }
    for (row, entry) in rows.zip(outcome.map_or(&[][..], |outcome| &outcome.collateral)) {
        draw_move(model, theme, (entry, row), buffer);
    }
}

/// "man    98,112 → 41,007".
fn draw_move(model: &Model, theme: &Theme, (entry, row): (&Move, Rect), buffer: &mut Buffer) {
    let Some(index) = model.shown() else { return };
    let after = f64::from(entry.after);
    let after = if after < 99.5 { number::measure(after) } else { number::count(after.round() as u64) };
    let figures = format!("{} → {}", text::right(&number::count(u64::from(entry.before)), 9), text::right(&after, 9));
    let room = row.width.saturating_sub(text::width(&figures) + 2);
    let name = index.names.get(entry.rank as usize);
    buffer.set_stringn(row.x + 1, row.y, text::left(&name, room), usize::from(room), theme.style(Role::Text));
    let start = (row.x + 1 + room).min(row.right());
    buffer.set_stringn(start, row.y, figures, usize::from(row.right() - start), theme.style(Role::TextDim));
}
