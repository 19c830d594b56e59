//! The exact preview: every instance's expected repeat, and from it every entity's expected count.
//!
//! Cost: one pass over the rows of each perspective whose dictionary changed, one over the instances, and for each perspective
//! that is asked for one over the holders of its entities and one over its rows. All run on all cores; sums are taken in a fixed order.
//!
//! Invariant: what a parameter does not touch, and what nobody looks at, is not reckoned.

mod expect;
mod gather;
mod score;
mod vary;

use rayon::prelude::*;

use super::{Outcome, Overridden, Preview, TargetOutcome, Volume, advice};
use crate::entity::Perspective;
use crate::index::{Csr, Index, PerspectiveIndex};
use crate::plan::{Columns, PlanError, Scales, Settlement};
use crate::policy::{self, Bound, Fate, Rule, fit};
use crate::progress::{Cancelled, Observer};
use crate::recipe::{Override, Recipe};
use score::Scored;

/// What stays between previews of one index.
#[derive(Debug, Default)]
pub struct Exact {
    /// The instances of each entity, for the perspectives whose index does not hold them.
    holders: Vec<Option<Csr>>,
    /// The last scores of each perspective.
    scored: Vec<Option<Scored>>,
    /// Instances without an entity, by perspective.
    empty: Vec<u64>,
    /// The count of each instance's rarest entity, by perspective; 0 without any. Known once a rule has asked for it.
    rarest: Vec<Option<Vec<u32>>>,
    /// The expected repeat of each instance, of the last preview.
    expected: Vec<f32>,
    /// The probability that each is kept at all, of the last preview.
    keep: Vec<f32>,
    /// The overrides that were bound last, and what they mean.
    bound: (Vec<Override>, Vec<Bound>),
    /// The rule that was brought to a wanted volume last, what it became, and the scale of its thresholds.
    sized: Option<(Rule, Rule, Option<f64>)>,
    /// What a wanted volume is sought in, once one was wanted.
    scales: Option<Scales>,
}

/// Instances a task.
const BATCH: usize = 8192;

impl Exact {
    /// Prepares for previews of `index`; every later call must be given the same one.
    #[must_use]
    pub fn new(index: &Index) -> Self {
        let split = index.layers().skip(index.perspectives.len());
        let layers: Vec<&PerspectiveIndex> = index.told().iter().chain(split).collect();
        let holders = |entry: &PerspectiveIndex| {
            (entry.by_entity.rows() == 0).then(|| entry.by_instance.transposed(entry.entities()))
        };
        let empty = |entry: &PerspectiveIndex| {
            entry.by_instance.offsets().windows(2).filter(|ends| ends[0] == ends[1]).count() as u64
        };
        Self {
            holders: layers.par_iter().map(|entry| holders(entry)).collect(),
            scored: layers.iter().map(|_| None).collect(),
            rarest: layers.iter().map(|_| None).collect(),
            empty: layers.iter().map(|entry| empty(entry)).collect(),
            ..Self::default()
        }
    }

    /// What the recipe's policy would make of the index, in every perspective.
    ///
    /// # Errors
    /// [`PlanError::Recipe`] when the recipe does not fit the index, [`PlanError::Cancelled`] when the observer says so.
    pub fn preview(&mut self, index: &Index, recipe: &Recipe, observer: &dyn Observer) -> Result<Preview, PlanError> {
        self.reckon((index, recipe), |_| true, observer)
    }

    /// As [`Self::preview`], with the outcome of one perspective: what a screen shows.
    ///
    /// # Errors
    /// As [`Self::preview`].
    pub fn preview_of(
        &mut self,
        (index, recipe): (&Index, &Recipe),
        shown: Perspective,
        observer: &dyn Observer,
    ) -> Result<Preview, PlanError> {
        self.reckon((index, recipe), |perspective| perspective == shown, observer)
    }

