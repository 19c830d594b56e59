//! Where things are on the screen: the map that the mouse and paging read.
//!
//! Invariant: made by the same layouts that drawing uses, from the model and the area alone.

use ratatui::layout::Rect;

use super::widget::axis::{Axis, Scale};
use super::{alarm, explore, export, footer, overlay, rebalance, run, shell, synthesize};
use crate::app::hit::{self, Area, HitMap};
use crate::app::model::{Model, Screen};

/// Everything of interest when the model is drawn in `whole`.
#[must_use]
pub fn regions(model: &Model, whole: Rect) -> HitMap {
    let mut hits = HitMap::default();
    let Some(shell) = shell::Shell::of(whole, alarm::rows(model, whole)) else { return hits };
    shell::regions(&shell, &mut hits);
    match model.screen {
        Screen::Explore => explore::regions(model, shell.body, &mut hits),
        Screen::Rebalance => rebalance::regions(model, shell.body, &mut hits),
        Screen::Synthesize => synthesize::regions(model, shell.body, &mut hits),
        Screen::Run => run::regions(model, shell.body, &mut hits),
        Screen::Export => export::regions(model, shell.body, &mut hits),
    }
    footer::regions(model, shell.footer, &mut hits);
    overlay::regions(model, whole, &mut hits);
    hits
}

/// A rectangle as the state machine knows it.
pub fn area(rect: Rect) -> Area {
    Area { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
}

/// A chart's horizontal axis as the state machine knows it.
pub fn axis(axis: &Axis) -> hit::Axis {
    let spacing = match axis.scale() {
        Scale::Linear => hit::Spacing::Linear,
        Scale::Log => hit::Spacing::Logarithmic,
    };
    hit::Axis { from: axis.low(), to: axis.high(), spacing }
}
