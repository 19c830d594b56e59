//! The exact preview: every instance's expected repeat, and from it every entity's expected count.
//!
//! Cost: one pass over the rows of each perspective whose dictionary changed, one over the instances, one over the holders of all
//! entities. All three run on all cores; sums are taken in a fixed order.
//!
//! Invariant: a perspective whose dictionary did not change is not visited again for its scores.

use std::borrow::Cow;

use rayon::prelude::*;

use super::change;
use super::{Measures, Outcome, Overridden, Preview, TargetOutcome, Volume};
use crate::index::{Csr, Index, PerspectiveIndex};
use crate::plan::{self, Columns, PlanError, Settlement};
use crate::policy::{self, Bound, Dictionary, Fate, Formula, Outlook, Rule};
use crate::progress::Observer;
use crate::recipe::{NoEntity, Override, Recipe};

/// What stays between previews of one index.
#[derive(Debug, Default)]
pub struct Exact {
    /// The instances of each entity, for the perspectives whose index does not hold them.
    holders: Vec<Option<Csr>>,
    /// The last scores of each perspective.
    scored: Vec<Option<Scored>>,
    /// Instances without an entity, by perspective.
    empty: Vec<u64>,
    /// The expected repeat of each instance, of the last preview.
    expected: Vec<f32>,
    /// The probability that each is kept at all, of the last preview.
    keep: Vec<f32>,
    /// The overrides that were bound last, and what they mean.
    bound: (Vec<Override>, Vec<Bound>),
    /// The rule that was brought to a wanted volume last, what it became, and the scale of its thresholds.
    sized: Option<(Rule, Rule, Option<f64>)>,
}

/// A dictionary and the score of every instance under it; negative where the instance holds nothing.
#[derive(Debug)]
struct Scored {
    dictionary: Dictionary,
    scores: Vec<f32>,
    /// The fit that it took, where it took one.
    fit: Option<Fitted>,
}

/// A fit, and what it was to come to.
#[derive(Clone, Debug, PartialEq)]
struct Fitted {
    targets: Vec<f64>,
    sweeps: u32,
    converged: bool,
}

/// Instances a task.
const BATCH: usize = 8192;
/// The expected count above which an entity is never lost: e⁻⁴⁰ is nothing.
const SURE: f64 = 40.0;

impl Exact {
    /// Prepares for previews of `index`; every later call must be given the same one.
    #[must_use]
    pub fn new(index: &Index) -> Self {
        let holders = |entry: &PerspectiveIndex| {
            (entry.by_entity.rows() == 0).then(|| entry.by_instance.transposed(entry.entities()))
        };
        let empty = |entry: &PerspectiveIndex| {
            entry.by_instance.offsets().windows(2).filter(|ends| ends[0] == ends[1]).count() as u64
        };
        Self {
            holders: index.perspectives.par_iter().map(holders).collect(),
            scored: index.perspectives.iter().map(|_| None).collect(),
            empty: index.perspectives.iter().map(empty).collect(),
            expected: Vec::new(),
            keep: Vec::new(),
            bound: (Vec::new(), Vec::new()),
            sized: None,
        }
    }

    /// What the recipe's policy would make of the index.
    ///
    /// # Errors
    /// [`PlanError::Recipe`] when the recipe does not fit the index, [`PlanError::Cancelled`] when the observer says so.
    pub fn preview(&mut self, index: &Index, recipe: &Recipe, observer: &dyn Observer) -> Result<Preview, PlanError> {
        let rule = policy::rule(index, recipe)?;
        if self.bound.0 != recipe.rebalance.overrides {
            let bound = policy::bind(index, &recipe.rebalance.overrides)?;
            self.bound = (recipe.rebalance.overrides.clone(), bound);
        }
        let (rule, size_scale) = self.sized(index, rule);
        self.score(index, &rule, observer);
        let stop = || if observer.cancelled() { Err(PlanError::Cancelled) } else { Ok(()) };
        stop()?;
        let mut instances = self.expect(index, &rule);
        if !self.bound.1.is_empty() {
            self.settle(index, &mut instances);
        }
        let mut outcomes = Vec::with_capacity(index.perspectives.len());
        for (slot, entry) in index.perspectives.iter().enumerate() {
            stop()?;
            outcomes.push(self.outcome(slot, entry, recipe, instances.after / instances.before.max(1) as f64));
        }
        let overrides = self.overridden(index, &outcomes);
        let target = self.target(index, &outcomes, &rule);
        let policy = recipe.rebalance.policy;
        Ok(Preview { policy, exact: true, instances, perspectives: outcomes, overrides, target, size_scale })
    }

