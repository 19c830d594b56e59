//! A first estimate within a frame, from a fixed subsample of the instances.
//!
//! The sample is the instances whose id hashes lowest, so it does not depend on their order. An entity's count after is its count
//! before times the mean keep of its sampled holders, shrunk toward that of entities of about the same count.
//!
//! Invariant: reads the sample, and of the entities outside it each distinct count once; only the answer's list of counts is as
//! long as there are entities.

mod counts;
mod expected;
mod sample;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use super::outcome::Known;
use super::{Outcome, Preview, Volume};
use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex};
use crate::plan::{Columns, PlanError, Searched, Settlement};
use crate::policy::{self, Bound, Dictionary, Fate, Rule, size::solve};
use crate::progress::{Cancelled, Observer};
use crate::recipe::{Override, Recipe, RecipeError};
use expected::Expected;
use sample::Sample;

/// The most instances in the sample.
pub const SAMPLE: usize = 8192;

/// Of these, about so many are what the search for a wanted volume looks at.
const SEARCHED: usize = 2048;

/// The share of a wanted volume by which the expected one may miss it.
const MET: f64 = 0.005;

/// How much further than half the sample the whole of the data may be from the sample, in a fit.
const BEYOND: f64 = 3.0;

/// A fixed subsample of an index.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// One a perspective, in the index's order.
    samples: Vec<Sample>,
    sampled: usize,
    /// The part of the sample in which the scale for a wanted volume is sought.
    searched: Arc<Searched>,
    instances: usize,
    /// The overrides that were bound last, and what they mean: a pattern may have to be matched with a million names.
    bound: Arc<Mutex<(Vec<Override>, Vec<Bound>)>>,
    /// The scale that was found last for a wanted volume: the next is not far.
    scale: Arc<Mutex<Option<f64>>>,
}

/// The volume after, where it is known without a sample.
type SureVolume = Option<f64>;

impl Sketch {
    /// Samples an index; every later call must be given the same one.
    #[must_use]
    pub fn new(index: &Index) -> Self {
        let mut order: Vec<(u64, usize)> = index.id_hashes.iter().copied().zip(0..).collect();
        let size = order.len().min(SAMPLE);
        if size < order.len() {
            order.select_nth_unstable(size);
            order.truncate(size);
        }
        order.sort_unstable();
        let samples = index.layers().map(|entry| Sample::of(entry, &order)).collect();
        let few: Vec<u32> = order.iter().take(SEARCHED).map(|&(_, instance)| instance as u32).collect();
        let searched = Arc::new(Searched::of(index, &few));
        let (bound, scale) = (Arc::default(), Arc::default());
        Self { samples, sampled: size, searched, instances: index.instances(), bound, scale }
    }

    /// An estimate of what the recipe's policy would make of the index, with the distribution of one perspective.
    ///
    /// # Errors
    /// [`PlanError::Recipe`] when the recipe does not fit the index, [`PlanError::Cancelled`] when the observer says so.
    pub fn preview(
        &self,
        (index, recipe): (&Index, &Recipe),
        shown: Perspective,
        observer: &dyn Observer,
    ) -> Result<Preview, PlanError> {
        let rule = policy::rule(index, recipe)?;
        let bound = self.bind(index, recipe)?;
        let (rule, size_scale) = self.sized(index, rule, observer)?;
        let mut expected = self.expected((index, &rule), self.sampled, observer);
        observer.go_on()?;
        self.settle(&bound, &mut expected, rule.fate == Fate::Weights);
        let mut instances = self.whole((index, &rule, &bound), &expected, observer)?;
        if size_scale.is_some() && self.sampled < self.instances {
            // What is expected of all instances is met as nearly as this, see `plan::Scales`.
            instances.after_margin = instances.after_margin.max(MET * instances.after);
            instances.margin = instances.margin.max(MET * instances.kept);
        }
        let kept_share = (instances.after / instances.before.max(1) as f64).min(1.0);
        let slots = index.perspectives.iter().zip(&self.samples).enumerate();
        let asked = slots.filter(|(_, (entry, _))| entry.perspective == shown);
        let outcome = |(slot, (entry, sample)): (usize, (&PerspectiveIndex, &Sample))| {
            let here: Vec<Bound> = bound.iter().filter(|bound| bound.slot == slot).copied().collect();
            let mut counts = self.counts((sample, &here), entry, &expected.repeat);
            let by_rank = std::mem::take(&mut counts.by_rank);
            let known = Known::Ranks(&sample.ranks);
            Outcome::of(entry, (recipe.split(entry), kept_share), (by_rank, known), |by_rank, split| {
                counts.measures((sample, entry), (by_rank, split), &expected.repeat)
            })
        };
        let perspectives = asked.map(outcome).collect();
        let policy = recipe.rebalance.policy;
        let overrides = Vec::new();
        let (target, advice) = (None, recipe.advice());
        Ok(Preview { policy, exact: false, instances, perspectives, overrides, target, size_scale, advice })
    }

