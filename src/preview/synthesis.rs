//! What synthesis makes of the distribution after rebalancing: the third layer of the chart.
//!
//! Its figures are those of one plan, under the recipe's seed, and so exact: what `apply` writes.
//!
//! Invariant: an entity keeps its place as head or tail; only its count changes.

use rayon::prelude::*;

use super::Measures;
use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex, Split};
use crate::plan::{Evidence, Plan, PlanError, SynthesisPlan, Tail, Tally};
use crate::progress::Observer;
use crate::recipe::Recipe;

/// A dataset before, after rebalancing, and with what is made for its tail.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// Instances before, kept, dropped, written, and made.
    pub tally: Tally,
    /// What is made, and what was lacking; known even where no policy makes anything.
    pub plan: SynthesisPlan,
    /// Every perspective of the index.
    pub perspectives: Vec<Completed>,
}

/// A perspective before, after rebalancing, and completed.
#[derive(Clone, Debug, PartialEq)]
pub struct Completed {
    /// The perspective.
    pub perspective: Perspective,
    /// Head and tail before.
    pub split: Split,
    /// Count of every entity after rebalancing, by the rank that it had before.
    pub after: Vec<f32>,
    /// The same with what is made.
    pub completed: Vec<f32>,
    /// Measures before, after rebalancing, and with what is made.
    pub measures: [Measures; 3],
}

impl Completion {
    /// Plans and reckons.
    ///
    /// # Errors
    /// [`PlanError`] as of [`Plan::with`].
    pub fn new(
        index: &Index,
        recipe: &Recipe,
        evidence: &Evidence<'_>,
        observer: &dyn Observer,
    ) -> Result<Self, PlanError> {
        let plan = Plan::with(index, recipe, evidence, observer)?;
        Self::of(index, recipe, &plan, observer)
    }

    /// Reckons what a plan comes to.
    ///
    /// # Errors
    /// [`PlanError::Recipe`] when the recipe's synthesis does not fit the index.
    pub fn of(index: &Index, recipe: &Recipe, plan: &Plan, observer: &dyn Observer) -> Result<Self, PlanError> {
        let counts = plan.counts(index);
        let synthesis = if recipe.synthesis.is_on() {
            plan.synthesis().clone()
        } else {
            SynthesisPlan::new((index, recipe), (plan.repeats(), &counts), &Evidence::NONE, observer)?
        };
        let completed = plan.completed_counts(index);
        let one = |(entry, (after, completed)): (&PerspectiveIndex, (Vec<u32>, Vec<u32>))| {
            let split = recipe.split(entry);
            let measures = [
                Measures::before(entry, &split),
                Measures::of_counts(entry, &split, &after),
                Measures::of_counts(entry, &split, &completed),
            ];
            let real = |counts: Vec<u32>| counts.into_iter().map(|count| count as f32).collect();
            Completed {
                perspective: entry.perspective,
                split,
                after: real(after),
                completed: real(completed),
                measures,
            }
        };
        let layers: Vec<_> = counts.into_iter().zip(completed).collect();
        let perspectives = index.perspectives.par_iter().zip(layers).map(one).collect();
        Ok(Self { tally: plan.tally(), plan: synthesis, perspectives })
    }

    /// A perspective, when it is there.
    #[must_use]
    pub fn perspective(&self, perspective: Perspective) -> Option<&Completed> {
        self.perspectives.iter().find(|completed| completed.perspective == perspective)
    }

    /// The tail of a perspective, when it is one of those that are filled.
    #[must_use]
    pub fn tail(&self, perspective: Perspective) -> Option<&Tail> {
        self.plan.tails.iter().find(|tail| tail.perspective == perspective)
    }
}