    /// The rule brought to the wanted volume.
    fn sized(&mut self, index: &Index, rule: Rule) -> (Rule, Option<f64>) {
        if let Some((_, sized, scale)) = self.sized.as_ref().filter(|(of, ..)| *of == rule) {
            return (sized.clone(), *scale);
        }
        let (sized, scale) = plan::sized(index, &rule);
        self.sized = Some((rule, sized.clone(), scale));
        (sized, scale)
    }

    /// What a fit was to come to, and what it came to.
    fn target(&self, index: &Index, outcomes: &[Outcome], rule: &Rule) -> Option<TargetOutcome> {
        let fitted = |scored: &&Scored| scored.fit.is_some() && rule.dictionaries.contains(&scored.dictionary);
        let scored = self.scored.iter().flatten().find(fitted)?;
        let outcome = outcomes.iter().find(|outcome| outcome.perspective == scored.dictionary.perspective)?;
        let fit = scored.fit.as_ref()?;
        let before = &index.perspective(outcome.perspective)?.counts;
        let of = TargetOutcome::of(outcome, (&fit.targets, before));
        Some(TargetOutcome { sweeps: fit.sweeps, converged: fit.converged, ..of })
    }

    /// Applies the overrides to what the policy expects of each instance, and sums up anew.
    fn settle(&mut self, index: &Index, instances: &mut Volume) {
        let holders = |entry: Bound| {
            let perspective = index.perspectives[entry.slot].perspective;
            (index.instances_of(perspective, entry.rank as usize), 1.0)
        };
        let mut columns = Columns { keep: &mut self.keep, repeat: &mut self.expected };
        Settlement::of(&self.bound.1, &holders, &mut columns);
        let (mut kept, mut variance, mut after) = (0.0, 0.0, 0.0);
        for (&keep, &repeat) in self.keep.iter().zip(&self.expected) {
            let keep = f64::from(keep);
            kept += keep;
            variance += keep * (1.0 - keep);
            after += f64::from(repeat);
        }
        (instances.kept, instances.kept_sd, instances.after) = (kept, variance.max(0.0).sqrt(), after);
    }

