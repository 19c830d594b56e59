//! What mends a job that failed, in the words of the terminal program: keys, never flags.
//!
//! Invariant: a key that is named is the one that the user's keymap binds.

use crate::app::action::Action;
use crate::app::bindings::Context;
use crate::app::model::{Model, Screen};

/// What to do now, with the key that does it.
pub(super) fn mended(model: &Model, next: &str, remedy: Action) -> String {
    let keys = model.bindings.hint(&[Screen::Run.into(), Screen::Export.into(), Context::Everywhere], remedy);
    let key = keys.first().map_or_else(|| remedy.name().to_owned(), ToString::to_string);
    match remedy {
        Action::Reload => format!("{next}; {key} opens it"),
        _ => format!("{next}; then {key} goes on from what was finished"),
    }
}
