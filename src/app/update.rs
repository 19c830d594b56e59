//! How a message changes the model, and what it asks for.
//!
//! Invariant: pure; each message is answered in far less than a frame, since whatever takes longer is an effect.

mod act;
mod drill;
mod edit;
mod explain;
mod explore;
mod export;
mod input;
mod job;
mod leave;
mod load;
mod mouse;
mod overlay;
mod overrides;
mod rebalance;
mod recipe;
mod remedy;
mod seen;
mod step;
mod synthesize;
mod threshold;

use std::sync::Arc;

use super::bindings::Bindings;
use super::effect::Effect;
use super::message::{Message, Watched};
use super::model::{Level, Model, Notice, Overlay, Screen, Subject, Toast};

/// Changes the model by a message and returns what is to be done.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let effects = answer(model, message);
    overlay::surface(model);
    effects
}

fn answer(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::KeyPressed(key) => input::pressed(model, key),
        Message::TextPasted(text) => input::pasted(model, &text),
        Message::Mouse(mouse) => mouse::moved(model, mouse),
        Message::Resized(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Message::Drawn(hits) => drawn(model, hits),
        Message::RecipeSaved { outcome, then } => recipe::saved(model, outcome, then),
        Message::RecipeRead(outcome) => recipe::read(model, outcome),
        Message::DraftRead { path, outcome } => recipe::draft_read(model, &path, outcome),
        Message::ThemeLoaded { name, names, warnings } => overlay::theme_loaded(model, (name, names), warnings),
        Message::KeymapRead { bindings, warnings } => keymap_read(model, *bindings, warnings),
        Message::FileChanged(watched) => file_changed(model, watched),
        Message::Warned(text) => {
            warn_of(model, Subject::Program, text);
            Vec::new()
        }
        Message::Failed(failure) => {
            overlay::fail(model, failure);
            Vec::new()
        }
        result => arrived(model, result),
    }
}

/// Takes in a result of background work.
fn arrived(model: &mut Model, result: Message) -> Vec<Effect> {
    match result {
        Message::DatasetProgressed { generation, stage, done, total } => {
            load::progressed(model, generation, (stage, done, total))
        }
        Message::CountsSeen { generation, counts } => load::counted(model, generation, counts),
        Message::DatasetLoaded { generation, loaded, findings } => load::loaded(model, generation, loaded, findings),
        Message::DatasetFailed { generation, failure } => load::failed(model, generation, failure),
        Message::EntitiesArranged { generation, rows } => explore::arranged(model, generation, rows),
        Message::PreviewEstimated { generation, preview } => rebalance::estimated(model, generation, preview),
        Message::PreviewComputed { generation, preview } => rebalance::computed(model, generation, preview),
        Message::PreviewFailed { generation, reason } => rebalance::failed(model, generation, reason),
        Message::PoliciesCompared { generation, compared } => rebalance::compared(model, generation, compared),
        Message::SynthesisPlanned { generation, completion: Ok(completion) } => {
            synthesize::planned(model, generation, completion)
        }
        Message::SynthesisPlanned { generation, completion: Err(reason) } => {
            synthesize::failed(model, generation, reason)
        }
        Message::TrialMade { generation, outcome } => synthesize::tried(model, generation, outcome),
        Message::InstanceRead { generation, view } if generation == model.awaited.seed => synthesize::read(model, view),
        Message::InstanceRead { generation, view } => drill::read(model, generation, view),
        Message::ImageDecoded { generation, picture } if generation == model.awaited.seed_picture => {
            synthesize::decoded(model, picture)
        }
        Message::TextWrapped { generation, lines } => drill::wrapped(model, generation, lines),
        Message::IdsRead { generation, ids } => drill::named(model, generation, ids),
        Message::ImageDecoded { generation, picture } => drill::decoded(model, generation, picture),
        Message::InstanceExplained { generation, id, lines } => explain::explained(model, generation, id, lines),
        Message::FindingsMade { generation, findings } => load::found(model, generation, findings),
        Message::JobReported { generation, report } => job::reported(model, generation, report),
        // Everything else is answered by now.
        _ => Vec::new(),
    }
}

