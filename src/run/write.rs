//! The recipe's file: written and read.
//!
//! Invariant: a recipe that cannot be written stays in the program, unsaved, with the reason told.

use std::path::Path;

use crate::app::effect::AfterSave;
use crate::app::message::{Failure, Message};
use crate::recipe::{Recipe, RecipeError};

/// Saves a recipe and says how that went.
pub(super) fn save(recipe: Box<Recipe>, path: &Path, then: AfterSave) -> Message {
    let outcome = match recipe.save(path) {
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

fn failure(title: &str, error: &RecipeError) -> Failure {
    let next = match error {
        RecipeError::Invalid { .. } => "correct the file at the place that is named",
        _ => "check the folder's permissions and the space on its disk",
    };
    Failure { title: title.to_owned(), cause: error.to_string(), next: next.to_owned() }
}
