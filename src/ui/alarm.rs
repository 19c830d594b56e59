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
    let mut said = alarm.to_owned();
    loop {
        let cut = if said.len() < alarm.len() { "…" } else { "" };
        let lines = text::wrap(&format!("⚠ {said}{cut} {IN_FORCE}"), width, style);
        if lines.len() <= most || said.is_empty() {
            return lines.into_iter().take(most).collect();
        }
        // The end is what is in force; what is before it goes, a few characters at a time.
        let shorter = said.chars().count().saturating_sub(4);
        said = said.chars().take(shorter).collect();
    }
}

/// What holds meanwhile.
const IN_FORCE: &str = "(last good recipe in force)";
