//! What lies over the screen: opened, moved in, answered, closed.
//!
//! Invariant: closing the themes without choosing shows the theme of before again.

use super::act::act;
mod palette;

pub(super) use palette::{narrow_palette, open_palette};

use super::input::typing;
use super::leave::quit_without_job;
use super::step::Step;
use super::{edit, job, load, overrides, recipe, settle, tell};
use crate::app::action::Action;
use crate::app::bindings::Context;
use crate::app::effect::{AfterSave, Effect};
use crate::app::hit::Target;
use crate::app::key::{Code, Key};
use crate::app::message::Failure;
use crate::app::model::{Level, Model, Notice, Overlay, Subject};

/// Visible lines before the first frame said how many there are.
const LINES: usize = 10;

/// Lays an overlay over the screen.
pub(super) fn open(model: &mut Model, overlay: Overlay) -> Vec<Effect> {
    model.overlay = Some(overlay);
    Vec::new()
}

/// Lays an overlay over the screen in the place of the one that lies there, which is closed.
pub(super) fn replace(model: &mut Model, overlay: Overlay) -> Vec<Effect> {
    let effects = close(model);
    model.overlay = Some(overlay);
    effects
}

/// Lays what nobody asked for just now over the screen, once nothing else lies there and nobody types.
pub(super) fn interpose(model: &mut Model, overlay: Overlay) {
    if !model.waiting.contains(&overlay) {
        model.waiting.push_back(overlay);
    }
}

/// Lets what waits have its turn.
pub(super) fn surface(model: &mut Model) {
    if model.overlay.is_none() && !typing(model) {
        model.overlay = model.waiting.pop_front();
    }
}

/// Shows a failure.
pub(super) fn fail(model: &mut Model, failure: Failure) {
    let Failure { title, cause, next } = failure;
    interpose(model, Overlay::Error { title, cause, next });
}

/// Opens the warnings, where there are some.
pub(super) fn open_warnings(model: &mut Model) -> Vec<Effect> {
    if model.warnings() == 0 {
        tell(model, Level::Good, "no warnings");
        return Vec::new();
    }
    open(model, Overlay::Warnings { cursor: 0 })
}

/// Opens the findings, where there are some.
pub(super) fn open_findings(model: &mut Model) -> Vec<Effect> {
    if model.findings.is_empty() {
        let text = if model.loaded().is_some() { "nothing unusual was found" } else { "the dataset is not loaded yet" };
        tell(model, Level::Info, text);
        return Vec::new();
    }
    open(model, Overlay::Findings { cursor: 0 })
}

/// Opens the themes at the one that is shown.
pub(super) fn open_themes(model: &mut Model) -> Vec<Effect> {
    let cursor = model.themes.iter().position(|name| *name == model.theme).unwrap_or(0);
    open(model, Overlay::Themes { cursor, previous: model.theme.clone() })
}

/// Moves the cursor of the list, or the scroll of the text.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    let lines = model.hits.lines(|target| matches!(target, Target::OverlayRows), LINES);
    let (warnings, findings, themes) = (model.warnings(), model.findings.len(), model.themes.len());
    match &mut model.overlay {
        Some(Overlay::Palette { cursor, matches, .. }) => *cursor = step.from(*cursor, matches.len(), lines),
        Some(Overlay::Warnings { cursor }) => *cursor = step.from(*cursor, warnings, lines),
        Some(Overlay::Findings { cursor }) => *cursor = step.from(*cursor, findings, lines),
        Some(Overlay::Themes { cursor, .. }) => {
            *cursor = step.from(*cursor, themes, lines);
            return show_selected_theme(model);
        }
        Some(Overlay::Override { cursor, .. }) => *cursor = step.from(*cursor, overrides::CHOICES, lines),
        Some(Overlay::Help { scroll }) => *scroll = step.from(*scroll, model.hits.furthest + 1, lines),
        Some(Overlay::Explanation { scroll, lines: text, .. }) => *scroll = step.from(*scroll, text.len(), lines),
        _ => {}
    }
    Vec::new()
}

fn show_selected_theme(model: &Model) -> Vec<Effect> {
    let Some(Overlay::Themes { cursor, .. }) = &model.overlay else { return Vec::new() };
    let name = model.themes.get(*cursor).cloned();
    name.map(|name| Effect::LoadTheme { name }).into_iter().collect()
}

