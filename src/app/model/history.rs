//! The recipes before and after this one, and the one on disk.
//!
//! Invariant: the stacks hold recipes that differ from their neighbours.

use std::path::PathBuf;

use crate::policy::Parameter;
use crate::recipe::Recipe;

/// What an edit changed: edits of the same thing in a row are one step of undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// A threshold or a parameter of a policy.
    Parameter(Parameter),
    /// Which policy.
    Policy,
    /// Something that is one step each time.
    Other,
}

/// Undo, redo, and where the recipe is saved.
#[derive(Clone, Debug)]
pub struct History {
    /// The file that the recipe is saved to.
    pub path: PathBuf,
    /// The recipe as it is on disk; the default recipe while there is no file.
    pub saved: Recipe,
    /// True while the file holds something else that cannot be used: then what is on the screen is nowhere on disk.
    pub spoilt: bool,
    /// Earlier recipes, the newest last.
    pub undo: Vec<Recipe>,
    /// Recipes that were undone, the newest last.
    pub redo: Vec<Recipe>,
    /// What the running row of edits changes; `None` after anything else.
    pub row: Option<Edited>,
}

impl History {
    /// A history that starts at a saved recipe.
    #[must_use]
    pub fn of(saved: Recipe) -> Self {
        Self { path: PathBuf::from("recipe.toml"), saved, spoilt: false, undo: Vec::new(), redo: Vec::new(), row: None }
    }
}
