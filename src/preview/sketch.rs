//! A first estimate within a frame, from a fixed subsample of the instances.
//!
//! The sample is the instances whose id hashes lowest, so it does not depend on their order. An entity's count after is its count
//! before times the mean keep of its sampled holders, shrunk toward that of entities of about the same count.
//!
//! Invariant: reads the sample, and of the entities outside it each distinct count once; only the answer's list of counts is as
//! long as there are entities.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use super::binned::Entities;
use super::change;
use super::{Measures, Outcome, Preview, Volume};
use crate::entity::Perspective;
use crate::index::{Csr, Index, PerspectiveIndex};
use crate::plan::{Columns, Settlement};
use crate::policy::{self, Bound, Dictionary, Formula, Outlook, Rule, Scorer, size::solve};
use crate::recipe::{NoEntity, Override, OverrideAction, Recipe, RecipeError};

/// The most instances in the sample.
pub const SAMPLE: usize = 8192;

/// Of these, those that the search for a wanted volume looks at.
const SEARCHED: usize = 2048;

/// How many sampled holders outweigh what entities of about the same count do.
const SHRINKAGE: f32 = 4.0;

/// A fixed subsample of an index.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// One a perspective, in the index's order.
    samples: Vec<Sample>,
    sampled: usize,
    instances: usize,
    /// The overrides that were bound last, and what they mean: a pattern may have to be matched with a million names.
    bound: Arc<Mutex<(Vec<Override>, Vec<Bound>)>>,
    /// The scale that was found last for a wanted volume: the next is not far.
    scale: Arc<Mutex<Option<f64>>>,
}

/// What is expected of each sampled instance.
struct Expected {
    keep: Vec<f32>,
    repeat: Vec<f32>,
    /// How many of them hold nothing that the rule looks at.
    nothing: usize,
}

/// The sample as one perspective sees it. Entities are numbered by their place among those that the sample holds.
#[derive(Clone, Debug, Default)]
struct Sample {
    /// The entities of each sampled instance, ascending.
    rows: Csr,
    /// The sampled instances of each entity.
    holders: Csr,
    /// The rank of each entity, ascending.
    ranks: Vec<u32>,
    /// The count of each entity in the whole index.
    counts: Vec<u32>,
    /// How many sampled instances hold each entity.
    held: Vec<u32>,
    /// Entities outside the sample: a count, and how many have it.
    unseen: Vec<(u32, u32)>,
    /// All entities: a count, and how many have it, descending.
    runs: Vec<(u32, u32)>,
    /// Instances of the whole index without an entity.
    empty: u64,
}

impl Sample {
    fn of(entry: &PerspectiveIndex, instances: &[(u64, usize)]) -> Self {
        let mut held_by_rank = vec![0_u32; entry.entities()];
        let rows_of = |instance: usize| entry.by_instance.row(instance).iter();
        instances
            .iter()
            .flat_map(|&(_, instance)| rows_of(instance))
            .for_each(|&rank| held_by_rank[rank as usize] += 1);
        let mut sample = Self::default();
        let mut place = vec![0_u32; entry.entities()];
        for (rank, (&held, &count)) in held_by_rank.iter().zip(&entry.counts).enumerate() {
            if held > 0 {
                place[rank] = sample.ranks.len() as u32;
                sample.ranks.push(rank as u32);
                sample.counts.push(count);
                sample.held.push(held);
                continue;
            }
            match sample.unseen.last_mut() {
                Some((last, entities)) if *last == count => *entities += 1,
                _ => sample.unseen.push((count, 1)),
            }
        }
        sample.runs = entry.counts.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32)).collect();
        for &(_, instance) in instances {
            sample.rows.push(rows_of(instance).map(|&rank| place[rank as usize]));
        }
        sample.holders = sample.rows.transposed(sample.ranks.len());
        let ends = entry.by_instance.offsets().windows(2);
        sample.empty = ends.filter(|ends| ends[0] == ends[1]).count() as u64;
        sample
    }

    /// For each octave of counts, the mean keep of its sampled holders; octaves without any take the overall one.
    fn typical(&self, sums: &[f32], overall: f32) -> [f32; 33] {
        let mut octaves = [(0.0_f32, 0.0_f32); 33];
        for ((&sum, &held), &count) in sums.iter().zip(&self.held).zip(&self.counts) {
            let (kept, all) = &mut octaves[octave(count)];
            *kept += sum;
            *all += held as f32;
        }
        octaves.map(|(kept, all)| (kept + overall) / (all + 1.0))
    }
}

fn octave(count: u32) -> usize {
    (u32::BITS - count.leading_zeros()) as usize
}

impl Sketch {
    /// Samples an index; every later call must be given the same one.
    #[must_use]
    pub fn new(index: &Index) -> Self {
        let mut order: Vec<(u64, usize)> = index.id_hashes.iter().copied().zip(0..).collect();
        let sampled = order.len().min(SAMPLE);
        if sampled < order.len() {
            order.select_nth_unstable(sampled);
            order.truncate(sampled);
        }
        order.sort_unstable();
        let seen = index.perspectives.iter().map(|entry| Sample::of(entry, &order)).collect();
        Self { samples: seen, sampled, instances: index.instances(), bound: Arc::default(), scale: Arc::default() }
    }