/// Chooses what the cursor is on.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    match model.overlay.take() {
        Some(Overlay::Palette { cursor, matches, .. }) => match matches.get(cursor) {
            Some(action) => act(model, *action),
            None => Vec::new(),
        },
        Some(overlay @ Overlay::EditValue { .. }) => {
            model.overlay = Some(overlay);
            edit::accept(model)
        }
        Some(Overlay::Themes { .. }) => vec![Effect::KeepTheme { name: model.theme.clone() }],
        Some(Overlay::Override { perspective, entity, cursor }) => {
            overrides::choose(model, (perspective, &entity), cursor)
        }
        // All others only have to close.
        _ => Vec::new(),
    }
}

/// Selects a visible line; a second click on it chooses.
pub(super) fn click_line(model: &mut Model, line: usize) -> Vec<Effect> {
    let lines = model.hits.lines(|target| matches!(target, Target::OverlayRows), LINES);
    let chooses = !matches!(model.overlay, Some(Overlay::Warnings { .. } | Overlay::Findings { .. }));
    let Some(
        Overlay::Palette { cursor, .. }
        | Overlay::Themes { cursor, .. }
        | Overlay::Override { cursor, .. }
        | Overlay::Warnings { cursor }
        | Overlay::Findings { cursor },
    ) = &mut model.overlay
    else {
        return Vec::new();
    };
    let clicked = super::scrolled(0, *cursor, lines) + line;
    let again = std::mem::replace(cursor, clicked) == clicked;
    if again && chooses { enter(model) } else { show_selected_theme(model) }
}

/// Scrolls the help back to its last line where it became shorter.
pub(super) fn keep_in_sight(model: &mut Model) {
    if let Some(Overlay::Help { scroll }) = &mut model.overlay {
        *scroll = (*scroll).min(model.hits.furthest);
    }
}

/// Closes the overlay.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    match model.overlay.take() {
        Some(Overlay::Themes { previous, .. }) if previous != model.theme => {
            vec![Effect::LoadTheme { name: previous }]
        }
        _ => Vec::new(),
    }
}

/// Closes the value editor, if it is still what is open.
pub(super) fn close_editor(model: &mut Model) {
    if matches!(model.overlay, Some(Overlay::EditValue { .. })) {
        model.overlay = None;
    }
}

/// The answer to a question: Enter or y is yes, n is no; `None` when no question is open or the key is no answer.
pub(super) fn answered(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let letter = match key.code {
        Code::Enter => 'y',
        Code::Char(letter) if !key.ctrl && !key.alt => letter.to_ascii_lowercase(),
        _ => return None,
    };
    let question = model.overlay.as_ref()?;
    let effects = match (question, letter) {
        (Overlay::ConfirmAbandonJob, 'y') => {
            model.overlay = None;
            return Some(quit_without_job(model));
        }
        (Overlay::ConfirmQuit, 's') => Some(recipe::save(model, AfterSave::Quit)),
        // Enter is the answer that loses nothing.
        (Overlay::ConfirmQuit, _) if key.code == Code::Enter => Some(recipe::save(model, AfterSave::Quit)),
        (Overlay::ConfirmQuit, 'y') => Some(vec![Effect::Quit]),
        (Overlay::ConfirmReload, 'y') => Some(load::start(model)),
        (Overlay::ConfirmReload, _) if reloads(model, key) => Some(load::start(model)),
        (Overlay::ConfirmCancelJob, 'y') => Some(job::cancel(model)),
        (Overlay::ConfirmOverwrite { .. }, 'y') => Some(job::start(model, true)),
        (Overlay::Error { .. }, 'y') => Some(Vec::new()),
        (question, 'n') if is_question(question) => Some(Vec::new()),
        _ => None,
    }?;
    model.overlay = None;
    Some(effects)
}

/// Whether the key reloads the dataset where no question is open.
fn reloads(model: &Model, key: Key) -> bool {
    model.bindings.action(&[model.screen.into(), Context::Everywhere], key) == Some(Action::Reload)
}

const fn is_question(overlay: &Overlay) -> bool {
    matches!(
        overlay,
        Overlay::ConfirmQuit
            | Overlay::ConfirmAbandonJob
            | Overlay::ConfirmReload
            | Overlay::ConfirmCancelJob
            | Overlay::ConfirmOverwrite { .. }
    )
}

/// A theme is shown now, and these are there to choose from.
pub(super) fn theme_loaded(
    model: &mut Model,
    (name, names): (String, Vec<String>),
    warnings: Vec<String>,
) -> Vec<Effect> {
    model.theme = name;
    if let Some(Overlay::Themes { cursor, .. }) = &mut model.overlay {
        *cursor = names.iter().position(|it| *it == model.theme).unwrap_or(*cursor);
    }
    model.themes = names;
    settle(model, Subject::Theme);
    model.notices.extend(warnings.into_iter().map(|text| Notice::warning(Subject::Theme, text)));
    Vec::new()
}
