//! Index and recipe in, the distribution after out: expected counts from the closed form, nothing sampled by chance.
//!
//! [`Exact`] visits every instance and keeps what the next move of a slider does not touch; [`Sketch`] answers within a frame from
//! a fixed subsample and says how far off it may be.
//!
//! Invariant: a preview never draws; the same index and recipe give the same figures on any number of threads.

mod advice;
mod binned;
mod change;
mod concurrence;
mod exact;
mod measures;
mod order;
mod outcome;
mod sketch;
mod stage;
mod synthesis;
mod target;
mod volume;

pub use change::{COLLATERAL_LOSS, Move};
pub use exact::Exact;
pub use measures::Measures;
pub use outcome::Outcome;
pub use sketch::{SAMPLE, Sketch};
pub use stage::{StagePreview, stage_previews};
pub use synthesis::{Completed, Completion};
pub use target::TargetOutcome;
pub use volume::{OFTEN, Volume};

use crate::entity::Perspective;
use crate::recipe::{Advice, OverrideAction, PolicyName};

/// What a policy would make of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The policy.
    pub policy: PolicyName,
    /// False for an estimate from a subsample.
    pub exact: bool,
    /// How many instances stay.
    pub instances: Volume,
    /// The distribution of each perspective that was asked for; an estimate has one.
    pub perspectives: Vec<Outcome>,
    /// What each override does to its entity; empty in an estimate.
    pub overrides: Vec<Overridden>,
    /// For the policy `target`: how near it came; none in an estimate.
    pub target: Option<TargetOutcome>,
    /// What thresholds were scaled by for the wanted volume, where the recipe names one.
    pub size_scale: Option<f64>,
    /// What in the recipe does nothing, or more than is good; of an estimate, what the recipe alone tells.
    pub advice: Vec<Advice>,
}

/// An overridden entity before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overridden {
    /// Its perspective.
    pub perspective: Perspective,
    /// Its rank before.
    pub rank: u32,
    /// What the recipe asks for it.
    pub action: OverrideAction,
    /// Its count before.
    pub before: u32,
    /// Its expected count after.
    pub after: f32,
}

impl Preview {
    /// The outcome of a perspective, when it is there.
    #[must_use]
    pub fn outcome(&self, perspective: Perspective) -> Option<&Outcome> {
        self.perspectives.iter().find(|outcome| outcome.perspective == perspective)
    }
}
