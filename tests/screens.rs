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

/// The screen with its colours, as a terminal would be told it.
fn ansi(buffer: &Buffer) -> String {
    use ratatui::style::{Color, Modifier};
    let colour = |colour: Color, layer: u8| match colour {
        Color::Rgb(r, g, b) => format!(";{layer}8;2;{r};{g};{b}"),
        Color::Indexed(index) => format!(";{layer}8;5;{index}"),
        _ => String::new(),
    };
    let mut out = String::new();
    for row in buffer.content().chunks(usize::from(buffer.area.width)) {
        let mut skip = 0;
        for cell in row {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let mut codes = String::from("0");
            for (flag, code) in [
                (Modifier::BOLD, ";1"),
                (Modifier::DIM, ";2"),
                (Modifier::ITALIC, ";3"),
                (Modifier::UNDERLINED, ";4"),
                (Modifier::REVERSED, ";7"),
            ] {
                if cell.modifier.contains(flag) {
                    codes.push_str(code);
                }
            }
            out.push_str(&format!("\x1b[{codes}{}{}m{}", colour(cell.fg, 3), colour(cell.bg, 4), cell.symbol()));
            skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
        }
        out.push('\n');
    }
    out
}

#[test]
fn print() {
    let mono = theme(ColorSupport::None);
    for size in SIZES {
        println!("{}", text(&drawn(&fixture::model(), &mono, size)));
    }
    for name in ["dark", "light"] {
        let (colour, _) = Themes::new(None, ColorSupport::TrueColor).load(name);
        std::fs::write(format!("/tmp/{name}.ansi"), ansi(&drawn(&fixture::model(), &colour, (120, 36)))).unwrap();
        std::fs::write(format!("/tmp/{name}2.ansi"), ansi(&drawn(&fixture::drilled(), &colour, (120, 36)))).unwrap();
    }
    for size in SIZES {
        println!("{}", text(&drawn(&fixture::drilled(), &mono, size)));
    }
    let _ = ChartMode::ALL;
}
