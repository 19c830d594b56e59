//! The recipe's file: written and read.
//!
//! Invariant: a recipe that cannot be written stays in the program, unsaved, with the reason told.

use std::path::Path;

use super::draft::Draft;
use crate::app::effect::AfterSave;
use crate::app::message::{Failure, Message};
use crate::recipe::{Recipe, RecipeError};

/// Saves a recipe and says how that went.
pub(super) fn save(recipe: Box<Recipe>, path: &Path, (draft, then): (Option<&Draft>, AfterSave)) -> Message {
    // Comments that were written in the copy are part of what was edited.
    let saved = draft
        .and_then(|draft| draft.text_for(path))
        .map_or_else(|| recipe.save(path), |text| recipe.save_over(&text, path));
    let outcome = match saved {
        Ok(()) => Ok(recipe),
        Err(error) => Err(failure("the recipe could not be saved", &error)),
    };
    Message::RecipeSaved { outcome, then }
}

/// Reads the recipe's file.
pub(super) fn read(path: &Path) -> Message {
    let recipe = Recipe::load(path).map(Box::new);
    Message::RecipeRead(recipe.map_err(|error| failure("the recipe on disk is not in use", &error)))
}

/// Reads the copy that is edited.
pub(super) fn read_draft(path: &Path) -> Message {
    let recipe = Recipe::load(path).map(Box::new);
    let outcome = recipe.map_err(|error| failure("the edited recipe is not in use", &error));
    Message::DraftRead { path: path.to_owned(), outcome }
}

fn failure(title: &str, error: &RecipeError) -> Failure {
    let next = match error {
        RecipeError::Invalid { .. } => "correct the file at the place that is named",
        _ => "check the folder's permissions and the space on its disk",
    };
    Failure { title: title.to_owned(), cause: error.to_string(), next: next.to_owned() }
}
