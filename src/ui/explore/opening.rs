//! A dataset that is being opened, or could not be.
//!
//! Invariant: shows what is known so far and how to stop; a failure shows its cause and the next step.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::perspectives;
use crate::app::action::Action;
use crate::app::model::{Data, Model};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::progress::Stage;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::{bar, text};
use crate::ui::{look, shell};

/// Draws stage, bar and what was counted so far.
pub fn draw_progress(model: &Model, theme: &Theme, (area, progress): (Rect, (Stage, u64, u64)), buffer: &mut Buffer) {
    let note = shell::hint_line(model, theme, &[("cancel", &[Action::CancelLoading])]);
    look::pane(theme, false, ("Opening".into(), note)).render(area, buffer);
    let inner = Frame::inner(area);
    if inner.is_empty() {
        return;
    }
    let (stage, done, total) = progress;
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut rows = inner.rows().skip(usize::from(inner.height > 3));
    if let Some(row) = rows.next() {
        buffer.set_stringn(row.x, row.y, amount(stage, (done, total)), usize::from(row.width), theme.style(Role::Text));
    }
    if let Some(row) = rows.next() {
        draw_bar(theme, row, if total > 0 { done as f64 / total as f64 } else { 0.0 }, buffer);
    }
    let words = if perspectives::awaits_pairs(model) {
        "The chart grows while the dataset is read; pairs are counted at the end."
    } else {
        "The chart grows while the dataset is read."
    };
    if let Some(row) = rows.nth(1) {
        buffer.set_stringn(row.x, row.y, words, usize::from(row.width), theme.style(Role::TextDim));
    }
}

/// A progress bar over a row.
pub fn draw_bar(theme: &Theme, row: Rect, share: f64, buffer: &mut Buffer) {
    let done = bar::horizontal(share, row.width);
    buffer.set_string(row.x, row.y, "░".repeat(usize::from(row.width)), theme.style(Role::Bar));
    for (x, symbol) in (row.x..row.right()).zip(done.chars()) {
        if symbol != ' '
            && let Some(cell) = buffer.cell_mut((x, row.y))
        {
            cell.set_char(symbol).set_style(theme.style(Role::BarDone));
        }
    }
}

fn amount(stage: Stage, (done, total): (u64, u64)) -> String {
    let shown = |value: u64| if stage == Stage::Read { number::bytes(value) } else { number::count(value) };
    let unit = |value: u64| match stage {
        Stage::Extract | Stage::Plan | Stage::Write => format!(" {}", number::noun(value, "instance")),
        Stage::Index => format!(" {}", number::noun(value, "perspective")),
        // Bytes have their unit with them, and the others are not part of opening a dataset.
        Stage::Read | Stage::Embed | Stage::Cluster | Stage::Train | Stage::Sample | Stage::Filter => String::new(),
    };
    if total == 0 {
        return format!("{} · {}{}", stage.label(), shown(done), unit(done));
    }
    let share = number::rounded_share(done.min(total) as f64 / total as f64);
    format!("{} · {} of {}{} · {share}", stage.label(), shown(done), shown(total), unit(total))
}

/// Draws why the dataset is not open, and what to do.
pub fn draw_unopened(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (title, cause, again) = match &model.data {
        Data::Failed(cause) => {
            (Line::styled("This dataset could not be opened", theme.style(Role::Error)), cause.as_str(), "try again")
        }
        _ => (
            Line::styled("Loading was stopped", theme.style(Role::Warning)),
            "You stopped it; nothing was kept.",
            "load it",
        ),
    };
    let width = area.width.min(84);
    let lines = text::wrap(cause, width.saturating_sub(4), theme.style(Role::Text));
    let height = (lines.len() as u16 + 6).min(area.height);
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 3, width, height };
    look::pane(theme, false, (title, Line::default())).render(place, buffer);
    let inner = Frame::inner(place);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (row, line) in inner.rows().skip(1).zip(&lines) {
        buffer.set_line(row.x, row.y, line, row.width);
    }
    let next: [(&str, &[Action]); 4] = [
        (again, &[Action::Reload]),
        ("edit the recipe", &[Action::EditRecipe]),
        ("warnings", &[Action::OpenWarnings]),
        ("quit", &[Action::Quit]),
    ];
    if inner.height >= 2 {
        let row = inner.bottom() - 1;
        buffer.set_line(inner.x, row, &shell::hint_line(model, theme, &next), inner.width);
    }
}
