//! A picture in half blocks: two pixels a cell, aspect kept, transparent over the background.
//!
//! Invariant: draws nothing where the pixels are missing or the area is empty.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

/// Pixels to draw: red, green, blue, alpha, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: &'a [u8],
}

impl Pixels<'_> {
    /// The cells that the picture covers when it is as large as it can be, at the top of `area` and in its middle.
    pub fn place(&self, area: Rect) -> Rect {
        if self.width == 0 || self.height == 0 || area.is_empty() {
            return Rect { width: 0, height: 0, ..area };
        }
        let scale = f64::min(
            f64::from(area.width) / f64::from(self.width),
            f64::from(area.height) * 2.0 / f64::from(self.height),
        );
        let width = ((f64::from(self.width) * scale).round() as u16).clamp(1, area.width);
        let height = ((f64::from(self.height) * scale / 2.0).round() as u16).clamp(1, area.height);
        Rect { x: area.x + (area.width - width) / 2, width, height, ..area }
    }

    /// Draws the picture; `colour` turns red, green and blue into what the terminal can show.
    pub fn render(&self, area: Rect, buffer: &mut Buffer, colour: impl Fn(u8, u8, u8) -> Color) {
        let place = self.place(area).intersection(buffer.area);
        let (across, down) = (u32::from(place.width), u32::from(place.height) * 2);
        for position in place.positions() {
            let (x, y) = (u32::from(position.x - place.x), u32::from(position.y - place.y) * 2);
            let [upper, lower] =
                [y, y + 1].map(|y| self.average(share(x, across, self.width), share(y, down, self.height)));
            let paint = |[red, green, blue]: [u8; 3]| colour(red, green, blue);
            let Some(cell) = buffer.cell_mut(position) else { continue };
            match (upper, lower) {
                (Some(upper), Some(lower)) => cell.set_symbol("▀").set_fg(paint(upper)).set_bg(paint(lower)),
                (Some(upper), None) => cell.set_symbol("▀").set_fg(paint(upper)),
                (None, Some(lower)) => cell.set_symbol("▄").set_fg(paint(lower)),
                (None, None) => cell,
            };
        }
    }

    /// The mean colour of a block of pixels, weighted by alpha; `None` where it is more than half transparent.
    pub fn average(&self, columns: std::ops::Range<u32>, rows: std::ops::Range<u32>) -> Option<[u8; 3]> {
        let (mut sums, mut weight, mut pixels) = ([0_u64; 3], 0_u64, 0_u64);
        for row in rows {
            for column in columns.clone() {
                let at = (row as usize * self.width as usize + column as usize) * 4;
                let &[red, green, blue, alpha] = self.rgba.get(at..at + 4)?.first_chunk()?;
                for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                    *sum += u64::from(part) * u64::from(alpha);
                }
                weight += u64::from(alpha);
                pixels += 1;
            }
        }
        (weight * 2 >= pixels * 255 && weight > 0).then(|| sums.map(|sum| (sum / weight) as u8))
    }
}

/// The pixels that part `part` of `parts` covers, at least one.
pub fn share(part: u32, parts: u32, pixels: u32) -> std::ops::Range<u32> {
    let edge = |part: u32| (u64::from(part) * u64::from(pixels) / u64::from(parts.max(1))) as u32;
    let start = edge(part).min(pixels.saturating_sub(1));
    start..edge(part + 1).max(start + 1).min(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const CLEAR: [u8; 4] = [0, 0, 0, 0];

    #[test]
    fn a_cell_holds_two_pixels() {
        let rgba = [RED, CLEAR, BLUE, BLUE].concat();
        let pixels = Pixels { width: 2, height: 2, rgba: &rgba };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        pixels.render(buffer.area, &mut buffer, Color::Rgb);
        assert_eq!(buffer[(0, 0)].symbol(), "▀");
        assert_eq!((buffer[(0, 0)].fg, buffer[(0, 0)].bg), (Color::Rgb(255, 0, 0), Color::Rgb(0, 0, 255)));
        assert_eq!((buffer[(1, 0)].symbol(), buffer[(1, 0)].fg), ("▄", Color::Rgb(0, 0, 255)));
    }

    #[test]
    fn the_aspect_is_kept() {
        let area = Rect::new(0, 0, 40, 10);
        let place = |width, height| Pixels { width, height, rgba: &[] }.place(area);
        assert_eq!(place(100, 100), Rect::new(10, 0, 20, 10));
        assert_eq!(place(400, 100), Rect::new(0, 0, 40, 5));
        assert_eq!(place(0, 100).area(), 0);
    }
}