    /// An estimate of what the recipe's policy would make of the index, with the distribution of one perspective.
    ///
    /// # Errors
    /// [`RecipeError::Unfit`] when the recipe does not fit the index.
    pub fn preview(&self, index: &Index, recipe: &Recipe, shown: Perspective) -> Result<Preview, RecipeError> {
        let rule = policy::rule(index, recipe)?;
        let bound = self.bind(index, recipe)?;
        let (rule, size_scale) = self.sized(index, rule);
        let mut expected = self.expected(index, &rule, self.sampled);
        self.settle(&bound, &mut expected);
        let instances = self.volume(index, &expected);
        let kept_share = (instances.after / instances.before.max(1) as f64).min(1.0);
        let both = index.perspectives.iter().zip(&self.samples);
        let outcome = both.filter(|(entry, _)| entry.perspective == shown).map(|(entry, sample)| {
            let slot = index.perspectives.iter().position(|known| known.perspective == shown);
            let here: Vec<Bound> = bound.iter().filter(|bound| Some(bound.slot) == slot).copied().collect();
            let (entities, counts) = self.counts((sample, &here), entry, &expected.repeat);
            outcome((entry, sample), recipe, (entities, counts), kept_share)
        });
        let perspectives = outcome.collect();
        let policy = recipe.rebalance.policy;
        let overrides = Vec::new();
        Ok(Preview { policy, exact: false, instances, perspectives, overrides, target: None, size_scale })
    }

