//! Draws the model.
//!
//! Invariant: reads the model and nothing else: no I/O, no clock, no state of its own; a screen of any size is drawn without panic.

mod alarm;
mod explore;
mod export;
mod footer;
mod look;
mod overlay;
mod rebalance;
mod regions;
mod run;
mod shell;
mod slider;
mod synthesize;
pub mod widget;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use explore::text_lines;
pub use regions::regions;

use crate::app::model::{Model, Screen};
use crate::config::theme::{Role, Theme};

/// Draws everything.
pub fn view(frame: &mut Frame<'_>, model: &Model, theme: &Theme) {
    let area = frame.area();
    draw(model, theme, area, frame.buffer_mut());
}

/// Draws everything into a part of a buffer.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    buffer.set_style(area, theme.style(Role::Text).patch(theme.style(Role::Background)));
    let Some(shell) = shell::Shell::of(area, alarm::rows(model, area)) else {
        return draw_too_small(theme, area, buffer);
    };
    shell::draw_top(model, theme, &shell, buffer);
    match model.screen {
        Screen::Explore => explore::draw(model, theme, shell.body, buffer),
        Screen::Rebalance => rebalance::draw(model, theme, shell.body, buffer),
        Screen::Synthesize => synthesize::draw(model, theme, shell.body, buffer),
        Screen::Run => run::draw(model, theme, shell.body, buffer),
        Screen::Export => export::draw(model, theme, shell.body, buffer),
    }
    alarm::draw(model, theme, (area, shell.alarm), buffer);
    footer::draw(model, theme, shell.footer, buffer);
    overlay::draw(model, theme, area, buffer);
}

fn draw_too_small(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (width, height) = shell::LEAST;
    let words = format!("fantail needs {width}×{height} cells; here are {}×{}", area.width, area.height);
    let lines = widget::text::wrap(&words, area.width, theme.style(Role::Warning));
    for (row, line) in area.rows().zip(&lines) {
        buffer.set_line(row.x, row.y, line, row.width);
    }
}