/// What is to be done when the program starts.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    load::start(model)
}

/// Takes in where things were drawn; a list that turned out shorter than its cursor needs another frame.
fn drawn(model: &mut Model, hits: super::hit::HitMap) -> Vec<Effect> {
    model.hits = hits;
    let moved = explore::keep_visible(model) | drill::keep_visible(model) | synthesize::keep_visible(model);
    drill::keep_text_in_sight(model);
    overlay::keep_in_sight(model);
    let draw = moved.then_some(Effect::Draw);
    draw.into_iter().chain(drill::break_text(model)).chain(drill::name_visible(model)).collect()
}

fn file_changed(model: &mut Model, watched: Watched) -> Vec<Effect> {
    match watched {
        Watched::Theme => vec![Effect::LoadTheme { name: model.theme.clone() }],
        Watched::Keymap => vec![Effect::ReadKeymap],
        Watched::Recipe => vec![Effect::ReadRecipe { path: model.history.path.clone() }],
        Watched::Draft => vec![Effect::ReadDraft],
        Watched::Subclasses => load::subclasses_changed(model),
        Watched::Dataset => {
            if model.overlay.is_some() || input::typing(model) {
                warn_of(model, Subject::Dataset, "the dataset changed on disk; reload it to see the change");
            } else {
                overlay::interpose(model, Overlay::ConfirmReload);
            }
            Vec::new()
        }
    }
}

/// Takes a keymap that is right as a whole; under one that is not, the last good one stays.
fn keymap_read(model: &mut Model, bindings: Bindings, warnings: Vec<String>) -> Vec<Effect> {
    settle(model, Subject::Keymap);
    if warnings.is_empty() && *model.bindings != bindings {
        model.bindings = Arc::new(bindings);
        tell(model, Level::Info, "the keys are those of the changed keymap");
    }
    for warning in warnings {
        warn_of(model, Subject::Keymap, warning);
    }
    Vec::new()
}

/// Shows a line until the next key.
fn tell(model: &mut Model, level: Level, text: impl Into<String>) {
    model.toast = Some(Toast { level, text: text.into() });
}

/// Adds a warning to the list, once, and shows it until the next key.
fn warn_of(model: &mut Model, subject: Subject, text: impl Into<String>) {
    let notice = Notice::warning(subject, text);
    tell(model, Level::Warning, notice.text.clone());
    if !model.notices.contains(&notice) {
        model.notices.push(notice);
    }
}

/// Takes the warnings of something away that was read again.
fn settle(model: &mut Model, subject: Subject) {
    model.notices.retain(|notice| notice.subject != subject);
}

/// The number of the next background request.
fn next_generation(model: &mut Model) -> u64 {
    model.generation += 1;
    model.generation
}

/// Shows a screen, and asks for what it needs.
fn show(model: &mut Model, screen: Screen) -> Vec<Effect> {
    if screen != Screen::Explore {
        explore::keep_search(model);
    }
    model.screen = screen;
    match screen {
        Screen::Rebalance => rebalance::refresh(model),
        Screen::Export => rebalance::refresh(model).into_iter().chain(synthesize::refresh_if_shown(model)).collect(),
        Screen::Synthesize => synthesize::show(model),
        Screen::Explore | Screen::Run => Vec::new(),
    }
}

/// A position moved by `steps` and kept below `len`.
fn stepped(position: usize, steps: isize, len: usize) -> usize {
    position.saturating_add_signed(steps).min(len.saturating_sub(1))
}

/// The scroll offset nearest to `offset` that shows `position` among `lines` lines.
fn scrolled(offset: usize, position: usize, lines: usize) -> usize {
    offset.min(position).max((position + 1).saturating_sub(lines.max(1)))
}
