//! The end of the program, and the questions before it.
//!
//! Invariant: nothing unsaved and no running job is lost without a question; a second interrupt is an answer to it.

use super::{overlay, tell};
use crate::app::effect::Effect;
use crate::app::model::{Level, Model, Overlay};

/// Ends the program, unless something would be lost.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    if model.job.active() {
        return overlay::replace(model, Overlay::ConfirmAbandonJob);
    }
    quit_without_job(model)
}

/// Ends the program, or closes what is open; a second time, while it is asked whether to quit, the answer is yes.
pub(super) fn interrupt(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Some(Overlay::ConfirmQuit | Overlay::ConfirmAbandonJob) => vec![Effect::QuitRescuing],
        Some(_) => overlay::close(model),
        None => quit(model),
    }
}

/// Ends the program whatever the job does, unless the recipe would be lost.
pub(super) fn quit_without_job(model: &mut Model) -> Vec<Effect> {
    if model.unsaved() {
        let effects = overlay::replace(model, Overlay::ConfirmQuit);
        if model.history.spoilt {
            let path = model.history.path.display();
            let words = format!(
                "{path} holds something else, which cannot be used; where it cannot even be read it is not overwritten"
            );
            tell(model, Level::Warning, words);
        }
        return effects;
    }
    vec![Effect::Quit]
}
