//! What stands over the bottom line until it is put right: a recipe on disk that cannot be used.
//!
//! Invariant: stands on every screen at every size for as long as it is true; the place in the file and what is in force instead
//! are never cut.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::widget::text;
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};

/// The most lines, and the share of the screen's height that they may take.
const MOST: usize = 4;
const SHARE: u16 = 5;

/// How many rows it takes of a screen.
pub fn rows(model: &Model, screen: Rect) -> u16 {
    lines(model, &Theme::plain(), screen).len() as u16
}

/// Draws it; `screen` is the whole of which `area` is its part.
pub fn draw(model: &Model, theme: &Theme, (screen, area): (Rect, Rect), buffer: &mut Buffer) {
    for (row, line) in area.rows().zip(lines(model, theme, screen)) {
        buffer.set_line(row.x + 1, row.y, &line, row.width.saturating_sub(1));
    }
}

fn lines(model: &Model, theme: &Theme, screen: Rect) -> Vec<Line<'static>> {
    let Some(alarm) = model.alarm() else { return Vec::new() };
    let (style, width) = (theme.style(Role::Warning), screen.width.saturating_sub(2));
    let most = MOST.min(usize::from(screen.height / SHARE)).max(1);
    let all = text::wrap(&format!("⚠ {alarm} {IN_FORCE}"), width, style);
    if all.len() <= most {
        return all;
    }
    // The end is what is in force; the middle goes.
    let room = usize::from(width) * most - IN_FORCE.chars().count() - usize::from(width) / 4;
    let begun: String = alarm.chars().take(room).collect();
    text::wrap(&format!("⚠ {begun}… {IN_FORCE}"), width, style).into_iter().take(most).collect()
}

/// What holds meanwhile.
const IN_FORCE: &str = "(last good recipe in force)";
