//! A screen on paper: drawn into a test terminal, and read from it as text.

use fantail::app::model::Model;
use fantail::config::theme::Theme;
use fantail::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// The screen of a model at a size.
pub fn drawn(model: &Model, theme: &Theme, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| ui::view(frame, model, theme)).unwrap();
    terminal.backend().buffer().clone()
}

/// The characters of a screen, a line a row.
pub fn text(buffer: &Buffer) -> String {
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    rows.map(|row| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            covered = cell.symbol().width().saturating_sub(1);
        }
        line.trim_end().to_owned() + "\n"
    })
    .collect()
}
