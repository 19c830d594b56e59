//! What changes: measures before and after, the entities that move most, and the tail entities that pay for it.
//!
//! Invariant: better and worse are told by an arrow, not by colour alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::measures::{Better, MEASURES, Measure, verdict};
use super::{chart, overrides, unseen};
use crate::app::model::{Model, Reckoning};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::preview::{Move, Outcome, TargetOutcome, Volume};
use crate::ui::look;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;

/// The least width of the lists' pane beside the measures, and of each list beside the other.
const LISTS: u16 = 26;
const LIST: u16 = 24;
/// The least width of the overrides' column, and the least height of lists over the overrides.
const OVERRIDES: u16 = 36;
const WITH_STRIP: u16 = 12;
/// The width of the measures' pane beside others.
const MEASURES_PANE: u16 = 46;
/// Cells for a measure's name and for a figure.
const NAME: u16 = 13;
const FIGURE: u16 = 9;

/// Draws as many of the three panes as fit.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 4 {
        return;
    }
    if area.width < MEASURES_PANE + LISTS {
        return draw_measures(model, theme, area, buffer);
    }
    let first = MEASURES_PANE.max(area.width / 3);
    draw_measures(model, theme, Rect { width: first, ..area }, buffer);
    let rest = Rect { x: area.x + first, width: area.width - first, ..area };
    let entries = model.recipe.rebalance.overrides.len();
    let (rest, overridden) = beside_overrides(rest, entries.try_into().unwrap_or(u16::MAX));
    let [moves, collateral] = lists(rest);
    draw_moves(model, theme, moves, buffer);
    draw_collateral(model, theme, collateral, buffer);
    overrides::draw(model, theme, overridden, buffer);
}

/// The area of the lists and that of the overrides: a column where there is width for three, else a strip below, else nothing.
fn beside_overrides(area: Rect, entries: u16) -> (Rect, Rect) {
    let nothing = Rect { height: 0, ..area };
    match entries {
        0 => (area, nothing),
        _ if area.width >= 3 * OVERRIDES => {
            let column = area.width / 3;
            let left = Rect { width: area.width - column, ..area };
            (left, Rect { x: left.right(), width: column, ..area })
        }
        _ if area.height >= WITH_STRIP => {
            let strip = (entries.saturating_add(2)).min(area.height / 3);
            let upper = Rect { height: area.height - strip, ..area };
            (upper, Rect { y: upper.bottom(), height: strip, ..area })
        }
        _ => (area, nothing),
    }
}

/// The lists side by side, or one over the other where that would be too narrow.
fn lists(area: Rect) -> [Rect; 2] {
    if area.width >= 2 * LIST {
        let half = area.width / 2;
        return [Rect { width: half, ..area }, Rect { x: area.x + half, width: area.width - half, ..area }];
    }
    let upper = area.height.div_ceil(2);
    [Rect { height: upper, ..area }, Rect { y: area.y + upper, height: area.height - upper, ..area }]
}

/// How many rows the measures take, with their header.
pub fn rows(model: &Model) -> u16 {
    let optional = u16::from(chart::target(model).is_some()) + u16::from(unseen::matters(model));
    1 + optional + MEASURES.len() as u16 + 1
}

fn draw_measures(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    look::pane(theme, false, ("Outcome".into(), Line::default())).render(area, buffer);
    let inner = Frame::inner(area);
    let Some(outcome) = chart::outcome(model) else {
        return draw_absent(model, theme, inner, buffer);
    };
    let mut rows = inner.rows();
    if let Some(row) = rows.next() {
        let [before, after] = ["before", "after"].map(|title| text::right(title, FIGURE));
        let header = format!("{}{before}{after}{}", text::left("", NAME), text::right("random", FIGURE + 2));
        look::aside(theme, &header, row, buffer);
    }
    if let Some((target, row)) = chart::target(model).and_then(|target| Some((target, rows.next()?))) {
        draw_gap(theme, target, row, buffer);
    }
    if let Some((preview, row)) = chart::preview(model).and_then(|preview| Some((preview, rows.next()?))) {
        draw_size(theme, &preview.instances, row, buffer);
    }
    let unseen = unseen::counted(model).filter(|_| unseen::matters(model));
    if let Some((counted, row)) = unseen.and_then(|counted| Some((counted, rows.next()?))) {
        draw_unseen(theme, &counted, row, buffer);
    }
    for (row, measure) in rows.zip(MEASURES) {
        draw_measure(theme, (outcome, measure), row, buffer);
    }
}

/// Why there is no outcome: nothing yet, or what is wrong with the recipe, in full.
fn draw_absent(model: &Model, theme: &Theme, inner: Rect, buffer: &mut Buffer) {
    let Reckoning::Failed(reason) = &model.rebalance.preview else {
        let words = if model.loaded().is_some() { "reckoning …" } else { "no dataset yet" };
        return look::aside(theme, words, inner, buffer);
    };
    for (row, line) in inner.rows().zip(&text::wrap(reason, inner.width, theme.style(Role::Error))) {
        buffer.set_line(row.x, row.y, line, row.width);
    }
}

