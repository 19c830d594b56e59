//! The Explore screen: how long is the tail, and what is in it?
//!
//! Invariant: every part is drawn in the rectangle that [`layout`] gives it and nowhere else.

mod chart;
mod entities;
mod findings;
mod instance;
mod layout;
mod metrics;
mod opening;
mod perspectives;
pub(super) mod reading;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::regions::area as hit_area;
use super::widget::pane::Pane as Frame;
use crate::app::hit::{HitMap, Target};
use crate::app::model::{Data, Model, Pane};
use crate::config::theme::Theme;
use layout::{Layout, Side};

pub use chart::counts;
pub use opening::draw_bar;
pub use reading::text_lines;

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if model.data.is_unopened() {
        return opening::draw_unopened(model, theme, area, buffer);
    }
    let layout = Layout::of(model, area);
    perspectives::draw(model, theme, &layout, buffer);
    chart::draw(model, theme, layout.chart, buffer);
    if let Data::Loading { progress, .. } = &model.data {
        return opening::draw_progress(model, theme, (layout.bottom(), *progress), buffer);
    }
    entities::draw(model, theme, layout.entities, buffer);
    match layout.side {
        Side::None => (),
        Side::Findings(area) => findings::draw(model, theme, area, buffer),
        Side::Drill { list, text } => {
            instance::draw_list(model, theme, list, buffer);
            instance::draw_text(model, theme, text, buffer);
        }
    }
}

/// Where things are.
pub fn regions(model: &Model, area: Rect, hits: &mut HitMap) {
    if model.data.is_unopened() {
        return;
    }
    let layout = Layout::of(model, area);
    hits.push(hit_area(layout.perspectives), Target::Pane(Pane::Perspectives));
    for (row, perspective) in perspectives::rows(model, &layout) {
        hits.push(hit_area(row), Target::Perspective(perspective));
    }
    hits.push(hit_area(layout.chart), Target::Pane(Pane::Chart));
    if let Some(plot) = chart::plot(model, layout.chart) {
        hits.push(hit_area(plot.area), Target::Plot(super::regions::axis(&plot.x)));
    }
    if model.loaded().is_none() {
        return;
    }
    hits.push(hit_area(layout.entities), Target::Pane(Pane::Entities));
    hits.push(hit_area(entities::rows(layout.entities)), Target::Entities);
    if let Side::Drill { list, text } = layout.side {
        hits.push(hit_area(list), Target::Pane(Pane::Instances));
        hits.push(hit_area(Frame::inner(list)), Target::Instances);
        hits.push(hit_area(text), Target::Pane(Pane::Text));
        hits.push(hit_area(instance::inside(text)), Target::InstanceText);
        hits.text = instance::text_place(model, text);
        hits.picture = instance::picture_place(model, text).map(hit_area);
    }
}
