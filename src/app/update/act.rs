//! Actions: each goes to the part of the state that it changes.
//!
//! Invariant: every action has an arm here; where an action has nothing to do, it says so or does nothing.

use super::leave::{interrupt, quit};
use super::step::Step;
use super::{
    drill, edit, explain, explore, export, job, load, overlay, overrides, rebalance, recipe, seen, show, synthesize,
    tell, threshold,
};
use crate::app::action::Action;
use crate::app::effect::{AfterSave, Effect};
use crate::app::model::{Level, Model, Overlay, Screen, SynthesizePane, ValueTarget};

/// Does what an action asks for.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if !edits_in_a_row(model, action) {
        model.history.row = None;
    }
    let mut effects = seen::go_to(model, action);
    effects.extend(act_here(model, action));
    effects
}

fn act_here(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::ShowExplore => show(model, Screen::Explore),
        Action::ShowRebalance => show(model, Screen::Rebalance),
        Action::ShowSynthesize => show(model, Screen::Synthesize),
        Action::ShowRun => show(model, Screen::Run),
        Action::ShowExport => show(model, Screen::Export),
        Action::NextScreen => show(model, neighbour(&Screen::ALL, model.screen, 1)),
        Action::PreviousScreen => show(model, neighbour(&Screen::ALL, model.screen, -1)),
        Action::MoveUp => step(model, Step::Lines(-1)),
        Action::MoveDown => step(model, Step::Lines(1)),
        Action::MoveFirst => step(model, Step::First),
        Action::MoveLast => step(model, Step::Last),
        Action::HalfPageUp => step(model, Step::HalfPages(-1)),
        Action::HalfPageDown => step(model, Step::HalfPages(1)),
        Action::NextPane => focus(model, 1),
        Action::PreviousPane => focus(model, -1),
        Action::Enter => enter(model),
        Action::Back => back(model),
        Action::Leave => leave(model),
        Action::Quit => quit(model),
        Action::Interrupt => interrupt(model),
        _ => act_on_recipe_and_lists(model, action),
    }
}

fn act_on_recipe_and_lists(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Undo => recipe::undo(model),
        Action::Redo => recipe::redo(model),
        Action::SaveRecipe => recipe::save(model, AfterSave::Stay),
        Action::EditRecipe => recipe::edit(model),
        Action::OpenPalette => overlay::open_palette(model),
        Action::OpenHelp => overlay::open(model, Overlay::Help { scroll: 0 }),
        Action::OpenWarnings => overlay::open_warnings(model),
        Action::OpenFindings => overlay::open_findings(model),
        Action::ChooseTheme => overlay::open_themes(model),
        Action::CancelLoading => load::cancel(model),
        Action::Reload => load::start(model),
        Action::StartJob => job::start(model, false),
        Action::TrainModel => job::train(model),
        Action::PauseJob => job::pause(model),
        Action::CancelJob => job::ask_to_cancel(model),
        Action::TogglePolicy => synthesize::toggle(model),
        Action::DropSeed => synthesize::drop_seed(model),
        Action::EditCeiling => synthesize::edit_ceiling(model),
        Action::StartTrial => synthesize::start_trial(model),
        Action::ToggleFormat => export::toggle_format(model),
        Action::EditOutput => edit_value(model, ValueTarget::Output),
        Action::Suspend => vec![Effect::Suspend],
        Action::Redraw => vec![Effect::Redraw],
        _ => act_on_entities_and_values(model, action),
    }
}

fn act_on_entities_and_values(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Search => explore::search(model),
        Action::NextMatch => explore::next_match(model, 1),
        Action::PreviousMatch => explore::next_match(model, -1),
        Action::NextPerspective => explore::step_perspective(model, 1),
        Action::PreviousPerspective => explore::step_perspective(model, -1),
        Action::CycleChart => explore::cycle_chart(model),
        Action::CycleSort => explore::cycle_sort(model),
        Action::OpenInstances => drill::open(model),
        Action::NextImage => drill::next_image(model),
        Action::Explain => explain::selected(model),
        Action::ExplainById => edit_value(model, ValueTarget::Instance),
        Action::TogglePin => overrides::toggle_pin(model),
        Action::OverrideEntity => overrides::open(model),
        Action::ThresholdLower => threshold::count(model, -1, 1),
        Action::ThresholdHigher => threshold::count(model, 1, 1),
        Action::ThresholdMuchLower => threshold::count(model, -1, threshold::FAR),
        Action::ThresholdMuchHigher => threshold::count(model, 1, threshold::FAR),
        Action::ThresholdLeft => threshold::along_chart(model, -1, 1),
        Action::ThresholdRight => threshold::along_chart(model, 1, 1),
        Action::ThresholdFarLeft => threshold::along_chart(model, -1, threshold::FAR),
        Action::ThresholdFarRight => threshold::along_chart(model, 1, threshold::FAR),
        Action::ThresholdEdit => edit_value(model, ValueTarget::Threshold(model.perspective)),
        Action::ThresholdReset => threshold::reset(model),
        Action::ValueLower => nudge(model, -1),
        Action::ValueHigher => nudge(model, 1),
        Action::ValueMuchLower => nudge(model, -10),
        Action::ValueMuchHigher => nudge(model, 10),
        Action::ValueEdit if model.screen == Screen::Synthesize => {
            edit_value(model, ValueTarget::Slider(model.synthesize.slider))
        }
        Action::ValueEdit => edit_value(model, ValueTarget::Slider(model.rebalance.slider)),
        Action::ComparePolicies => rebalance::compare(model),
        _ => Vec::new(),
    }
}

