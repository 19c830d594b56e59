//! What the user can change about the program itself: colours and keys, as defaults ← the user's files ← arguments.
//!
//! Invariant: a mistake in a file is a warning that names file, entry and the nearest valid name; it never stops the program.

pub mod keymap;
pub mod settings;
pub mod theme;
