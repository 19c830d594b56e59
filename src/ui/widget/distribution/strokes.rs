//! Single strokes of a chart: the dashed outline, the named stretches under the axis, labels of powers.
//!
//! Invariant: a stroke stays within the area that it is given.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::number;
use crate::ui::widget::axis;
use crate::ui::widget::canvas::Canvas;

/// Draws a dashed line along `heights`: lit over the filled area, dark within it, nothing where the two meet. Without `joined`,
/// each column stands for itself, as the bars of a histogram do.
pub(super) fn dash(heights: &[u16], (filled, joined, ink): (&[u16], bool, u8), canvas: &mut Canvas) {
    let (mut before, mut walked) = (heights.first().copied().unwrap_or(0), 0_usize);
    for ((x, &height), &filled) in (0_u16..).zip(heights).zip(filled) {
        let from = if joined { before } else { height };
        let rows = from.min(height)..from.max(height) + 1;
        for y in rows.filter(|&y| y > 0) {
            let lit = !joined || (walked / 3).is_multiple_of(2);
            walked += 1;
            if lit && y > filled {
                canvas.dot(x, y - 1, ink);
            } else if lit && y + 1 < filled {
                canvas.carve(x, y - 1);
            }
        }
        before = height;
    }
}

/// Fills a stretch of the ruler and writes its name into its middle, where there is room.
pub(super) fn name_stretch(buffer: &mut Buffer, area: Rect, (name, filling, style): (&str, char, Style)) {
    let width = usize::from(area.width);
    let mut text: Vec<char> = vec![filling; width];
    let label = format!(" {name} ");
    if width >= label.len() + 2 {
        let start = (width - label.len()) / 2;
        text.splice(start..start + label.len(), label.chars());
    } else if width >= name.len() {
        let start = (width - name.len()) / 2;
        text.splice(start..start + name.len(), name.chars());
    }
    buffer.set_string(area.x, area.y, text.into_iter().collect::<String>(), style);
}

/// Powers of ten as such, other values in short.
pub(super) fn power(value: f64) -> String {
    let exact = (value.log10() - value.log10().round()).abs() < 1e-9;
    if exact { axis::power_of_ten(value) } else { number::short(value.round() as u64) }
}

pub(super) fn write_symbol(buffer: &mut Buffer, position: Position, (symbol, style): (&str, Style)) {
    if let Some(cell) = buffer.cell_mut(position) {
        cell.set_symbol(symbol).set_style(style);
    }
}
