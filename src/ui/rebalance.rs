//! The Rebalance screen: what would this policy do?
//!
//! Invariant: every figure is the preview's; while a newer one is reckoned the last one stays, and says so.

mod chart;
mod compare;
mod controls;
mod layout;
mod measures;
mod outcome;
pub(in crate::ui) mod overrides;
mod unseen;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::regions::area as hit_area;
use crate::app::hit::{HitMap, Target};
use crate::app::model::Model;
use crate::config::theme::Theme;
use layout::{Layout, Tables};

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let layout = Layout::of(area, tables(model));
    controls::draw(model, theme, &layout, buffer);
    chart::draw(model, theme, layout.chart, buffer);
    if model.rebalance.compared.is_empty() {
        outcome::draw(model, theme, layout.bottom, buffer);
    } else {
        compare::draw(model, theme, layout.bottom, buffer);
    }
}

/// Where things are.
pub fn regions(model: &Model, area: Rect, hits: &mut HitMap) {
    let layout = Layout::of(area, tables(model));
    let controls = controls::Places::of(model, &layout);
    if controls.first_policy == 0 {
        hits.push(hit_area(controls.policies), Target::Policies);
    }
    for (number, row) in controls.sliders() {
        hits.push(hit_area(controls.track(row)), Target::Slider(number));
    }
    if let Some(plot) = chart::plot(model, layout.chart) {
        hits.push(hit_area(plot.area), Target::Plot(super::regions::axis(&plot.x)));
    }
}

/// The tables under the chart.
fn tables(model: &Model) -> Tables {
    let first = !model.rebalance.compared.is_empty();
    Tables { rows: if first { compare::ROWS } else { outcome::rows(model) }, first }
}