    /// What each override asks for, and what its entity has before and after.
    fn overridden(&self, index: &Index, outcomes: &[Outcome]) -> Vec<Overridden> {
        let one = |bound: &Bound| {
            let entry = index.perspectives.get(bound.slot)?;
            let after = *outcomes.get(bound.slot)?.counts.get(bound.rank as usize)?;
            let before = *entry.counts.get(bound.rank as usize)?;
            let perspective = entry.perspective;
            Some(Overridden { perspective, rank: bound.rank, action: bound.action, before, after })
        };
        self.bound.1.iter().filter_map(one).collect()
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

    /// Scores every instance in the perspectives whose dictionary changed.
    fn score(&mut self, index: &Index, rule: &Rule, observer: &dyn Observer) {
        for (slot, entry) in index.perspectives.iter().enumerate() {
            let dictionary = rule.dictionaries.iter().find(|dictionary| dictionary.perspective == entry.perspective);
            let Some((dictionary, place)) = dictionary.zip(self.scored.get_mut(slot)) else { continue };
            if place.as_ref().is_some_and(|scored| scored.dictionary == *dictionary) {
                continue;
            }
            let (written, fit) = if dictionary.takes_fit() {
                let holders = self.holders.get(slot).and_then(Option::as_ref).unwrap_or(&entry.by_entity);
                let targets = dictionary.formula.targets(&entry.counts);
                let ground = (holders, index.instances());
                let (written, fit) = dictionary.fitted(ground, &targets, &|| observer.cancelled());
                if observer.cancelled() {
                    return;
                }
                (written, Some(Fitted { targets, sweeps: fit.sweeps, converged: fit.converged }))
            } else {
                (dictionary.on(&entry.counts), None)
            };
            let mut scores = place.take().map_or_else(|| vec![0.0; index.instances()], |scored| scored.scores);
            scores.par_chunks_mut(BATCH).enumerate().for_each(|(batch, scores)| {
                for (offset, score) in scores.iter_mut().enumerate() {
                    let ranks = entry.by_instance.row(batch * BATCH + offset);
                    *score = written.score(ranks).map_or(-1.0, |score| score as f32);
                }
            });
            *place = Some(Scored { dictionary: *dictionary, scores, fit });
        }
    }

    /// Turns scores into expected repeats and sums them up.
    fn expect(&mut self, index: &Index, rule: &Rule) -> Volume {
        let taking_part = |scored: &&Scored| rule.dictionaries.contains(&scored.dictionary);
        let voters: Vec<&[f32]> =
            self.scored.iter().flatten().filter(taking_part).map(|scored| scored.scores.as_slice()).collect();
        let scale = if matches!(rule.fate, Fate::Shares | Fate::Weights) {
            scale(rule, &voters, index.instances())
        } else {
            1.0
        };
        let asked = |dictionary: &Dictionary| Some((index.perspective(dictionary.perspective)?, dictionary.formula));
        let odds: Vec<_> = rule.dictionaries.iter().filter(|_| rule.fate.asks_odds()).filter_map(asked).collect();
        self.expected.resize(index.instances(), 0.0);
        self.keep.resize(index.instances(), 0.0);
        let sums: Vec<Sums> = self
            .expected
            .par_chunks_mut(BATCH)
            .zip(self.keep.par_chunks_mut(BATCH))
            .enumerate()
            .map(|(batch, slots)| {
                fill(slots, &Batch { voters: &voters, odds: &odds, rule, scale, start: batch * BATCH })
            })
            .collect();
        let sum = |of: fn(&Sums) -> f64| sums.iter().map(of).sum::<f64>();
        let no_entity = index.perspectives.iter().zip(&self.empty).filter(|&(_, &empty)| empty > 0);
        Volume {
            before: index.instances() as u64,
            kept: sum(|part| part.kept),
            kept_sd: sum(|part| part.variance).max(0.0).sqrt(),
            after: sum(|part| part.after),
            margin: 0.0,
            nothing: sums.iter().map(|part| part.nothing).sum(),
            no_entity: no_entity.map(|(entry, &empty)| (entry.perspective, empty)).collect(),
        }
    }

    fn outcome(&self, slot: usize, entry: &PerspectiveIndex, recipe: &Recipe, kept_share: f64) -> Outcome {
        let holders = match self.holders.get(slot) {
            Some(Some(holders)) => Cow::Borrowed(holders),
            _ => Cow::Borrowed(&entry.by_entity),
        };
        let found: Vec<(f32, f32)> =
            (0..entry.entities()).into_par_iter().map(|rank| self.expected_of(holders.row(rank))).collect();
        let counts: Vec<f32> = found.iter().map(|&(count, _)| count).collect();
        let split = recipe.split(entry);
        let before = Measures::before(entry, &split);
        let lost = || lost(&found, entry);
        let shape = || Measures::after(entry, &split, &counts);
        let moves = || {
            let random = Measures::random(entry, &before, kept_share.min(1.0));
            (random, change::moves_most(&entry.counts, &counts), change::collateral(&entry.counts, &counts, &split))
        };
        let (shape, ((entities_lost, mass_lost), (random, moves_most, (collateral, collateral_entities)))) =
            rayon::join(shape, || rayon::join(lost, moves));
        let after = Measures { entities_lost, mass_lost, ..shape };
        Outcome {
            perspective: entry.perspective,
            split,
            counts,
            before,
            after,
            random,
            moves_most,
            collateral,
            collateral_entities,
        }
    }

    /// An entity's expected count, and the probability that none of its instances stays.
    fn expected_of(&self, holders: &[u32]) -> (f32, f32) {
        let count: f64 = holders.iter().map(|&instance| f64::from(self.expected[instance as usize])).sum();
        let missed = |&instance: &u32| 1.0 - self.keep[instance as usize];
        let lost = if count < SURE { holders.iter().map(missed).product() } else { 0.0 };
        (count as f32, lost)
    }
}

/// How many entities are lost, expected, and the share of occurrences that they held.
fn lost(found: &[(f32, f32)], entry: &PerspectiveIndex) -> (f64, f64) {
    let (mut entities, mut mass) = (0.0, 0.0);
    for (&(_, lost), &count) in found.iter().zip(&entry.counts).filter(|&(&(_, lost), _)| lost > 0.0) {
        entities += f64::from(lost);
        mass += f64::from(lost) * f64::from(count);
    }
    (entities, mass / entry.occurrences().max(1) as f64)
}

/// What a batch of instances is decided by.
struct Batch<'a> {
    voters: &'a [&'a [f32]],
    /// The perspectives of which the rarest entity counts, where the fate asks for it.
    odds: &'a [(&'a PerspectiveIndex, Formula)],
    rule: &'a Rule,
    scale: f64,
    start: usize,
}

