//! Why a dataset could not be opened at all.
//!
//! Invariant: every message names the path and a next step; a bad record is never an error here but a [`super::SetAside`].

use std::path::PathBuf;

/// A failure to open a dataset.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The path cannot be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// No format fits.
    #[error(
        "{path} is in no format that fantail knows; tried {tried}; name it with dataset.format in the recipe if it is one"
    )]
    Unrecognised {
        /// The file or folder.
        path: PathBuf,
        /// What was tried and why each did not fit.
        tried: String,
    },
    /// The format is known but the file as a whole is broken.
    #[error("{path} is not usable as {format}: {reason}")]
    Malformed {
        /// The file or folder.
        path: PathBuf,
        /// The format that it was read as.
        format: &'static str,
        /// What is wrong and what to do.
        reason: String,
    },
    /// Nothing in it can be used.
    #[error("{path} holds no usable record: {reason}")]
    Empty {
        /// The file or folder.
        path: PathBuf,
        /// Why: empty, or all records set aside and the first reason.
        reason: String,
    },
    /// The user stopped the work.
    #[error("cancelled")]
    Cancelled,
}
