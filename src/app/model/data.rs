//! What is known of the dataset, from the first counts to its index.
//!
//! Invariant: counts that are still being made are never shown as if they were all.

use std::sync::Arc;

use crate::entity::Perspective;
use crate::load::Loaded;
use crate::progress::Stage;

/// What is known of the dataset.
pub enum Data {
    /// Being opened; the counts so far, descending, by perspective.
    Loading {
        /// The last report of progress: stage, done, total.
        progress: (Stage, u64, u64),
        /// Counts seen so far, descending.
        counts: Vec<(Perspective, Vec<u32>)>,
    },
    /// Open and indexed.
    Ready(Arc<Loaded>),
    /// The user stopped its opening.
    Stopped,
    /// It could not be opened: cause and next step.
    Failed(String),
}

impl Data {
    /// True when there is nothing to show and nothing on its way.
    #[must_use]
    pub const fn is_unopened(&self) -> bool {
        matches!(self, Self::Stopped | Self::Failed(_))
    }
}
