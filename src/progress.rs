//! How long work tells what it has done and hears that it should stop.
//!
//! Invariant: nothing here blocks, allocates per step, or knows who listens; stages see this trait, never a channel.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a listener learns from long work. Every method may be called from any thread.
pub trait Observer: Sync {
    /// `done` of `total` units of `stage` are finished; `total` is 0 while it is not known.
    fn advanced(&self, stage: Stage, done: u64, total: u64);

    /// The counts seen so far, one slice a perspective, unordered; called a few times a second at most.
    fn counted(&self, _counts: &dyn Fn() -> Vec<(crate::entity::Perspective, Vec<u32>)>) {}

    /// Something that the user should know of and that does not stop the work.
    fn noted(&self, _line: &str) {}

    /// True once the work should stop at its next step and return its `Cancelled` error.
    fn cancelled(&self) -> bool {
        false
    }

    /// Stops the work that asks when it should stop.
    ///
    /// # Errors
    /// [`Cancelled`] then.
    fn go_on(&self) -> Result<(), Cancelled> {
        if self.cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// Work was stopped because its observer said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// The steps of long work, in the order in which they run: from a path to an index, and from an index to a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading, decompressing and finding the records; units are bytes.
    Read,
    /// Extracting entities; units are instances.
    Extract,
    /// Ordering entities and building both directions of the index; units are perspectives.
    Index,
    /// Deciding which instances to keep; units are instances.
    Plan,
    /// Turning images into vectors; units are images.
    Embed,
    /// Grouping vectors; units are rounds.
    Cluster,
    /// Training a model; units are optimizer steps.
    Train,
    /// Making images; units are images.
    Sample,
    /// Judging what was made; units are images.
    Filter,
    /// Writing a manifest; units are instances.
    Write,
}

impl Stage {
    /// How many there are.
    pub const COUNT: usize = 10;

    /// The verb that a progress bar shows.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "reading",
            Self::Extract => "extracting",
            Self::Index => "indexing",
            Self::Plan => "planning",
            Self::Embed => "embedding",
            Self::Cluster => "clustering",
            Self::Train => "training",
            Self::Sample => "sampling",
            Self::Filter => "filtering",
            Self::Write => "writing",
        }
    }
}

/// An observer that listens to nothing and never cancels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn advanced(&self, _stage: Stage, _done: u64, _total: u64) {}
}

/// A cancel flag and a counter that work and its owner share.
#[derive(Debug, Default)]
pub struct Cancellation {
    cancelled: AtomicBool,
    done: AtomicU64,
}

impl Cancellation {
    /// Asks the work to stop; it does so at its next step.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// True once [`Self::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Adds finished units and returns the new sum.
    pub fn add(&self, units: u64) -> u64 {
        self.done.fetch_add(units, Ordering::AcqRel) + units
    }
}
