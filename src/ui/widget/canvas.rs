//! Dots in braille cells: two columns and four rows of dots a cell, each cell in one ink.
//!
//! Invariant: a cell that no dot touches is left as it was; dots outside the area are ignored.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Dots a cell is wide.
pub const DOTS_ACROSS: u16 = 2;
/// Dots a cell is high.
pub const DOTS_DOWN: u16 = 4;

/// How a filled area is stippled, so that areas are told apart without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Every dot.
    Solid,
    /// Every second dot, as on a chessboard.
    Checked,
    /// Every fourth dot.
    Sparse,
    /// Every second row of dots.
    Striped,
}

impl Pattern {
    /// True when the dot at `x` from the left and `y` from the bottom is part of the pattern.
    const fn holds(self, x: u16, y: u16) -> bool {
        match self {
            Self::Solid => true,
            Self::Checked => (x + y).is_multiple_of(2),
            Self::Sparse => x.is_multiple_of(2) && (y + x).is_multiple_of(4),
            Self::Striped => y.is_multiple_of(2),
        }
    }
}

/// A grid of dots over an area of the screen; `y` counts from the bottom.
pub struct Canvas {
    area: Rect,
    cells: Vec<(u8, u8)>,
}

impl Canvas {
    /// An empty grid over `area`.
    pub fn new(area: Rect) -> Self {
        Self { area, cells: vec![(0, 0); area.area() as usize] }
    }

    /// Dots from left to right.
    pub fn width(&self) -> u16 {
        self.area.width.saturating_mul(DOTS_ACROSS)
    }

    /// Dots from bottom to top.
    pub fn height(&self) -> u16 {
        self.area.height.saturating_mul(DOTS_DOWN)
    }

    /// Lights one dot. A cell shows the greatest ink that any of its dots has.
    pub fn dot(&mut self, x: u16, y: u16, ink: u8) {
        let Some((cell, bit)) = self.place(x, y) else { return };
        if let Some((dots, shown)) = self.cells.get_mut(cell) {
            *dots |= bit;
            *shown = (*shown).max(ink);
        }
    }

    /// Darkens one dot.
    pub fn carve(&mut self, x: u16, y: u16) {
        let Some((cell, bit)) = self.place(x, y) else { return };
        if let Some((dots, _)) = self.cells.get_mut(cell) {
            *dots &= !bit;
        }
    }

    /// The cell of a dot, and the dot's bit in it.
    fn place(&self, x: u16, y: u16) -> Option<(usize, u8)> {
        if x >= self.width() || y >= self.height() {
            return None;
        }
        let from_top = self.height() - 1 - y;
        let cell = usize::from(from_top / DOTS_DOWN) * usize::from(self.area.width) + usize::from(x / DOTS_ACROSS);
        let bit = match (x % DOTS_ACROSS, from_top % DOTS_DOWN) {
            (0, 3) => 0x40,
            (_, 3) => 0x80,
            (0, row) => 1 << row,
            (_, row) => 8 << row,
        };
        Some((cell, bit))
    }

    /// Lights a column of dots from `from` up to, not including, `to`.
    pub fn column(&mut self, x: u16, rows: std::ops::Range<u16>, (ink, pattern): (u8, Pattern)) {
        for y in rows {
            if pattern.holds(x, y) {
                self.dot(x, y, ink);
            }
        }
    }

    /// Writes the lit cells; `style` says how each ink looks.
    pub fn draw(&self, buffer: &mut Buffer, style: impl Fn(u8) -> Style) {
        let visible = self.area.intersection(buffer.area);
        for (position, &(dots, ink)) in self.area.positions().zip(&self.cells) {
            if dots == 0 || !visible.contains(position) {
                continue;
            }
            if let Some(cell) = buffer.cell_mut(position) {
                cell.set_char(char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ')).set_style(style(ink));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_count_from_the_bottom_left() {
        let area = Rect::new(0, 0, 2, 1);
        let mut canvas = Canvas::new(area);
        canvas.dot(0, 0, 0);
        canvas.dot(3, 3, 0);
        canvas.dot(4, 0, 0);
        let mut buffer = Buffer::empty(area);
        canvas.draw(&mut buffer, |_| Style::new());
        assert_eq!(buffer, Buffer::with_lines(["⡀⠈"]));
    }

    #[test]
    fn patterns_differ_in_a_full_cell() {
        let area = Rect::new(0, 0, 2, 1);
        let drawn: Vec<String> = [Pattern::Solid, Pattern::Checked, Pattern::Sparse, Pattern::Striped]
            .into_iter()
            .map(|pattern| {
                let mut canvas = Canvas::new(area);
                (0..4).for_each(|x| canvas.column(x, 0..4, (0, pattern)));
                let mut buffer = Buffer::empty(area);
                canvas.draw(&mut buffer, |_| Style::new());
                buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
            })
            .collect();
        assert_eq!(drawn, ["⣿⣿", "⡪⡪", "⡀⠂", "⣒⣒"]);
    }
}
