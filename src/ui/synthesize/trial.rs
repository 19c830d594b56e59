//! What a trial made of the selected seed, beside the seed itself: pictures as large as they fit, each with what the filters say.
//!
//! Invariant: every picture of the seed is drawn, or none where not even a small one fits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::seeds::draw_picture;
use crate::app::model::{Picture, TrialPicture};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::plan::Verdict;
use crate::ui::look;
use crate::ui::widget::text;

/// Lines under a picture.
const SAID: u16 = 2;
/// The least rows of a picture in which something can be seen.
const LEAST: u16 = 3;

/// A grid of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grid {
    columns: u16,
    /// The size of a tile, its picture and its lines.
    width: u16,
    height: u16,
}

impl Grid {
    /// The grid that shows so many pictures largest; `None` where they would be too small.
    fn of(tiles: u16, area: Rect) -> Option<Self> {
        let grid = |columns: u16| {
            let rows = tiles.div_ceil(columns);
            Self { columns, width: area.width / columns, height: area.height / rows }
        };
        // A picture of so many rows is twice as wide in cells; a tile keeps a column free.
        let rows = |grid: &Self| grid.height.saturating_sub(SAID).min(grid.width.saturating_sub(1) / 2);
        let best = (1..=tiles).map(grid).max_by_key(|grid| (rows(grid), std::cmp::Reverse(grid.columns)))?;
        (rows(&best) >= LEAST).then_some(best)
    }

    fn tile(self, number: u16, area: Rect) -> Rect {
        let (column, row) = (number % self.columns, number / self.columns);
        let (width, height) = (self.width.saturating_sub(1), self.height);
        Rect { x: area.x + column * self.width, y: area.y + row * self.height, width, height }
    }
}

/// Draws the seed and what was made of it; false where there is no room.
pub fn draw(theme: &Theme, (seed, made): (&Picture, &[&TrialPicture]), area: Rect, buffer: &mut Buffer) -> bool {
    let Some(grid) = Grid::of(made.len() as u16 + 1, area) else { return false };
    let real = [Line::from(look::span(theme, Role::TextDim, "real".to_owned())), Line::default()];
    draw_tile(theme, (Some(seed), &real), grid.tile(0, area), buffer);
    for (number, made) in (1..).zip(made) {
        let tile = grid.tile(number, area);
        draw_tile(theme, (made.picture.as_deref(), &said(theme, made, tile.width)), tile, buffer);
    }
    true
}

fn draw_tile(theme: &Theme, (picture, said): (Option<&Picture>, &[Line<'static>]), tile: Rect, buffer: &mut Buffer) {
    let height = tile.height.saturating_sub(SAID).min(tile.width.div_ceil(2));
    if let Some(picture) = picture {
        draw_picture(theme, picture, Rect { height, ..tile }, buffer);
    }
    for (row, line) in tile.rows().skip(usize::from(height)).zip(said) {
        buffer.set_line(row.x, row.y, line, row.width);
    }
}

/// The level, what the filters say, and their scores.
fn said(theme: &Theme, made: &TrialPicture, width: u16) -> [Line<'static>; 2] {
    let role = if made.verdict == Verdict::Kept { Role::Good } else { Role::Warning };
    let verdict = made.verdict.key().replace('_', " ");
    let score = |name: &str| made.scores.get(name).map_or_else(|| "–".to_owned(), |score| number::measure(*score));
    // How likely of its class, and how far from the nearest training picture in usual distances.
    let (class, far) = (score("class"), score("distance_in_pixels"));
    let scores = if width < 20 { format!("{class} · {far}") } else { format!("class {class} · far {far}") };
    [
        Line::from(look::span(theme, role, text::fit(&format!("λ {} {verdict}", made.guidance), width))),
        Line::from(look::span(theme, Role::TextDim, text::fit(&scores, width))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_as_large_as_they_fit() {
        let grid = |tiles, width, height| Grid::of(tiles, Rect { x: 0, y: 0, width, height });
        assert_eq!(grid(4, 40, 17), Some(Grid { columns: 2, width: 20, height: 8 }));
        assert_eq!(grid(4, 120, 12), Some(Grid { columns: 4, width: 30, height: 12 }));
        assert_eq!(grid(4, 12, 8), None);
    }
}
