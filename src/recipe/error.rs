//! Why a recipe could not be used.
//!
//! Invariant: a fault inside a recipe names its file, line and column, and what to write instead where that is known.

use std::path::{Path, PathBuf};

use super::overrides::Place;

/// A failure to read, check or save a recipe.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file cannot be read.
    #[error("cannot read recipe {}: {cause}", path.display())]
    Unreadable {
        /// The recipe file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// The recipe file.
        path: PathBuf,
        /// 1-based line of the fault.
        line: usize,
        /// 1-based column of the fault, in characters.
        column: usize,
        /// What is wrong and what to write instead.
        message: String,
    },
    /// It does not fit the dataset.
    #[error("recipe does not fit the dataset: {0}")]
    Unfit(String),
    /// A line of it does not fit the dataset.
    #[error("recipe does not fit the dataset: {}{message}", line.map_or_else(String::new, |line| format!("line {line}: ")))]
    Misfit {
        /// Where it stands, if it came from a file.
        line: Option<Place>,
        /// What does not fit and what to write instead.
        message: String,
    },
    /// The file cannot be written.
    #[error("cannot write recipe {}: {cause}", path.display())]
    Unwritable {
        /// The recipe file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
}

impl RecipeError {
    /// The program's exit code for this failure: 4 for an invalid recipe, 7 for one that cannot be written.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unreadable { .. } | Self::Invalid { .. } | Self::Unfit(_) | Self::Misfit { .. } => 4,
            Self::Unwritable { .. } => 7,
        }
    }

    /// The same failure with its file, where a line of it is to blame.
    #[must_use]
    pub fn in_file(self, path: &Path) -> Self {
        match self {
            Self::Misfit { line: Some(Place { line, column }), message } => {
                Self::Invalid { path: path.to_path_buf(), line, column, message }
            }
            other => other,
        }
    }

    /// An [`Self::Invalid`] at a byte offset of `text`.
    pub(super) fn at(path: &Path, text: &str, offset: usize, message: String) -> Self {
        let Place { line, column } = Place::of(text, offset);
        Self::Invalid { path: path.to_path_buf(), line, column, message }
    }
}