    fn reckon(
        &mut self,
        (index, recipe): (&Index, &Recipe),
        wanted: impl Fn(Perspective) -> bool,
        observer: &dyn Observer,
    ) -> Result<Preview, PlanError> {
        let rule = policy::rule(index, recipe)?;
        if self.bound.0 != recipe.rebalance.overrides {
            let bound = policy::bind(index, &recipe.rebalance.overrides)?;
            self.bound = (recipe.rebalance.overrides.clone(), bound);
        }
        let (rule, size_scale) = self.sized(index, rule, observer)?;
        self.score(index, &rule, observer)?;
        self.know_rarest(index, &rule);
        let mut instances = self.expect(index, &rule);
        if !self.bound.1.is_empty() {
            instances = self.settle(index, (instances, rule.fate));
        }
        let share = instances.after / instances.before.max(1) as f64;
        let mut perspectives = Vec::with_capacity(index.perspectives.len());
        let entries = index.told().iter().enumerate();
        for (slot, entry) in entries.filter(|(_, entry)| wanted(entry.perspective)) {
            observer.go_on()?;
            let split = index.told_split(entry, recipe.threshold(entry.perspective));
            perspectives.push(self.outcome(slot, entry, (split, share)));
        }
        let overrides = self.overridden(index);
        let target = self.target(index, &perspectives, &rule);
        let policy = recipe.rebalance.policy;
        let mut advice = advice::advice((index, recipe), &instances, observer)?;
        advice.extend(target.as_ref().and_then(|target| advice::lowered(recipe, target)));
        advice.extend(advice::passed_caps(index, recipe, &self.bound.1, &overrides));
        Ok(Preview { policy, exact: true, instances, perspectives, overrides, target, size_scale, advice })
    }

    /// The probability that each instance is kept at all under the last preview, in source order.
    #[must_use]
    pub fn keep(&self) -> &[f32] {
        &self.keep
    }

    /// The expected repeat of every instance under the last preview, in source order.
    #[must_use]
    pub fn expected(&self) -> &[f32] {
        &self.expected
    }

    /// The instances of each entity.
    fn holders<'a>(&'a self, slot: usize, entry: &'a PerspectiveIndex) -> &'a Csr {
        let derived = || self.holders.get(slot).and_then(Option::as_ref);
        if entry.by_entity.rows() > 0 { &entry.by_entity } else { derived().unwrap_or(&entry.by_entity) }
    }

    /// The rule brought to the wanted volume.
    fn sized(&mut self, index: &Index, rule: Rule, observer: &dyn Observer) -> Result<(Rule, Option<f64>), Cancelled> {
        if let Some((_, sized, scale)) = self.sized.as_ref().filter(|(of, ..)| *of == rule) {
            return Ok((sized.clone(), *scale));
        }
        if rule.sought().is_none() {
            return Ok((rule, None));
        }
        let scales = self.scales.get_or_insert_with(|| Scales::of(index));
        let (sized, scale) = scales.sized(index, &rule, observer)?;
        self.sized = Some((rule, sized.clone(), scale));
        Ok((sized, scale))
    }

    /// What a fit was to come to, and what it came to.
    fn target(&self, index: &Index, outcomes: &[Outcome], rule: &Rule) -> Option<TargetOutcome> {
        let fitted = |scored: &&Scored| scored.fit.is_some() && rule.dictionaries.contains(&scored.dictionary);
        let scored = self.scored.iter().flatten().find(fitted)?;
        let outcome = outcomes.iter().find(|outcome| outcome.perspective == scored.dictionary.perspective)?;
        let fit = scored.fit.as_ref()?;
        let before = &index.perspective(outcome.perspective)?.counts;
        let of = TargetOutcome::of(outcome, (&fit.targets, before));
        let shape = scored.dictionary.formula.unlimited().targets(before);
        let lowered = fit::gap(fit.targets.iter().copied(), &shape);
        Some(TargetOutcome { sweeps: fit.sweeps, converged: fit.converged, lowered, ..of })
    }

    /// Applies the overrides to what the policy expects of each instance, and sums up anew.
    fn settle(&mut self, index: &Index, (instances, fate): (Volume, Fate)) -> Volume {
        let holders = |entry: Bound| (entry.holders(index), 1.0);
        let mut columns = Columns { keep: &mut self.keep, repeat: &mut self.expected, weighs: fate == Fate::Weights };
        let settlement = Settlement::of(&self.bound.1, &holders, &mut columns);
        let summed = self.sum_up(instances, fate);
        Volume { kept_sd: self.deviation(index, &settlement, summed.kept_sd), ..summed }
    }

    /// What each override asks for, and what its entity has before and after.
    fn overridden(&self, index: &Index) -> Vec<Overridden> {
        let one = |bound: &Bound| {
            let entry = index.perspectives.get(bound.slot)?;
            let holders = self.holders(bound.slot, entry).row(bound.rank as usize);
            let (before, (after, _)) = (holders.len() as u32, self.expected_of(holders));
            let perspective = entry.perspective;
            Some(Overridden { perspective, rank: bound.rank, action: bound.action, before, after })
        };
        self.bound.1.iter().filter_map(one).collect()
    }
}
