//! A pane's frame: a box with titles in its upper edge and rules across it.
//!
//! Invariant: the frame never covers what is inside; titles are cut before they meet.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;

/// A box around an area.
#[derive(Clone, Debug, Default)]
pub struct Pane<'a> {
    /// What stands on the left of the upper edge.
    pub title: Line<'a>,
    /// What stands on the right of the upper edge; goes first when room is short.
    pub note: Line<'a>,
    /// Style of the lines.
    pub border: Style,
    /// True while the pane has the keys: its frame is drawn heavy, which shows without colour.
    pub focused: bool,
}

/// The characters of a frame: corners from the upper left clockwise, across, down, left and right tee.
struct Strokes {
    corners: [&'static str; 4],
    across: &'static str,
    down: &'static str,
}

const LIGHT: Strokes = Strokes { corners: ["┌", "┐", "┘", "└"], across: "─", down: "│" };
const HEAVY: Strokes = Strokes { corners: ["┏", "┓", "┛", "┗"], across: "━", down: "┃" };

impl Pane<'_> {
    /// What lies inside the frame of `area`.
    pub fn inner(area: Rect) -> Rect {
        if area.width < 3 || area.height < 3 {
            return Rect { width: 0, height: 0, ..area };
        }
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }

    /// Draws the frame.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.width < 2 || area.height < 2 {
            return;
        }
        let strokes = if self.focused { HEAVY } else { LIGHT };
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.left()..area.right() {
            buffer[(x, area.y)].set_symbol(strokes.across).set_style(self.border);
            buffer[(x, bottom)].set_symbol(strokes.across).set_style(self.border);
        }
        for y in area.top()..area.bottom() {
            buffer[(area.x, y)].set_symbol(strokes.down).set_style(self.border);
            buffer[(right, y)].set_symbol(strokes.down).set_style(self.border);
        }
        let corners = [(area.x, area.y), (right, area.y), (right, bottom), (area.x, bottom)];
        for (place, corner) in corners.into_iter().zip(strokes.corners) {
            buffer[place].set_symbol(corner);
        }
        write_titles(&self.title, &self.note, Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area }, buffer);
    }
}

/// A rule from the left to the right edge of a frame, with a title in it.
pub fn rule(title: &Line<'_>, note: &Line<'_>, (row, border): (Rect, Style), buffer: &mut Buffer) {
    let row = row.intersection(buffer.area);
    if row.width < 2 || row.height == 0 {
        return;
    }
    for x in row.left() + 1..row.right() - 1 {
        buffer[(x, row.y)].set_symbol("─").set_style(border);
    }
    for (x, light, heavy) in [(row.left(), "├", "┠"), (row.right() - 1, "┤", "┨")] {
        let crossed = buffer[(x, row.y)].symbol() == HEAVY.down;
        buffer[(x, row.y)].set_symbol(if crossed { heavy } else { light });
    }
    write_titles(title, note, Rect { x: row.x + 1, width: row.width - 2, height: 1, ..row }, buffer);
}

/// Whether a title and a note of so many cells both stand in the upper edge of a frame of a width.
pub const fn titles_fit(title: u16, note: u16, width: u16) -> bool {
    title as u32 + note as u32 + 6 < width as u32
}

fn write_titles(title: &Line<'_>, note: &Line<'_>, row: Rect, buffer: &mut Buffer) {
    let padded = |line: &Line<'_>| -> Vec<Span<'static>> {
        let spans = line
            .spans
            .iter()
            .map(|span| Span::styled(text::fit(&span.content, u16::MAX), line.style.patch(span.style)));
        std::iter::once(Span::raw(" ")).chain(spans).chain(std::iter::once(Span::raw(" "))).collect()
    };
    let (title_width, note_width) = (title.width() as u16 + 2, note.width() as u16 + 2);
    if title_width > 2 {
        buffer.set_line(row.x, row.y, &Line::from(padded(title)), row.width);
    }
    if note_width > 2 && title_width + note_width < row.width {
        buffer.set_line(row.right() - note_width, row.y, &Line::from(padded(note)), note_width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stand_in_the_upper_edge() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        let pane = Pane { title: "token".into(), note: "tail 9".into(), ..Pane::default() };
        pane.render(buffer.area, &mut buffer);
        rule(&"sub".into(), &Line::default(), (Rect::new(0, 1, 20, 1), Style::new()), &mut buffer);
        assert_eq!(
            buffer,
            Buffer::with_lines(["┌ token ─── tail 9 ┐", "├ sub ─────────────┤", "└──────────────────┘"])
        );
    }

    #[test]
    fn a_small_frame_has_no_inside() {
        assert_eq!(Pane::inner(Rect::new(3, 3, 2, 9)).area(), 0);
        assert_eq!(Pane::inner(Rect::new(0, 0, 3, 3)), Rect::new(1, 1, 1, 1));
    }
}