    /// Numbers of instances. A fit to a sample misses more than sampling does: how much is told by a fit to half of it.
    fn whole(
        &self,
        (index, rule, bound): (&Index, &Rule, &[Bound]),
        expected: &Expected,
        observer: &dyn Observer,
    ) -> Result<Volume, Cancelled> {
        let sure = if bound.is_empty() { self.sure_volume(index, rule) } else { None };
        let mut volume = self.volume(index, rule, (expected, sure));
        let fits = rule.dictionaries.iter().any(Dictionary::takes_fit);
        if fits && self.sampled < self.instances {
            let rows = self.sampled / 2;
            let half = self.expected((index, rule), rows, observer);
            observer.go_on()?;
            let up = self.instances as f64 / rows.max(1) as f64;
            let sum = |values: &[f32]| values.iter().map(|&value| f64::from(value)).sum::<f64>() * up;
            volume.margin += BEYOND * (volume.kept - sum(&half.keep)).abs();
            volume.after_margin += BEYOND * (volume.after - sum(&half.repeat)).abs();
        }
        Ok(volume)
    }

    /// The rule with its thresholds scaled so that the sample's volume is its share of the wanted one.
    fn sized(&self, index: &Index, rule: Rule, observer: &dyn Observer) -> Result<(Rule, Option<f64>), Cancelled> {
        let Some(size) = rule.sought() else { return Ok((rule, None)) };
        let size = size * self.searched.instances() as f64 / self.instances.max(1) as f64;
        let volume = |scale: f64| self.searched.volume(index, &rule.scaled(scale), observer);
        let mut start = self.scale.lock().unwrap_or_else(PoisonError::into_inner);
        let scale = solve((size, size * 2e-3), (start.unwrap_or(1.0), 0.5), volume)?;
        *start = Some(scale);
        Ok((rule.scaled(scale), Some(scale)))
    }

    fn bind(&self, index: &Index, recipe: &Recipe) -> Result<Vec<Bound>, RecipeError> {
        let overrides = &recipe.rebalance.overrides;
        let mut last = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != *overrides {
            *last = (overrides.clone(), policy::bind(index, overrides)?);
        }
        Ok(last.1.clone())
    }

    /// Applies overrides to the sampled instances; each stands for as many as there are for one sampled holder of the entity.
    fn settle(&self, bound: &[Bound], expected: &mut Expected, weighs: bool) {
        if bound.is_empty() {
            return;
        }
        let holders = |entry: Bound| {
            let Some(sample) = self.samples.get(entry.slot) else { return (Cow::Borrowed(&[][..]), 1.0) };
            let Ok(place) = sample.ranks.binary_search(&entry.rank) else { return (Cow::Borrowed(&[][..]), 1.0) };
            let stands_for = f64::from(sample.counts[place]) / f64::from(sample.held[place].max(1));
            (Cow::Borrowed(sample.holders.row(place)), stands_for)
        };
        let mut columns = Columns { keep: &mut expected.keep, repeat: &mut expected.repeat, weighs };
        Settlement::of(bound, &holders, &mut columns);
    }
}
