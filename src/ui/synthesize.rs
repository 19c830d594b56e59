//! The Synthesize screen: which tail to fill, from what, by how much?
//!
//! Invariant: every figure is that of one plan, the one that would be written; while a newer one is reckoned the last one stays, and
//! says so.

mod chart;
mod controls;
mod layout;
mod seeds;
mod tail;
mod trial;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::regions::area as hit_area;
use crate::app::hit::{HitMap, Target};
use crate::app::model::Model;
use crate::config::theme::Theme;
use layout::Layout;

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let layout = Layout::of(model, area);
    controls::draw(model, theme, &layout, buffer);
    chart::draw(model, theme, layout.chart, buffer);
    tail::draw(model, theme, layout.entities, buffer);
    seeds::draw(model, theme, layout.seeds, buffer);
}

/// Where things are.
pub fn regions(model: &Model, area: Rect, hits: &mut HitMap) {
    let layout = Layout::of(model, area);
    let places = controls::Places::of(model, &layout);
    hits.push(hit_area(places.policies), Target::Policies);
    for (number, row) in places.sliders() {
        hits.push(hit_area(places.cells.track(row)), Target::Slider(number));
    }
    hits.push(hit_area(tail::rows(layout.entities)), Target::Lacks);
    hits.push(hit_area(seeds::rows(model, layout.seeds)), Target::Seeds);
    if let Some(plot) = chart::plot(model, layout.chart) {
        hits.push(hit_area(plot.area), Target::Plot(super::regions::axis(&plot.x)));
    }
}
