//! The instances that hold the opened entity: their list, and the selected one with picture and text.
//!
//! Invariant: a record that is still on its way leaves its place empty and says so; nothing waits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::reading::Page;
use crate::app::hit::TextPlace;
use crate::app::model::{Drill, Model, Pane, Picture, Shown};
use crate::config::theme::{ColorSupport, Role, Theme};
use crate::number;
use crate::ui::look;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::picture::Pixels;
use crate::ui::widget::text;

/// The least width of the list at which each name has its place before it.
const WITH_PLACES: u16 = 24;

/// Draws the list of instances.
pub fn draw_list(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(drill) = model.explore.drill.as_ref().filter(|_| area.height > 2) else { return };
    let focused = model.explore.focus == Pane::Instances;
    let all = drill.instances.len() as u64;
    let title = format!("{} {} it", number::count(all), if all == 1 { "holds" } else { "hold" });
    look::pane(theme, focused, (title.into(), Line::default())).render(area, buffer);
    let places = text::width(&number::count(all)).max(2);
    for (row, place) in Frame::inner(area).rows().zip(drill.offset..) {
        let Some(&instance) = drill.instances.get(place) else { break };
        // Where there is little room the name is worth more than its place, which the title of the text tells.
        let start = if area.width < WITH_PLACES {
            "  ".to_owned()
        } else {
            format!("{}  ", text::right(&number::count(place as u64 + 1), places + 1))
        };
        let room = row.width.saturating_sub(text::width(&start) + 1);
        let line = start + &text::fit_middle(&name(drill, instance), room);
        buffer.set_stringn(row.x, row.y, line, usize::from(row.width), theme.style(Role::Text));
        if place == drill.cursor {
            buffer.set_style(row, look::selection(theme, focused));
            buffer.set_string(row.x, row.y, "▸", look::selection(theme, focused));
        }
    }
}

/// An instance's id; its number while that is not read, and where it has none.
fn name(drill: &Drill, instance: u32) -> String {
    drill.ids.known.get(&instance).cloned().flatten().unwrap_or_else(|| format!("#{instance}"))
}

/// Draws the selected instance.
pub fn draw_text(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(drill) = &model.explore.drill else { return };
    let focused = model.explore.focus == Pane::Text;
    let (place, all) = (number::count(drill.cursor as u64 + 1), number::count(drill.instances.len() as u64));
    let title = Line::from(vec![
        Span::raw(format!("Instance {place} of {all}")),
        look::span(theme, Role::TextDim, " · "),
        look::span(theme, Role::Highlight, text::fit(&drill.entity, 28)),
    ]);
    look::pane(theme, focused, (title, note(drill, theme))).render(area, buffer);
    let pictures = model.shows_pictures && theme.support() != ColorSupport::None;
    let picture = if pictures { picture_area(drill, area) } else { Rect::default() };
    draw_picture(drill, theme, picture, buffer);
    let inner = beside_picture(area, picture);
    let page = Page::of(drill, theme, inner.width);
    let first = drill.scroll.min(page.lines().saturating_sub(usize::from(inner.height)));
    for (row, number) in inner.rows().zip(first..page.lines()) {
        buffer.set_line(row.x, row.y, &page.line(theme, number), row.width);
    }
}

/// How the text of the selected instance stands in its pane.
pub fn text_place(model: &Model, area: Rect) -> Option<TextPlace> {
    let drill = model.explore.drill.as_ref()?;
    let picture = if model.shows_pictures { picture_area(drill, area) } else { Rect::default() };
    let Rect { width, height, .. } = beside_picture(area, picture);
    let lines = Page::of(drill, &Theme::plain(), width).lines();
    Some(TextPlace { width, height, lines })
}

/// The cells of the picture, once it is there.
pub fn picture_place(model: &Model, area: Rect) -> Option<Rect> {
    let drill = model.explore.drill.as_ref().filter(|_| model.shows_pictures)?;
    let picture = drill.picture.ready()?;
    let place = pixels(picture).place(picture_area(drill, area));
    (!place.is_empty()).then_some(place)
}

const fn pixels(picture: &Picture) -> Pixels<'_> {
    Pixels { width: picture.width, height: picture.height, rgba: picture.rgba.as_slice() }
}

/// What the picture leaves to the text.
fn beside_picture(area: Rect, picture: Rect) -> Rect {
    let inner = inside(area);
    if picture.is_empty() {
        return inner;
    }
    if beside(inner) {
        let taken = picture.width + 2;
        return Rect { x: inner.x + taken, width: inner.width.saturating_sub(taken), ..inner };
    }
    let taken = picture.height + 1;
    Rect { y: inner.y + taken, height: inner.height.saturating_sub(taken), ..inner }
}

/// What lies inside the pane of the selected instance.
pub fn inside(area: Rect) -> Rect {
    let inner = Frame::inner(area);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// True when picture and text stand side by side and not one over the other.
fn beside(inner: Rect) -> bool {
    inner.width >= inner.height * 3 || inner.height < 12
}

/// Where the picture stands; without size when there is none or no room.
fn picture_area(drill: &Drill, area: Rect) -> Rect {
    let inner = inside(area);
    let nothing = Rect { width: 0, height: 0, ..inner };
    if matches!(drill.picture, Shown::Absent | Shown::Failed(_)) || inner.width < 24 || inner.height < 5 {
        return nothing;
    }
    if beside(inner) {
        Rect { width: (inner.width * 2 / 5).min(inner.height * 2 + inner.height / 2), ..inner }
    } else {
        Rect { height: inner.height * 2 / 5, ..inner }
    }
}

fn note<'a>(drill: &Drill, theme: &Theme) -> Line<'a> {
    let Some(view) = drill.text.ready() else { return Line::default() };
    let id = text::fit_path(&view.id, 28);
    let note = match view.images.len() {
        0 | 1 => id,
        pictures => format!("{id} · picture {} of {pictures}", drill.image + 1),
    };
    Line::from(look::span(theme, Role::TextDim, note))
}

fn draw_picture(drill: &Drill, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let words = match &drill.picture {
        Shown::Absent | Shown::Failed(_) => return,
        Shown::Pending => "picture …".to_owned(),
        Shown::Ready(picture) => {
            return pixels(picture).render(area, buffer, |red, green, blue| {
                look::pixel(theme.support(), (red, green, blue)).unwrap_or_default()
            });
        }
    };
    for (row, line) in area.rows().zip(text::wrap(&words, area.width, theme.style(Role::TextDim))) {
        buffer.set_line(row.x, row.y, &line, row.width);
    }
}
