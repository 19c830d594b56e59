//! Why a manifest could not be written.
//!
//! Invariant: every message names the path; [`ManifestError::next`] says what to do now.

use std::path::PathBuf;

/// A failure to write a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The system refuses.
    #[error("cannot write {}: {cause}", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Something is there already.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The target is the source.
    #[error("{} is the dataset itself and is never overwritten", path.display())]
    IsSource {
        /// The file.
        path: PathBuf,
    },
    /// The target is a part of the source.
    #[error("{} lies in the dataset's own folder, and what is written there would be read as part of it", path.display())]
    Inside {
        /// The folder.
        path: PathBuf,
    },
    /// Something in the way that was not written for this purpose.
    #[error("{} was not written by fantail and is never replaced", path.display())]
    Foreign {
        /// The file or folder.
        path: PathBuf,
    },
    /// Another process writes there.
    #[error("another fantail is writing to {}", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The records cannot be copied.
    #[error("no native manifest of {} can be written: {reason}", path.display())]
    Unsupported {
        /// The dataset.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The recipe does not fit the index.
    #[error(transparent)]
    Recipe(#[from] crate::recipe::RecipeError),
    /// Shards that are no shards of one export, or not all of them.
    #[error("{} cannot be merged: {reason}", path.display())]
    Unmergeable {
        /// The folder of a shard.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Files of one dataset that cannot be joined in one.
    #[error("{} and {} cannot be joined in one native manifest: {reason}", one.display(), other.display())]
    Mixed {
        /// The first file of the dataset.
        one: PathBuf,
        /// The file that does not go with it.
        other: PathBuf,
        /// What differs.
        reason: &'static str,
    },
    /// The plan was made of something else.
    #[error("{} has changed since it was opened", path.display())]
    Changed {
        /// The dataset.
        path: PathBuf,
    },
    /// A picture of the dataset is not there, or cannot be read.
    #[error("the picture {} cannot be read: {cause}", path.display())]
    Picture {
        /// The picture.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The user stopped the work.
    #[error("cancelled")]
    Cancelled,
}

impl ManifestError {
    /// What to do now.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "choose another place, or allow it to be replaced (--force)",
            Self::IsSource { .. } => "choose another folder",
            Self::Inside { .. } => "choose a folder outside of it",
            Self::Foreign { .. } => "move it away, or choose another place",
            Self::Busy { .. } => "wait for it, or choose another folder",
            Self::Unsupported { .. } => {
                "nothing was written; the other formats (parquet, jsonl, csv, weights, indices) can be"
            }
            Self::Mixed { .. } => {
                "nothing was written; give all files one form, or leave 'native' out of export.formats and write 'parquet', 'jsonl' or 'csv'"
            }
            Self::Recipe(_) => "change the recipe and start again",
            Self::Unmergeable { .. } => "name the folders of all shards of one export",
            Self::Cancelled => "nothing was written under a final name",
            Self::Picture { .. } => "bring it back, or open the dataset again without it",
            Self::Changed { .. } => "open the dataset again and start again",
            Self::Unwritable { .. } => "check the folder's permissions and the space on its disk",
        }
    }

    /// The program's exit code for this failure: 3 when the dataset changed, or a picture or shards cannot be read, 4 for the recipe, 6 when cancelled, else 7.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Changed { .. } | Self::Picture { .. } | Self::Unmergeable { .. } => 3,
            Self::Cancelled => 6,
            Self::Recipe(error) => error.exit_code(),
            _ => 7,
        }
    }
}
