//! What lies over a screen: lists, questions, errors, the value editor; one file for each kind.
//!
//! Invariant: an overlay is drawn over a cleared place inside the screen and never covers the bottom line.

mod input;
mod keys;
mod lists;
mod overrides;
mod palette;
mod questions;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::look;
use super::regions::area as hit_area;
use super::widget::pane::Pane as Frame;
use crate::app::hit::{HitMap, Target};
use crate::app::model::{JobKind, Model, Overlay};
use crate::config::theme::{Role, Theme};

/// The room inside a popup's frame: width and height.
type Room = (u16, u16);

/// A popup before it has a place.
#[derive(Default)]
struct Popup {
    title: Line<'static>,
    note: Line<'static>,
    /// Lines over the list.
    head: Vec<Line<'static>>,
    /// The visible lines of the list.
    rows: Vec<Line<'static>>,
    /// The selected one of them.
    selected: Option<usize>,
    /// Lines under the list.
    foot: Vec<Line<'static>>,
}

impl Popup {
    fn height(&self) -> u16 {
        (self.head.len() + self.rows.len() + self.foot.len()) as u16
    }

    /// The width of its widest line.
    fn width(&self) -> u16 {
        let lines = self.head.iter().chain(&self.rows).chain(&self.foot);
        lines.map(Line::width).max().unwrap_or(0).max(self.title.width() + 2) as u16
    }
}

/// Draws the open overlay, if there is one.
pub fn draw(model: &Model, theme: &Theme, screen: Rect, buffer: &mut Buffer) {
    let Some(overlay) = &model.overlay else { return };
    let popup = popup(model, theme, (overlay, room(overlay, screen)));
    let place = place(overlay, &popup, screen);
    clear(theme, place, buffer);
    let Popup { title, note, head, rows, selected, foot } = popup;
    look::pane(theme, true, (title, note)).render(place, buffer);
    let inner = Frame::inner(place);
    let first = head.len();
    for (row, (number, line)) in inner.rows().zip(head.iter().chain(&rows).chain(&foot).enumerate()) {
        buffer.set_line(row.x + 1, row.y, line, row.width.saturating_sub(2));
        if selected.is_some_and(|selected| number == first + selected) {
            buffer.set_style(row, theme.style(Role::Selection));
        }
    }
}

/// True for overlays with lines to move through.
pub fn is_list(overlay: &Overlay) -> bool {
    matches!(
        overlay,
        Overlay::Help { .. }
            | Overlay::Palette { .. }
            | Overlay::Warnings { .. }
            | Overlay::Findings { .. }
            | Overlay::Themes { .. }
            | Overlay::Explanation { .. }
            | Overlay::Override { .. }
    )
}

/// Where the open overlay and its rows are.
pub fn regions(model: &Model, screen: Rect, hits: &mut HitMap) {
    let Some(overlay) = &model.overlay else { return };
    if screen.width < super::shell::LEAST.0 || screen.height < super::shell::LEAST.1 {
        return;
    }
    let theme = Theme::plain();
    let popup = popup(model, &theme, (overlay, room(overlay, screen)));
    let place = place(overlay, &popup, screen);
    hits.push(hit_area(place), Target::Overlay);
    let inner = Frame::inner(place);
    let top = (popup.head.len() as u16).min(inner.height);
    let rows = Rect { y: inner.y + top, height: (popup.rows.len() as u16).min(inner.height - top), ..inner };
    hits.push(hit_area(rows), Target::OverlayRows);
    if matches!(overlay, Overlay::Help { .. }) {
        hits.furthest = keys::furthest(model, room(overlay, screen));
    }
}

fn popup(model: &Model, theme: &Theme, (overlay, room): (&Overlay, Room)) -> Popup {
    match overlay {
        Overlay::Help { scroll } => keys::help(model, theme, (*scroll, room)),
        Overlay::Palette { field, cursor, matches } => palette::popup(model, theme, (field, *cursor, matches), room),
        Overlay::Warnings { cursor } => lists::warnings(model, theme, (*cursor, room)),
        Overlay::Findings { cursor } => lists::findings(model, theme, (*cursor, room)),
        Overlay::Themes { cursor, .. } => lists::themes(model, theme, (*cursor, room)),
        Overlay::Explanation { id, lines, scroll } => lists::explanation(theme, (id, lines), (*scroll, room)),
        Overlay::Override { perspective, entity, cursor } => {
            overrides::popup(model, theme, ((*perspective, entity), *cursor), room)
        }
        Overlay::EditValue { target, field, problem } => input::popup(theme, (target, field), problem.as_deref(), room),
        question => {
            let job = model.job.job().map_or_else(JobKind::default, |job| job.kind);
            questions::popup(theme, (question, job), room)
        }
    }
}

/// The room that an overlay may take.
fn room(overlay: &Overlay, screen: Rect) -> Room {
    let widest = match overlay {
        Overlay::Help { .. } => 150,
        Overlay::Warnings { .. } | Overlay::Findings { .. } | Overlay::Palette { .. } => 110,
        Overlay::Explanation { .. } => 100,
        Overlay::Themes { .. } => 44,
        Overlay::Override { .. } => 64,
        _ => 76,
    };
    ((screen.width.saturating_sub(6)).min(widest), screen.height.saturating_sub(5))
}

/// In the middle; the theme picker on the right, so that the preview is seen.
fn place(overlay: &Overlay, popup: &Popup, screen: Rect) -> Rect {
    let room = room(overlay, screen);
    let inner = if is_list(overlay) { room.0 } else { popup.width().clamp(30, room.0.max(30)) };
    let (width, height) = ((inner + 4).min(screen.width), (popup.height() + 2).min(room.1 + 2));
    let height = height.min(screen.height.saturating_sub(2));
    let aside = matches!(overlay, Overlay::Themes { .. });
    let x = if aside { screen.right() - width - 1 } else { screen.x + (screen.width - width) / 2 };
    let y = screen.y + 1 + (screen.height - 2 - height) / if aside { 2 } else { 3 };
    Rect { x, y, width, height }
}

fn clear(theme: &Theme, place: Rect, buffer: &mut Buffer) {
    let ground = theme.style(Role::Text).patch(theme.style(Role::Background)).patch(theme.style(Role::Overlay));
    for position in place.intersection(buffer.area).positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.reset();
            cell.set_style(ground);
        }
    }
}

/// The first visible line of a list, so that `cursor` is in sight of `height` lines; clicks count from there.
fn window(cursor: usize, height: usize) -> usize {
    (cursor + 1).saturating_sub(height.max(1))
}
