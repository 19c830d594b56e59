//! A slider's row: name, track with knob, value.
//!
//! Invariant: name, track and value never touch, however narrow the row is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::widget::{bar, text};
use crate::app::model::Slider;
use crate::config::theme::{Role, Theme};

/// The least cells of a slider's track.
const TRACK: u16 = 6;
/// The most cells for values in a narrow row, and in any.
const NARROW: u16 = 7;
const WIDEST: u16 = 9;
/// The width below which a row is narrow.
const ROOMY: u16 = 33;

/// Cells for the names and for the values of sliders that stand under each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cells {
    label: u16,
    value: u16,
}

impl Cells {
    /// Divides rows of a width, by the values that there can be and not by those that there are: tracks stay where they are while
    /// values change.
    pub fn of(sliders: &[Slider], width: u16) -> Self {
        let most = if width < ROOMY { NARROW } else { WIDEST };
        let value = sliders.iter().map(|slider| slider.widest).max().unwrap_or(0).clamp(4, most);
        Self { label: width.saturating_sub(value + TRACK + 3).clamp(8, 16), value }
    }

    /// The most cells of a name.
    pub const fn label(self) -> u16 {
        self.label
    }

    /// A slider's track within its row.
    pub fn track(self, row: Rect) -> Rect {
        Rect { x: row.x + self.label + 2, width: row.width.saturating_sub(self.label + self.value + 3), ..row }
    }
}

/// Draws a slider's row.
pub fn draw(theme: &Theme, (slider, selected): (&Slider, bool), (cells, row): (Cells, Rect), buffer: &mut Buffer) {
    let label = cells.label;
    let name = match slider.perspective {
        Some(perspective) => {
            let sign = text::width(&slider.label) + 1;
            format!("{} {}", text::left(perspective.title(), label.saturating_sub(sign)), slider.label)
        }
        None => slider.label.clone(),
    };
    let style = theme.style(if selected { Role::TextStrong } else { Role::Text });
    let mark = if selected { "▸" } else { " " };
    buffer.set_stringn(row.x, row.y, mark, 1, theme.style(Role::SliderKnob));
    buffer.set_stringn(row.x + 1, row.y, text::left(&name, label), usize::from(label), style);
    let track = cells.track(row);
    for (x, symbol) in (track.x..track.right()).zip(bar::slider(slider.fraction(), track.width).chars()) {
        let role = if symbol == '●' { Role::SliderKnob } else { Role::Slider };
        if let Some(cell) = buffer.cell_mut((x, row.y)) {
            cell.set_char(symbol).set_style(theme.style(role));
        }
    }
    let value = text::right(&text::figure(&slider.shown, cells.value), cells.value);
    buffer.set_stringn(row.right().saturating_sub(cells.value), row.y, value, usize::from(cells.value), style);
    if selected {
        buffer.set_style(row, theme.style(Role::SelectionIdle));
    }
}
