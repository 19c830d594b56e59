//! What the program knows and shows: one value, read by `ui`, changed only by `update`.
//!
//! Invariant: screens, overlays and states are enums; whatever can be derived from an index and a recipe is not stored twice
//! unless deriving it takes longer than a frame.

use std::sync::Arc;

use crate::entity::Perspective;
use crate::index::Index;
use crate::recipe::Recipe;
use crate::source::Dataset;

/// The screens on the number keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// How long is the tail, and what is in it?
    #[default]
    Explore,
    /// What would this policy do?
    Rebalance,
    /// Which tail to fill, from what, by how much?
    Synthesize,
    /// The background job.
    Run,
    /// What to write.
    Export,
}

/// How the chart draws a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChartMode {
    /// Count against rank, both logarithmic.
    #[default]
    RankFrequency,
    /// Number of entities in each bin of counts.
    Histogram,
    /// Cumulative share of occurrences against share of entities, from the rarest (Lorenz), with the Gini area.
    Lorenz,
    /// Cumulative share of occurrences against rank, from the most frequent.
    Cumulative,
}

/// What is known of the dataset.
pub enum Data {
    /// Being opened; the counts so far, descending, by perspective.
    Loading {
        /// The last report of progress: stage, done, total.
        progress: (crate::progress::Stage, u64, u64),
        /// Counts seen so far, descending.
        counts: Vec<(Perspective, Vec<u32>)>,
    },
    /// Open and indexed.
    Ready(Arc<Loaded>),
    /// It could not be opened: cause and next step.
    Failed(String),
}

/// An opened and indexed dataset.
pub struct Loaded {
    /// The records.
    pub dataset: Dataset,
    /// Their entities.
    pub index: Index,
}

/// Everything.
pub struct Model {
    /// The dataset's path as given, or "demo".
    pub name: String,
    /// The screen that is shown.
    pub screen: Screen,
    /// What is known of the dataset.
    pub data: Data,
    /// The user's choices.
    pub recipe: Recipe,
    /// The selected perspective.
    pub perspective: Perspective,
    /// The chart's form.
    pub chart: ChartMode,
}
