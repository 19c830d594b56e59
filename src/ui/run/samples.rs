//! The newest synthetic images of the running job, each beside the real one that it began from.
//!
//! Invariant: draws whole images only, as many as fit; nothing where there is none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::model::{Job, Picture};
use crate::config::theme::{Role, Theme};
use crate::ui::look;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::picture::Pixels;
use crate::ui::widget::text;

/// Rows of an image; twice as many cells are a square.
const ROWS: u16 = 8;
/// Rows of the pane: an image, its caption, and the frame.
const PANE: u16 = ROWS + 3;
/// Rows that the log keeps.
const LOG: u16 = 6;

/// Takes the pane's rows from the top of an area, where there are images and room for them.
pub(super) fn split(job: &Job, area: Rect) -> (Option<Rect>, Rect) {
    if job.samples.is_empty() || area.height < PANE + LOG || area.width < ROWS * 2 + 4 {
        return (None, area);
    }
    let pane = Rect { height: PANE, ..area };
    (Some(pane), Rect { y: area.y + PANE, height: area.height - PANE, ..area })
}

/// Draws the pane.
pub(super) fn draw(job: &Job, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let pairs = job.samples.iter().any(|sample| sample.seed.is_some());
    let note = Line::styled(if pairs { "real → synthetic" } else { "" }, theme.style(Role::TextDim));
    look::pane(theme, false, ("Newest images".into(), note)).render(area, buffer);
    let inner = Frame::inner(area);
    let mut left = inner.x + 1;
    for sample in &job.samples {
        let images: Vec<&Picture> = sample.seed.iter().chain([&sample.made]).map(AsRef::as_ref).collect();
        let width = images.len() as u16 * ROWS * 2;
        if left + width > inner.right() {
            break;
        }
        for (place, picture) in (0_u16..).zip(&images) {
            let square = Rect { x: left + place * ROWS * 2, y: inner.y, width: ROWS * 2, height: ROWS };
            let pixels = Pixels { width: picture.width, height: picture.height, rgba: &picture.rgba };
            pixels.render(square, buffer, |red, green, blue| {
                look::pixel(theme.support(), (red, green, blue)).unwrap_or_default()
            });
        }
        let caption = text::fit(&sample.caption, width);
        buffer.set_stringn(left, inner.y + ROWS, caption, usize::from(width), theme.style(Role::TextDim));
        left += width + 2;
    }
}
