//! The bottom line: a message or the number of warnings, then the keys that matter now.
//!
//! Invariant: hints that do not fit are left out whole, from the right; the way to the help is never left out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::widget::text;
use super::{look, shell};
use crate::app::action::Action;
use crate::app::hit::{HitMap, Target};
use crate::app::model::{Data, JobState, Model, Overlay, Screen, SearchState};
use crate::config::theme::{Role, Theme};

/// A hint: what the keys do, and the actions that they ask for.
type Hint = (&'static str, &'static [Action]);

const LOADING: &[Hint] = &[
    ("cancel", &[Action::CancelLoading]),
    ("chart", &[Action::CycleChart]),
    ("perspective", &[Action::NextPerspective]),
    ("quit", &[Action::Quit]),
];
const FAILED: &[Hint] =
    &[("try again", &[Action::Reload]), ("edit recipe", &[Action::EditRecipe]), ("quit", &[Action::Quit])];
const STOPPED: &[Hint] =
    &[("load it", &[Action::Reload]), ("edit recipe", &[Action::EditRecipe]), ("quit", &[Action::Quit])];
const EXPLORE: &[Hint] = &[
    ("move", &[Action::MoveDown, Action::MoveUp]),
    ("threshold", &[Action::ThresholdLeft, Action::ThresholdRight]),
    ("chart", &[Action::CycleChart]),
    ("instances", &[Action::Enter]),
    ("perspective", &[Action::NextPerspective]),
    ("search", &[Action::Search]),
    ("sort", &[Action::CycleSort]),
    ("pane", &[Action::NextPane]),
    ("pin", &[Action::TogglePin]),
    ("findings", &[Action::OpenFindings]),
    ("type τ", &[Action::ThresholdEdit]),
    ("override", &[Action::OverrideEntity]),
    ("undo", &[Action::Undo]),
    ("theme", &[Action::ChooseTheme]),
    ("quit", &[Action::Quit]),
];
const INSTANCES: &[Hint] = &[
    ("move", &[Action::MoveDown, Action::MoveUp]),
    ("back", &[Action::Leave]),
    ("pane", &[Action::NextPane]),
    ("why kept", &[Action::Explain]),
    ("threshold", &[Action::ThresholdLeft, Action::ThresholdRight]),
    ("chart", &[Action::CycleChart]),
];
const PICTURES: &[Hint] = &[
    ("move", &[Action::MoveDown, Action::MoveUp]),
    ("back", &[Action::Leave]),
    ("pane", &[Action::NextPane]),
    ("next picture", &[Action::NextImage]),
    ("why kept", &[Action::Explain]),
    ("threshold", &[Action::ThresholdLeft, Action::ThresholdRight]),
];
const REBALANCE: &[Hint] = &[
    ("change", &[Action::ValueLower, Action::ValueHigher]),
    ("×10", &[Action::ValueMuchLower, Action::ValueMuchHigher]),
    ("type", &[Action::ValueEdit]),
    ("move", &[Action::MoveDown, Action::MoveUp]),
    ("pane", &[Action::NextPane]),
    ("compare", &[Action::ComparePolicies]),
    ("why", &[Action::Explain]),
    ("chart", &[Action::CycleChart]),
    ("perspective", &[Action::NextPerspective]),
    ("override", &[Action::OverrideEntity]),
    ("undo", &[Action::Undo]),
    ("redo", &[Action::Redo]),
];
const SYNTHESIZE: &[Hint] = &[
    ("change", &[Action::ValueLower, Action::ValueHigher]),
    ("type", &[Action::ValueEdit]),
    ("move", &[Action::MoveDown, Action::MoveUp]),
    ("pane", &[Action::NextPane]),
    ("use policy", &[Action::TogglePolicy]),
    ("ceiling", &[Action::EditCeiling]),
    ("drop seed", &[Action::DropSeed]),
    ("trial", &[Action::StartTrial]),
    ("perspective", &[Action::NextPerspective]),
    ("undo", &[Action::Undo]),
    ("chart", &[Action::CycleChart]),
];
const RUN: &[Hint] = &[
    ("start", &[Action::StartJob]),
    ("train", &[Action::TrainModel]),
    ("scroll", &[Action::MoveDown, Action::MoveUp]),
    ("quit", &[Action::Quit]),
];
const RUNNING: &[Hint] = &[
    ("pause", &[Action::PauseJob]),
    ("cancel", &[Action::CancelJob]),
    ("scroll", &[Action::MoveDown, Action::MoveUp]),
    ("quit", &[Action::Quit]),
];
const PAUSED: &[Hint] = &[
    ("go on", &[Action::PauseJob]),
    ("cancel", &[Action::CancelJob]),
    ("scroll", &[Action::MoveDown, Action::MoveUp]),
    ("quit", &[Action::Quit]),
];
const STOPPING: &[Hint] = &[("scroll", &[Action::MoveDown, Action::MoveUp]), ("quit", &[Action::Quit])];
const EXPORT: &[Hint] = &[
    ("write", &[Action::Enter]),
    ("choose", &[Action::ToggleFormat]),
    ("folder", &[Action::EditOutput]),
    ("move", &[Action::MoveDown, Action::MoveUp]),
    ("save recipe", &[Action::SaveRecipe]),
    ("undo", &[Action::Undo]),
];
const CHOOSING: &[Hint] =
    &[("move", &[Action::MoveDown, Action::MoveUp]), ("choose", &[Action::Enter]), ("close", &[Action::Back])];
