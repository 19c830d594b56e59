//! Index and recipe in, the distribution after out: expected counts from the closed form, nothing sampled by chance.
//!
//! [`Exact`] visits every instance and keeps what the next move of a slider does not touch; [`Sketch`] answers within a frame from
//! a fixed subsample and says how far off it may be.
//!
//! Invariant: a preview never draws; the same index and recipe give the same figures on any number of threads.

mod binned;
mod change;
mod exact;
mod measures;
mod sketch;
mod stage;
mod synthesis;
mod target;

pub use change::{COLLATERAL_LOSS, Move};
pub use exact::Exact;
pub use measures::Measures;
pub use sketch::{SAMPLE, Sketch};
pub use stage::{StageWeights, stage_weights};
pub use synthesis::{Completed, Completion};
pub use target::TargetOutcome;

use crate::entity::Perspective;
use crate::index::Split;
use crate::recipe::{OverrideAction, PolicyName};

/// What a policy would make of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The policy.
    pub policy: PolicyName,
    /// False for an estimate from a subsample.
    pub exact: bool,
    /// How many instances stay.
    pub instances: Volume,
    /// The distribution of each perspective: all of the index when exact, the asked one in an estimate.
    pub perspectives: Vec<Outcome>,
    /// What each override does to its entity; empty in an estimate.
    pub overrides: Vec<Overridden>,
    /// For the policy `target`: how near it came; none in an estimate.
    pub target: Option<TargetOutcome>,
    /// What thresholds were scaled by for the wanted volume, where the recipe names one.
    pub size_scale: Option<f64>,
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

/// Numbers of instances before and after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volume {
    /// Instances before.
    pub before: u64,
    /// Instances kept at least once, expected.
    pub kept: f64,
    /// Standard deviation of the number kept, over all seeds.
    pub kept_sd: f64,
    /// Volume after, repeats counted, expected.
    pub after: f64,
    /// How far an estimate's `kept` may be from the exact figure (three standard errors of the subsample); 0 when exact.
    pub margin: f64,
    /// Instances without any entity that the policy looks at; what happens to them is the recipe's `no_entity`.
    pub nothing: u64,
    /// Instances without an entity, by perspective; only those with some.
    pub no_entity: Vec<(Perspective, u64)>,
}

/// A perspective's distribution before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The perspective.
    pub perspective: Perspective,
    /// Head and tail before: what is called tail stays called tail.
    pub split: Split,
    /// Expected count of every entity after, by the rank that it had before.
    pub counts: Vec<f32>,
    /// Measures of the distribution as it is.
    pub before: Measures,
    /// Measures of the expected counts after.
    pub after: Measures,
    /// Measures of a random subset of the same expected size: the control.
    pub random: Measures,
    /// The entities whose count moves most, largest move first.
    pub moves_most: Vec<Move>,
    /// Tail entities that lose more than [`COLLATERAL_LOSS`] of their count, largest loss first; empty in an estimate.
    pub collateral: Vec<Move>,
    /// How many such entities there are in all; 0 in an estimate.
    pub collateral_entities: u64,
}