fn nudge(model: &mut Model, steps: i32) -> Vec<Effect> {
    match model.screen {
        Screen::Synthesize => synthesize::nudge(model, steps),
        _ => rebalance::nudge(model, steps),
    }
}

/// True for actions whose repetition is one step of undo.
fn edits_in_a_row(model: &Model, action: Action) -> bool {
    // On the list of policies, moving is choosing.
    let chooses = model.screen == Screen::Rebalance && matches!(action, Action::MoveUp | Action::MoveDown);
    chooses || turns(action)
}

/// True for actions that turn a value a little or a lot.
const fn turns(action: Action) -> bool {
    matches!(
        action,
        Action::ThresholdLower
            | Action::ThresholdHigher
            | Action::ThresholdMuchLower
            | Action::ThresholdMuchHigher
            | Action::ThresholdLeft
            | Action::ThresholdRight
            | Action::ThresholdFarLeft
            | Action::ThresholdFarRight
            | Action::ValueLower
            | Action::ValueHigher
            | Action::ValueMuchLower
            | Action::ValueMuchHigher
    )
}

/// The entry so many places from `current`, round and round.
pub(super) fn neighbour<T: Copy + PartialEq>(all: &[T], current: T, steps: isize) -> T {
    let len = all.len().cast_signed();
    let position = all.iter().position(|entry| *entry == current).unwrap_or(0).cast_signed();
    let place = (position + steps).rem_euclid(len.max(1)).cast_unsigned();
    all.get(place).copied().unwrap_or(current)
}

fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    if model.overlay.is_some() {
        return overlay::step(model, step);
    }
    match model.screen {
        Screen::Explore if model.explore.drill.is_some() => drill::step(model, step),
        Screen::Explore => explore::step(model, step),
        Screen::Rebalance => rebalance::step(model, step),
        Screen::Synthesize => synthesize::step(model, step),
        Screen::Run => job::scroll(model, step),
        Screen::Export => export::step(model, step),
    }
}

fn focus(model: &mut Model, steps: isize) -> Vec<Effect> {
    match model.screen {
        Screen::Explore => explore::focus_next(model, steps),
        Screen::Rebalance => rebalance::focus_next(model),
        Screen::Synthesize => synthesize::focus_next(model, steps),
        Screen::Run | Screen::Export => {}
    }
    Vec::new()
}

fn enter(model: &mut Model) -> Vec<Effect> {
    if model.overlay.is_some() {
        return overlay::enter(model);
    }
    match model.screen {
        Screen::Explore => explore::enter(model),
        Screen::Rebalance => rebalance::enter(model),
        Screen::Synthesize => synthesize::enter(model),
        Screen::Run => Vec::new(),
        Screen::Export => job::start(model, false),
    }
}

/// Goes one step back; at the outermost, says how to quit.
fn back(model: &mut Model) -> Vec<Effect> {
    if let Some(effects) = step_back(model) {
        return effects;
    }
    let keys = model.bindings.hint(&model.contexts(), Action::Quit);
    let key = keys.first().map_or_else(|| Action::Quit.name().to_owned(), ToString::to_string);
    tell(model, Level::Info, format!("{key} quits"));
    Vec::new()
}

fn leave(model: &mut Model) -> Vec<Effect> {
    match step_back(model) {
        Some(effects) => effects,
        None => quit(model),
    }
}

/// Closes what is innermost; `None` when nothing is open.
fn step_back(model: &mut Model) -> Option<Vec<Effect>> {
    if model.overlay.is_some() {
        return Some(overlay::close(model));
    }
    match model.screen {
        Screen::Explore => explore::back(model),
        Screen::Rebalance if !model.rebalance.compared.is_empty() => {
            model.rebalance.compared.clear();
            Some(Vec::new())
        }
        Screen::Synthesize if model.synthesize.focus == SynthesizePane::Seeds => synthesize::back(model),
        Screen::Rebalance | Screen::Synthesize | Screen::Run | Screen::Export => Some(show(model, Screen::Explore)),
    }
}

fn edit_value(model: &mut Model, target: ValueTarget) -> Vec<Effect> {
    let needs_dataset = target != ValueTarget::Output;
    if needs_dataset && model.loaded().is_none() {
        tell(model, Level::Info, "the dataset is not loaded yet");
        return Vec::new();
    }
    match target {
        ValueTarget::Slider(number) if number >= model.parameters().len() => {
            tell(model, Level::Info, "this policy has nothing to turn");
        }
        target => edit::open(model, target),
    }
    Vec::new()
}
