//! Index and recipe in, one decision for every instance out.
//!
//! Invariant: every draw is a hash of (seed, instance id, perspective, entity, purpose), so the kept set is the same for any record
//! order, thread count and shard, and it is nested: raising a threshold or α only ever adds instances
//! (but for those of a capped or floored entity, see `overrides`).

mod decision;
mod delivery;
mod draw;
mod explainer;
mod explanation;
mod ledger;
mod order;
mod overrides;
mod reason;
mod size;
mod synthesis;

pub use delivery::{Account, Maker, Picture, Synthesized, Verdict};
pub use draw::{Key, Purpose};
pub use explainer::{Explainer, explain, weights};
pub use explanation::{Decision, Explanation, OverrideExplanation, VoteExplanation};
pub use ledger::{Ledger, OverrideDraw};
pub use order::{ORDER_VERSION, Order, OrderPicture, OrderSeed, entity, made_id};
pub use overrides::{Columns, Cut, Holders, Outlooks, Settled, Settlement};
pub use size::{Scales, Searched, sized};
pub use synthesis::{Evidence, Lack, Make, Seed, SynthesisPlan, Tail};

use std::ops::Range;

use rayon::prelude::*;

use crate::index::{Index, PerspectiveIndex};
use crate::policy;
use crate::progress::{Cancelled, Observer, Stage};
use crate::recipe::{Recipe, RecipeError};
use crate::source::Dataset;
use decision::Decider;

/// A failure to make a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The recipe does not fit the index.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The user stopped the work.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for PlanError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl PlanError {
    /// The program's exit code for this failure.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Recipe(error) => error.exit_code(),
            Self::Cancelled => 6,
        }
    }
}

/// How many instances a plan keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// All instances.
    pub instances: u64,
    /// Those kept at least once.
    pub kept: u64,
    /// Those dropped; `kept + dropped = instances`.
    pub dropped: u64,
    /// The volume after: repeats counted.
    pub after: u64,
    /// Instances that are made on top of it.
    #[serde(default)]
    pub synthetic: u64,
}

/// What is to be done with every instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    repeats: Vec<u32>,
    synthesis: SynthesisPlan,
}

/// Instances between two reports of progress.
const BATCH: usize = 16_384;

impl Plan {
    /// Decides every instance, and what is made for the tail as far as that hangs on entities alone.
    ///
    /// # Errors
    /// [`PlanError::Recipe`] when the recipe does not fit the index, [`PlanError::Cancelled`] when the observer says so.
    pub fn new(index: &Index, recipe: &Recipe, observer: &dyn Observer) -> Result<Self, PlanError> {
        Self::with(index, recipe, &Evidence::NONE, observer)
    }

    /// Decides every instance of a dataset, and what is made for the tail.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_dataset(
        (dataset, index): (&Dataset, &Index),
        recipe: &Recipe,
        outlier: &(dyn Fn(usize) -> Option<f64> + Sync),
        observer: &dyn Observer,
    ) -> Result<Self, PlanError> {
        let picture = |instance: usize| order::picture_hash(dataset, instance);
        Self::with(index, recipe, &Evidence { picture: &picture, outlier }, observer)
    }

    /// Decides every instance, and what is made for the tail from what is known of pictures and outliers.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(
        index: &Index,
        recipe: &Recipe,
        evidence: &Evidence<'_>,
        observer: &dyn Observer,
    ) -> Result<Self, PlanError> {
        let repeats = Self::decided(index, recipe, observer)?;
        let mut plan = Self { repeats, synthesis: SynthesisPlan::default() };
        if recipe.synthesis.is_on() {
            let counts = plan.counts(index);
            plan.synthesis = SynthesisPlan::new((index, recipe), (&plan.repeats, &counts), evidence, observer)?;
            if observer.cancelled() {
                return Err(PlanError::Cancelled);
            }
        }
        Ok(plan)
    }

    fn decided(index: &Index, recipe: &Recipe, observer: &dyn Observer) -> Result<Vec<u32>, PlanError> {
        let rule = policy::rule(index, recipe)?;
        let bound = policy::bind(index, &recipe.rebalance.overrides)?;
        let decider = Decider::new(index, &rule, (&bound, recipe.seed), observer)?;
        let total = index.instances() as u64;
        let done = crate::progress::Cancellation::default();
        let mut repeats = vec![0_u32; index.instances()];
        repeats.par_chunks_mut(BATCH).enumerate().for_each(|(batch, slots)| {
            if observer.cancelled() {
                return;
            }
            for (offset, slot) in slots.iter_mut().enumerate() {
                *slot = decider.repeat(batch * BATCH + offset);
            }
            observer.advanced(Stage::Plan, done.add(slots.len() as u64), total);
        });
        if observer.cancelled() { Err(PlanError::Cancelled) } else { Ok(repeats) }
    }

    /// What is made for the tail.
    #[must_use]
    pub const fn synthesis(&self) -> &SynthesisPlan {
        &self.synthesis
    }

    /// The same plan with the pictures that were made in the place of those that were to be made; those that no picture came
    /// for are made no more.
    #[must_use]
    pub fn with_pictures(mut self, index: &Index, (pictures, account): (&[Picture], Account)) -> Self {
        order::settle(index, &mut self.synthesis, pictures);
        self.synthesis.account = account;
        self
    }

    /// As [`Self::counts`], with what is made for the tail.
    #[must_use]
    pub fn completed_counts(&self, index: &Index) -> Vec<Vec<u32>> {
        let mut counts = self.counts(index);
        self.synthesis.add_to(index, &mut counts);
        counts
    }

    /// How often an instance is written; 0 drops it.
    #[must_use]
    pub fn repeat(&self, instance: usize) -> u32 {
        self.repeats.get(instance).copied().unwrap_or(0)
    }

    /// How often each instance is written, in source order.
    #[must_use]
    pub fn repeats(&self) -> &[u32] {
        &self.repeats
    }

    /// How many instances are kept, dropped and made.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { synthetic: self.synthesis.made(), ..self.tally_of(0..self.repeats.len()) }
    }

    /// How many of some instances are kept and dropped; none is made.
    #[must_use]
    pub fn tally_of(&self, range: Range<usize>) -> Tally {
        let repeats = self.repeats.get(range).unwrap_or_default();
        let instances = repeats.len() as u64;
        let kept = repeats.iter().filter(|&&repeat| repeat > 0).count() as u64;
        let after = repeats.iter().map(|&repeat| u64::from(repeat)).sum();
        Tally { instances, kept, dropped: instances - kept, after, synthetic: 0 }
    }

    /// The count of every entity after the plan, by perspective and by the rank that it had before; repeats counted.
    #[must_use]
    pub fn counts(&self, index: &Index) -> Vec<Vec<u32>> {
        self.counts_of(&index.perspectives, 0..self.repeats.len())
    }

    /// As [`Self::counts`], of some instances alone.
    #[must_use]
    pub fn counts_of(&self, perspectives: &[PerspectiveIndex], range: Range<usize>) -> Vec<Vec<u32>> {
        let counts = |entry: &PerspectiveIndex| {
            let mut after = vec![0_u32; entry.entities()];
            let repeats = self.repeats.get(range.clone()).unwrap_or_default();
            for (instance, &repeat) in (range.start..).zip(repeats).filter(|&(_, &repeat)| repeat > 0) {
                for &rank in entry.by_instance.row(instance) {
                    after[rank as usize] += repeat;
                }
            }
            after
        };
        perspectives.par_iter().map(counts).collect()
    }
}