/// The effective sample size: what repeats and weights take away. A random subset's is its size.
fn draw_size(theme: &Theme, volume: &Volume, row: Rect, buffer: &mut Buffer) {
    let before = volume.before as f64;
    let figures = [before, volume.effective, volume.after.min(before)];
    let [before, after, random] = figures.map(|figure| number::count(figure.round() as u64));
    let cells = [
        (text::left("sample size", NAME), Role::TextDim),
        (text::right(&before, FIGURE), Role::Text),
        (text::right(&after, FIGURE), Role::TextStrong),
        (text::right(&random, FIGURE + 2), Role::TextDim),
    ];
    draw_cells(theme, &cells, row, buffer);
}

/// How many instances hold no entity, and what happens to them.
fn draw_unseen(theme: &Theme, [count, fate]: &[String; 2], row: Rect, buffer: &mut Buffer) {
    let cells = [
        (text::left(unseen::NAME, NAME), Role::TextDim),
        (text::right(count, FIGURE), Role::Text),
        (text::right(fate, FIGURE), Role::TextStrong),
    ];
    draw_cells(theme, &cells, row, buffer);
}

/// Cells from left to right, as far as there is room.
fn draw_cells(theme: &Theme, cells: &[(String, Role)], row: Rect, buffer: &mut Buffer) {
    let mut x = row.x + 1;
    for (cell, role) in cells {
        let room = row.right().saturating_sub(x);
        buffer.set_stringn(x, row.y, cell, usize::from(room), theme.style(*role));
        x += text::width(cell).min(room);
    }
}

/// The share of occurrences that is elsewhere than the target wants.
fn draw_gap(theme: &Theme, target: &TargetOutcome, row: Rect, buffer: &mut Buffer) {
    let [before, after] = target.gap.map(number::share);
    let (sign, role) = verdict((target.gap[0], target.gap[1]), Better::Less);
    let cells = [
        (text::left("gap to target", NAME), Role::TextDim),
        (text::right(&before, FIGURE), Role::Text),
        (text::right(&after, FIGURE), Role::TextStrong),
        (format!(" {sign}"), role),
    ];
    draw_cells(theme, &cells, row, buffer);
}

fn draw_measure(
    theme: &Theme,
    (outcome, (name, write, read, better)): (&Outcome, Measure),
    row: Rect,
    buffer: &mut Buffer,
) {
    let (before, after) = (read(&outcome.before), read(&outcome.after));
    let unmoved = write(before) == write(after);
    let (sign, role) = if unmoved { (" ", Role::TextDim) } else { verdict((before, after), better) };
    let cells = [
        (text::left(name, NAME), Role::TextDim),
        (text::right(&write(before), FIGURE), Role::Text),
        (text::right(&write(after), FIGURE), Role::TextStrong),
        (format!(" {sign}"), role),
        (text::right(&write(read(&outcome.random)), FIGURE), Role::TextDim),
    ];
    draw_cells(theme, &cells, row, buffer);
}

fn draw_moves(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    look::pane(theme, false, ("Moves most".into(), Line::default())).render(area, buffer);
    let moves = chart::outcome(model).map_or(&[][..], |outcome| &outcome.moves_most);
    draw_moves_in(model, theme, (moves, Frame::inner(area)), buffer);
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
    let inner = Frame::inner(area);
    if let Some(row) = inner.rows().next() {
        let words = match outcome {
            Some(_) if !exact => "known once exact",
            Some(outcome) if outcome.collateral.is_empty() => "none loses > 20 %",
            Some(_) => "tail that loses > 20 %",
            None => "",
        };
        look::aside(theme, words, row, buffer);
    }
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let collateral = outcome.map_or(&[][..], |outcome| &outcome.collateral);
    draw_moves_in(model, theme, (collateral, list), buffer);
}

/// "man    98,112 → 41,007".
fn draw_moves_in(model: &Model, theme: &Theme, (moves, area): (&[Move], Rect), buffer: &mut Buffer) {
    let Some(index) = model.shown() else { return };
    let figures: Vec<(String, String)> = moves.iter().map(figures).collect();
    let widest =
        |side: fn(&(String, String)) -> &String| figures.iter().map(|pair| text::width(side(pair))).max().unwrap_or(0);
    let (before, after) = (widest(|pair| &pair.0), widest(|pair| &pair.1));
    for ((row, entry), pair) in area.rows().zip(moves).zip(&figures) {
        let words = format!(" {} → {}", text::right(&pair.0, before), text::right(&pair.1, after));
        let room = row.width.saturating_sub(text::width(&words) + 2);
        let name = text::left(&index.names.get(entry.rank as usize), room);
        buffer.set_stringn(row.x + 1, row.y, name, usize::from(room), theme.style(Role::Text));
        let start = (row.x + 1 + room).min(row.right());
        buffer.set_stringn(start, row.y, words, usize::from(row.right() - start), theme.style(Role::TextDim));
    }
}

/// Count before and after as they are written.
fn figures(entry: &Move) -> (String, String) {
    let after = f64::from(entry.after);
    let after = if after < 99.5 { number::measure(after) } else { number::count(after.round() as u64) };
    (number::count(u64::from(entry.before)), after)
}