const MOVING: &[Hint] = &[("move", &[Action::MoveDown, Action::MoveUp]), ("close", &[Action::Back])];
const SCROLLING: &[Hint] = &[("scroll", &[Action::MoveDown, Action::MoveUp]), ("close", &[Action::Back])];
const HELP: Hint = ("help", &[Action::OpenHelp]);
const PALETTE: Hint = ("palette", &[Action::OpenPalette]);

/// Draws the bottom line.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let start = draw_message(model, theme, area, buffer);
    for (x, hint) in placed(model, area, start) {
        let line = shell::hint_line(model, theme, &[hint]);
        buffer.set_line(x, area.y, &line, area.right() - x);
    }
}

/// Where hints can be clicked.
pub fn regions(model: &Model, area: Rect, hits: &mut HitMap) {
    let start = area.x + message_width(model, area);
    for (x, (label, actions)) in placed(model, area, start) {
        if let [action] = actions {
            let width = hint_width(model, &(label, actions));
            hits.push(super::regions::area(Rect { x, width, ..area }), Target::Button(*action));
        }
    }
}

fn hints(model: &Model) -> &'static [Hint] {
    match &model.overlay {
        None => (),
        Some(Overlay::Palette { .. } | Overlay::Themes { .. } | Overlay::Override { .. }) => return CHOOSING,
        Some(Overlay::Warnings { .. } | Overlay::Findings { .. }) => return MOVING,
        Some(Overlay::Help { .. } | Overlay::Explanation { .. }) => return SCROLLING,
        // Questions and the value editor name their keys themselves.
        Some(_) => return &[],
    }
    if is_typing(model) {
        // The keys are letters of the search.
        return &[];
    }
    match (&model.data, model.screen) {
        (Data::Loading { .. }, Screen::Explore) => LOADING,
        (Data::Stopped, Screen::Explore) => STOPPED,
        (Data::Failed(_), Screen::Explore) => FAILED,
        (Data::Ready(_), Screen::Explore) if model.explore.drill.is_some() => {
            let view = model.explore.drill.as_ref().and_then(|drill| drill.text.ready());
            if view.is_some_and(|view| view.images.len() > 1) { PICTURES } else { INSTANCES }
        }
        (_, Screen::Explore) => EXPLORE,
        (_, Screen::Rebalance) => REBALANCE,
        (_, Screen::Synthesize) => SYNTHESIZE,
        (_, Screen::Run) if matches!(model.job, JobState::Paused(_)) => PAUSED,
        (_, Screen::Run) if matches!(model.job, JobState::Cancelling(_)) => STOPPING,
        (_, Screen::Run) if model.job.active() => RUNNING,
        (_, Screen::Run) => RUN,
        (_, Screen::Export) => EXPORT,
    }
}

/// The hints that fit, with their columns; help at the right end and the palette before it, where the tabs leave them no room.
fn placed(model: &Model, area: Rect, start: u16) -> Vec<(u16, Hint)> {
    let mut x = start + 1;
    let mut end = area.right();
    let mut placed = Vec::new();
    let help = help_width(model, area);
    if help > 0 && x + help < end {
        placed.push((end - help - 1, HELP));
        end -= help + 3;
    }
    for hint in hints(model) {
        let width = hint_width(model, hint);
        if width == 0 {
            continue;
        }
        if x + width > end {
            break;
        }
        placed.push((x, *hint));
        x += width + 2;
    }
    let palette = hint_width(model, &PALETTE);
    if help > 0 && palette > 0 && x + palette <= end {
        placed.push((end - palette, PALETTE));
    }
    placed
}

/// The width that the way to the help takes on this line; none where the tabs' line has it, or where its key means something else.
fn help_width(model: &Model, area: Rect) -> u16 {
    let elsewhere = model.overlay.is_some() || is_typing(model) || shell::tabs_leave_room(model, area);
    if elsewhere { 0 } else { hint_width(model, &HELP) }
}

fn is_typing(model: &Model) -> bool {
    model.explore.table.search.state == SearchState::Typing && model.screen == Screen::Explore
}

fn hint_width(model: &Model, (label, actions): &Hint) -> u16 {
    let contexts = model.contexts();
    let keys = actions.iter().filter_map(|&action| shell::hint_key(model, &contexts, action));
    let keys: Vec<String> = keys.collect();
    if keys.is_empty() { 0 } else { text::width(&keys.join(" ")) + 1 + text::width(label) }
}

fn message(model: &Model, area: Rect) -> Option<(crate::app::model::Level, String)> {
    use crate::app::model::Level;
    if let Some(toast) = &model.toast {
        let help = help_width(model, area);
        let room = area.width.saturating_sub(4 + if help > 0 { help + 2 } else { 0 });
        return Some((toast.level, text::fit(&toast.text, room)));
    }
    if is_typing(model) {
        return Some((Level::Info, "type to search · Enter keeps · Esc leaves".into()));
    }
    let warnings = model.warnings();
    let keys = model.bindings.hint(&model.contexts(), Action::OpenWarnings);
    let key = keys.first().map_or_else(String::new, |key| format!(" ({key})"));
    (warnings > 0).then(|| (Level::Warning, crate::number::counted(warnings as u64, "warning") + &key))
}

fn message_width(model: &Model, area: Rect) -> u16 {
    message(model, area).map_or(0, |(_, message)| text::width(&message) + 4)
}

/// Draws the message, and returns the column after it.
fn draw_message(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) -> u16 {
    buffer.set_style(area, theme.style(Role::TextDim));
    if let Some((level, message)) = message(model, area) {
        let (sign, style) = look::level(theme, level);
        buffer.set_stringn(area.x, area.y, format!(" {sign} {message}"), usize::from(area.width), style);
    }
    area.x + message_width(model, area)
}