    /// The rule with its thresholds scaled so that the sample's volume is its share of the wanted one.
    fn sized(&self, index: &Index, rule: Rule) -> (Rule, Option<f64>) {
        let Some(size) = rule.sought() else { return (rule, None) };
        let rows = self.sampled.min(SEARCHED);
        let size = size * rows as f64 / self.instances.max(1) as f64;
        let volume = |scale: f64| {
            let expected = self.expected(index, &rule.scaled(scale), rows);
            Ok::<f64, Infallible>(expected.repeat.iter().map(|&repeat| f64::from(repeat)).sum())
        };
        let mut start = self.scale.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(scale) = solve((size, size * 2e-3), (start.unwrap_or(1.0), 0.5), volume);
        *start = Some(scale);
        (rule.scaled(scale), Some(scale))
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
    fn settle(&self, bound: &[Bound], expected: &mut Expected) {
        if bound.is_empty() {
            return;
        }
        let holders = |entry: Bound| {
            let Some(sample) = self.samples.get(entry.slot) else { return (Cow::Borrowed(&[][..]), 1.0) };
            let Ok(place) = sample.ranks.binary_search(&entry.rank) else { return (Cow::Borrowed(&[][..]), 1.0) };
            let weight = f64::from(sample.counts[place]) / f64::from(sample.held[place].max(1));
            (Cow::Borrowed(sample.holders.row(place)), weight)
        };
        let mut columns = Columns { keep: &mut expected.keep, repeat: &mut expected.repeat };
        Settlement::of(bound, &holders, &mut columns);
    }

    /// What the policy expects of each sampled instance.
    fn expected(&self, index: &Index, rule: &Rule, rows: usize) -> Expected {
        let both = index.perspectives.iter().zip(&self.samples);
        let voter = |(entry, sample): (&PerspectiveIndex, &'_ Sample)| {
            let found = rule.dictionaries.iter().find(|dictionary| dictionary.perspective == entry.perspective)?;
            let written = self.written(found, (entry, sample));
            Some((0..rows).map(|row| written.score(sample.rows.row(row))).collect::<Vec<Option<f64>>>())
        };
        let voters: Vec<_> = both.filter_map(voter).collect();
        let largest = |row: usize| voters.iter().filter_map(|scores| scores[row]).reduce(f64::max);
        let (holding, sum) =
            (0..rows).filter_map(largest).fold((0.0, 0.0), |(holding, sum), score| (holding + 1.0, sum + score));
        let up = self.instances as f64 / rows.max(1) as f64;
        let scale = rule.scale((holding * up, self.instances as f64), sum * up);
        let asked = |dictionary: &Dictionary| {
            let slot = index.perspectives.iter().position(|known| known.perspective == dictionary.perspective)?;
            Some((self.samples.get(slot)?, dictionary.formula))
        };
        let odds: Vec<_> = rule.dictionaries.iter().filter(|_| rule.fate.asks_odds()).filter_map(asked).collect();
        let unseen = if rule.no_entity == NoEntity::Keep { 1.0 } else { 0.0 };
        let mut nothing = 0;
        let mut scores = Vec::with_capacity(voters.len());
        let mut keep = Vec::with_capacity(rows);
        let mut repeat = Vec::with_capacity(rows);
        for row in 0..rows {
            scores.clear();
            scores.extend(voters.iter().filter_map(|voter| voter[row]));
            let holds_nothing = scores.is_empty() && !voters.is_empty();
            nothing += usize::from(holds_nothing);
            let rarest = |(sample, formula): &(&Sample, Formula)| {
                let &place = sample.rows.row(row).last()?;
                Some(formula.odds(sample.counts[place as usize]))
            };
            let odds = odds.iter().filter_map(rarest).fold(0.0, f64::max);
            let outlook =
                if holds_nothing { Outlook::rounded(unseen) } else { rule.fate.outlook(&scores, (scale, odds)) };
            keep.push(outlook.keep as f32);
            repeat.push(outlook.repeat as f32);
        }
        Expected { keep, repeat, nothing }
    }

    /// A dictionary written out for the sample; a fit is to the sample, with each entity's target in proportion.
    fn written(&self, dictionary: &Dictionary, (entry, sample): (&PerspectiveIndex, &Sample)) -> Scorer {
        if !dictionary.takes_fit() {
            return dictionary.on(&sample.counts);
        }
        let targets = dictionary.formula.targets(&entry.counts);
        let ratios =
            sample.ranks.iter().zip(&sample.counts).map(|(&rank, &count)| targets[rank as usize] / f64::from(count));
        let here: Vec<f64> = ratios.zip(&sample.held).map(|(ratio, &held)| ratio * f64::from(held)).collect();
        dictionary.fitted((&sample.holders, self.sampled), &here, &|| false).0
    }

    fn volume(&self, index: &Index, expected: &Expected) -> Volume {
        let sampled = self.sampled.max(1) as f64;
        let (mut kept, mut squares, mut after) = (0.0, 0.0, 0.0);
        for (&keep, &repeat) in expected.keep.iter().zip(&expected.repeat) {
            let keep = f64::from(keep);
            kept += keep;
            squares += keep * keep;
            after += f64::from(repeat);
        }
        let up = self.instances as f64 / sampled;
        let spread = (squares / sampled - (kept / sampled).powi(2)).max(0.0);
        let unsampled = 1.0 - sampled / self.instances.max(1) as f64;
        let no_entity = index.perspectives.iter().zip(&self.samples).filter(|(_, sample)| sample.empty > 0);
        Volume {
            before: self.instances as u64,
            kept: kept * up,
            kept_sd: ((kept - squares).max(0.0) * up).sqrt(),
            after: after * up,
            margin: 3.0 * self.instances as f64 * (spread * unsampled.max(0.0) / sampled).sqrt(),
            nothing: (expected.nothing as f64 * up).round() as u64,
            no_entity: no_entity.map(|(entry, sample)| (entry.perspective, sample.empty)).collect(),
        }
    }

    /// The estimated count of every entity after: gathered for measures, and by rank.
    fn counts(
        &self,
        (sample, bound): (&Sample, &[Bound]),
        entry: &PerspectiveIndex,
        expected: &[f32],
    ) -> (Entities, Vec<f32>) {
        let mut sums = vec![0.0_f32; sample.ranks.len()];
        for (instance, &repeat) in expected.iter().enumerate() {
            sample.rows.row(instance).iter().for_each(|&entity| sums[entity as usize] += repeat);
        }
        let overall = expected.iter().sum::<f32>() / expected.len().max(1) as f32;
        let typical = sample.typical(&sums, overall);
        let shrinkage = if self.sampled == self.instances { 0.0 } else { SHRINKAGE };
        let mut counts = Vec::with_capacity(entry.entities());
        for &(count, entities) in &sample.runs {
            counts.resize(counts.len() + entities as usize, count as f32 * typical[octave(count)]);
        }
        let mut entities = Entities::new();
        for &(count, many) in &sample.unseen {
            entities.add(count, count as f32 * typical[octave(count)], many);
        }
        for (((&sum, &held), &count), &rank) in sums.iter().zip(&sample.held).zip(&sample.counts).zip(&sample.ranks) {
            let mean = (sum + shrinkage * typical[octave(count)]) / (held as f32 + shrinkage);
            counts[rank as usize] = count as f32 * mean;
            entities.add(count, count as f32 * mean, 1);
        }
        // What is asked of an entity by name is about known without a sample.
        for bound in bound.iter().filter(|_| self.sampled < self.instances) {
            let (rank, before) = (bound.rank as usize, entry.counts[bound.rank as usize] as f32);
            counts[rank] = match bound.action {
                OverrideAction::Pin => counts[rank].max(before),
                OverrideAction::Exclude => 0.0,
                OverrideAction::Cap(most) => counts[rank].min(most as f32),
                OverrideAction::Floor(least) => counts[rank].max(least as f32),
            };
        }
        (entities, counts)
    }
}

fn outcome(
    (entry, sample): (&PerspectiveIndex, &Sample),
    recipe: &Recipe,
    (entities, counts): (Entities, Vec<f32>),
    kept_share: f64,
) -> Outcome {
    let split = recipe.split(entry);
    let before = Measures::before(entry, &split);
    let after = entities.measures(entry, &split, &counts);
    let random = Measures::random(entry, &before, kept_share);
    let moves_most = change::moves_most_of(&entry.counts, &counts, &sample.ranks);
    Outcome {
        perspective: entry.perspective,
        split,
        counts,
        before,
        after,
        random,
        moves_most,
        collateral: Vec::new(),
        collateral_entities: 0,
    }
}