impl Batch<'_> {
    fn outlook(&self, scores: &[f64], instance: usize) -> Outlook {
        let rarest = |(entry, formula): &(&PerspectiveIndex, Formula)| {
            let &rank = entry.by_instance.row(instance).last()?;
            Some(formula.odds(entry.counts[rank as usize]))
        };
        let odds = self.odds.iter().filter_map(rarest).fold(0.0, f64::max);
        self.rule.fate.outlook(scores, (self.scale, odds))
    }
}

/// Sums over a batch.
struct Sums {
    kept: f64,
    variance: f64,
    after: f64,
    nothing: u64,
}

fn fill((slots, keeps): (&mut [f32], &mut [f32]), batch: &Batch<'_>) -> Sums {
    let mut sums = Sums { kept: 0.0, variance: 0.0, after: 0.0, nothing: 0 };
    let unseen = if batch.rule.no_entity == NoEntity::Keep { 1.0 } else { 0.0 };
    let mut scores = Vec::with_capacity(batch.voters.len());
    for (offset, (slot, keep)) in slots.iter_mut().zip(keeps).enumerate() {
        let held = batch.voters.iter().map(|scores| f64::from(scores[batch.start + offset]));
        scores.clear();
        scores.extend(held.filter(|&score| score >= 0.0));
        let holds_nothing = scores.is_empty() && !batch.voters.is_empty();
        let outlook =
            if holds_nothing { Outlook::rounded(unseen) } else { batch.outlook(&scores, batch.start + offset) };
        let (kept, expected) = (outlook.keep, outlook.repeat);
        sums.nothing += u64::from(holds_nothing);
        sums.kept += kept;
        sums.variance += kept * (1.0 - kept);
        sums.after += expected;
        (*slot, *keep) = (expected as f32, kept as f32);
    }
    sums
}

/// What makes the largest scores of the instances sum to their number.
fn scale(rule: &Rule, voters: &[&[f32]], instances: usize) -> f64 {
    let largest = |instance: usize| voters.iter().map(|scores| scores[instance]).fold(-1.0, f32::max);
    let (scored, sum) = (0..instances)
        .map(largest)
        .filter(|&score| score >= 0.0)
        .fold((0.0, 0.0), |(scored, sum), score| (scored + 1.0, sum + f64::from(score)));
    rule.scale((scored, instances as f64), sum)
}
