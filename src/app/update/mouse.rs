//! The mouse: clicks, wheel and drags, by what the last frame drew where.
//!
//! Invariant: everything that the mouse does, keys do too.

use super::act;
use super::step::Step;
use super::{drill, explore, overlay, rebalance, show, synthesize, threshold};
use crate::app::effect::Effect;
use crate::app::hit::{Area, Axis, Drag, Target};
use crate::app::message::Mouse;
use crate::app::model::{Model, Pane, RebalancePane, Screen, SynthesizePane};

/// Lines that one turn of the wheel scrolls.
const WHEEL: isize = 3;
/// How many columns from the threshold's line a press still takes hold of it.
const GRIP: f64 = 1.5;

/// Answers a mouse event.
pub(super) fn moved(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    match mouse {
        Mouse::Pressed(column, row) => pressed(model, column, row),
        Mouse::Dragged(column, _) => dragged(model, column),
        Mouse::Released => {
            model.drag = None;
            model.history.row = None;
            Vec::new()
        }
        Mouse::WheeledUp(column, row) => wheeled(model, (column, row), -WHEEL),
        Mouse::WheeledDown(column, row) => wheeled(model, (column, row), WHEEL),
    }
}

fn pressed(model: &mut Model, column: u16, row: u16) -> Vec<Effect> {
    model.toast = None;
    model.history.row = None;
    let Some((area, target)) = model.hits.at(column, row) else { return outside(model) };
    let line = usize::from(row.saturating_sub(area.y));
    if model.overlay.is_some() {
        return pressed_overlay(model, target, line);
    }
    match target {
        Target::Screen(screen) => show(model, screen),
        Target::Perspective(perspective) => {
            model.explore.focus = Pane::Perspectives;
            explore::choose_perspective(model, Some(perspective))
        }
        Target::Plot(axis) => take_hold(model, area, axis, column),
        Target::Entities => click_entity(model, line),
        Target::Instances => drill::select_line(model, line),
        Target::InstanceText => focus(model, Pane::Text),
        Target::Policies if model.screen == Screen::Synthesize => synthesize::click_policy(model, line),
        Target::Lacks => synthesize::click_entity(model, line),
        Target::Seeds => synthesize::click_seed(model, line),
        Target::Policies => {
            model.rebalance.focus = RebalancePane::Policies;
            rebalance::choose(model, line)
        }
        Target::Slider(number) => {
            model.drag = Some(Drag::Slider(area, number));
            slide(model, number, (area, column))
        }
        Target::ExportLine(number) => {
            model.export.cursor = number;
            Vec::new()
        }
        Target::Pane(pane) => focus(model, pane),
        Target::Button(action) => act::act(model, action),
        Target::OverlayRows | Target::Overlay => Vec::new(),
    }
}

fn pressed_overlay(model: &mut Model, target: Target, line: usize) -> Vec<Effect> {
    match target {
        Target::OverlayRows => overlay::click_line(model, line),
        Target::Button(action) => act::act(model, action),
        Target::Overlay => Vec::new(),
        _ => outside(model),
    }
}

/// A click beside an overlay closes it.
fn outside(model: &mut Model) -> Vec<Effect> {
    if model.overlay.is_some() { overlay::close(model) } else { Vec::new() }
}

fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    if model.explore.drill.is_some() == matches!(pane, Pane::Instances | Pane::Text) {
        model.explore.focus = pane;
    }
    Vec::new()
}

/// Selects an entity; a second click opens its instances.
fn click_entity(model: &mut Model, line: usize) -> Vec<Effect> {
    let table = &mut model.explore.table;
    let row = table.offset + line;
    if row >= table.rows.len() {
        return Vec::new();
    }
    let again = table.selected == row && model.explore.focus == Pane::Entities;
    table.selected = row;
    model.explore.focus = Pane::Entities;
    if again || model.explore.drill.is_some() { drill::open(model) } else { Vec::new() }
}

/// Takes hold of the threshold's line, or selects the entity under the mouse.
fn take_hold(model: &mut Model, area: Area, axis: Axis, column: u16) -> Vec<Effect> {
    let span = f64::from(area.width.saturating_sub(1).max(1));
    let line = threshold::axis_value(model).map(|value| axis.fraction(value) * span);
    let pressed = area.fraction(column) * span;
    let on_line = line.is_some_and(|line| (line - pressed).abs() <= GRIP) && model.screen == Screen::Explore;
    model.drag = Some(if on_line { Drag::Threshold(area, axis) } else { Drag::Entity(area, axis) });
    if on_line { Vec::new() } else { dragged(model, column) }
}

fn dragged(model: &mut Model, column: u16) -> Vec<Effect> {
    match model.drag {
        Some(Drag::Threshold(area, axis)) => threshold::at_axis_value(model, axis.at(area.fraction(column))),
        Some(Drag::Slider(area, number)) => slide(model, number, (area, column)),
        Some(Drag::Entity(area, axis)) => {
            if let Some(rank) = threshold::entity_at_axis_value(model, axis.at(area.fraction(column))) {
                explore::select(model, rank);
            }
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Puts a knob under the mouse. Where it is there already its value stays, which may be any of those that share the cell.
fn slide(model: &mut Model, number: usize, (track, column): (Area, u16)) -> Vec<Effect> {
    let knob = model.sliders().get(number).map(|slider| track.column(slider.fraction()));
    let fraction = (knob != Some(column)).then(|| track.fraction(column));
    match model.screen {
        Screen::Synthesize => synthesize::slide(model, number, fraction),
        _ => rebalance::slide(model, number, fraction),
    }
}

fn wheeled(model: &mut Model, at: (u16, u16), steps: isize) -> Vec<Effect> {
    let target = model.hits.at(at.0, at.1).map(|(_, target)| target);
    if model.overlay.is_some() {
        return overlay::step(model, Step::Lines(steps));
    }
    match target {
        Some(Target::Plot(_)) => threshold::along_chart(model, steps.signum() as i32, 1),
        Some(Target::InstanceText) => {
            let focus = std::mem::replace(&mut model.explore.focus, Pane::Text);
            let effects = drill::step(model, Step::Lines(steps));
            model.explore.focus = focus;
            effects
        }
        Some(Target::Instances) => drill::step(model, Step::Lines(steps)),
        Some(Target::Lacks | Target::Seeds) => {
            let wanted = if target == Some(Target::Lacks) { SynthesizePane::Entities } else { SynthesizePane::Seeds };
            let focus = std::mem::replace(&mut model.synthesize.focus, wanted);
            let effects = synthesize::step(model, Step::Lines(steps));
            model.synthesize.focus = focus;
            effects
        }
        Some(Target::Slider(number)) if model.screen == Screen::Synthesize => {
            model.synthesize.slider = number;
            synthesize::nudge(model, -steps.signum() as i32)
        }
        Some(Target::Slider(number)) => {
            model.rebalance.slider = number;
            rebalance::nudge(model, -steps.signum() as i32)
        }
        Some(Target::Entities) => explore::move_selection(model, Step::Lines(steps)),
        _ if model.screen == Screen::Run => super::job::scroll(model, Step::Lines(steps)),
        _ => Vec::new(),
    }
}
