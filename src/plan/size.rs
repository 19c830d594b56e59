//! Scales a rule's thresholds so that the expected volume is the one that the recipe wants.
//!
//! A small sample (the instances whose ids hash lowest) says about where the scale is and how steep the volume is there; a larger
//! one, which holds the small one, says by how much that misses, and one step along the slope mends it. A set no larger than the
//! larger sample is searched whole, to the last instance. Of a larger one the volume is met to about half a hundredth, mostly to
//! a thousandth: the number that a seed's draws keep scatters by as much. What is expected is always told.
//!
//! Invariant: the scale hangs on the instances' ids and entities alone, on no order, thread or shard. Overrides come on top: the
//! volume is that of the policy alone.

use rayon::prelude::*;

use crate::column::Csr;
use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Dictionary, Formula, Outlook, Rule, Scorer, size::solve};
use crate::progress::{Cancelled, Observer};
use crate::recipe::NoEntity;

/// Instances in the small sample.
const SAMPLE: usize = 8192;
/// Instances in the larger one.
const CHECKED: usize = 131_072;
/// The ratio of scales between which the small sample's volume is taken for a line.
const STEP: f64 = 1.02;
/// Instances a task.
const BATCH: usize = 4096;
/// What sums are multiples of.
const UNIT: f64 = (1_u64 << 40) as f64;

/// A few instances of an index, with the entities that they hold numbered among themselves: what is sought in again and again.
#[derive(Clone, Debug, Default)]
pub struct Searched {
    /// The perspectives of the index, in its order.
    layers: Vec<Layer>,
    rows: Vec<u32>,
}

/// One perspective.
#[derive(Clone, Debug, Default)]
struct Layer {
    rows: Csr,
    /// The count of each entity in the whole index, descending.
    counts: Vec<u32>,
}

/// A dictionary that takes part: the entities of each instance, their counts in the whole index, and their numbers.
struct Voter<'a> {
    rows: &'a Csr,
    counts: &'a [u32],
    scorer: Scorer,
    formula: Formula,
}

impl Searched {
    /// These instances of an index.
    #[must_use]
    pub fn of(index: &Index, instances: &[u32]) -> Self {
        let layers: Vec<&PerspectiveIndex> = index.layers().collect();
        let layers = layers.into_par_iter().map(|entry| Layer::of(entry, instances)).collect();
        Self { layers, rows: (0..instances.len() as u32).collect() }
    }

    /// How many there are.
    #[must_use]
    pub const fn instances(&self) -> usize {
        self.rows.len()
    }

    /// How many the rule writes of them, expected, repeats counted.
    ///
    /// # Errors
    /// [`Cancelled`] as soon as the observer says so.
    pub fn volume(&self, index: &Index, rule: &Rule, observer: &dyn Observer) -> Result<f64, Cancelled> {
        let voter = |dictionary: &Dictionary| {
            let Layer { rows, counts } = self.layers.get(dictionary.slot(index)?)?;
            Some(Voter { rows, counts, scorer: dictionary.on(counts), formula: dictionary.formula })
        };
        let voters: Vec<Voter<'_>> = rule.dictionaries.iter().filter_map(voter).collect();
        volume((rule, &voters), &self.rows, observer)
    }
}

impl Layer {
    fn of(entry: &PerspectiveIndex, instances: &[u32]) -> Self {
        let rows = || instances.iter().map(|&instance| entry.by_instance.row(instance as usize));
        let mut places = vec![u32::MAX; entry.entities()];
        rows().flatten().for_each(|&rank| places[rank as usize] = 0);
        let mut counts = Vec::new();
        for (place, &count) in places.iter_mut().zip(&entry.counts).filter(|(place, _)| **place == 0) {
            *place = counts.len() as u32;
            counts.push(count);
        }
        let mut own = Csr::default();
        rows().for_each(|row| own.push(row.iter().map(|&rank| places[rank as usize])));
        Self { rows: own, counts }
    }
}

/// How many a rule writes of these instances of an index.
fn volume_of(index: &Index, rule: &Rule, instances: &[u32], observer: &dyn Observer) -> Result<f64, Cancelled> {
    let voter = |dictionary: &Dictionary| {
        let entry = index.layers().nth(dictionary.slot(index)?)?;
        let (rows, counts) = (&entry.by_instance, entry.counts.as_slice());
        Some(Voter { rows, counts, scorer: dictionary.on(counts), formula: dictionary.formula })
    };
    let voters: Vec<Voter<'_>> = rule.dictionaries.iter().filter_map(voter).collect();
    volume((rule, &voters), instances, observer)
}

/// The sum of what is expected of rows, in multiples of 2⁻⁴⁰, so that it hangs on no order.
fn volume((rule, voters): (&Rule, &[Voter<'_>]), rows: &[u32], observer: &dyn Observer) -> Result<f64, Cancelled> {
    let batch = |rows: &[u32]| {
        if observer.cancelled() {
            return 0;
        }
        rows.iter().map(|&row| (outlook(rule, voters, row as usize).repeat * UNIT) as u128).sum::<u128>()
    };
    let sum: u128 = rows.par_chunks(BATCH).map(batch).sum();
    observer.go_on()?;
    Ok(sum as f64 / UNIT)
}

/// What the policy expects of an instance.
fn outlook(rule: &Rule, voters: &[Voter<'_>], row: usize) -> Outlook {
    let mut scores = [0.0; Perspective::ALL.len() + 1];
    let (mut held, mut odds) = (0, 0.0_f64);
    for voter in voters {
        let ranks = voter.rows.row(row);
        let (Some(score), Some(&rarest)) = (voter.scorer.score(ranks), ranks.last()) else { continue };
        scores[held] = score;
        held += 1;
        odds = odds.max(voter.formula.odds(voter.counts[rarest as usize]));
    }
    if held == 0 && !voters.is_empty() {
        return Outlook::rounded(f64::from(u8::from(rule.no_entity == NoEntity::Keep)));
    }
    rule.fate.outlook(&scores[..held], (1.0, odds))
}

/// So many of these instances, those whose ids hash lowest, in the order in which they are; all where there are no more.
fn lowest(index: &Index, among: &[u32], many: usize) -> Vec<u32> {
    let hash = |&instance: &u32| index.id_hashes[instance as usize];
    let mut hashes: Vec<u64> = among.iter().map(hash).collect();
    if hashes.len() <= many {
        return among.to_vec();
    }
    let (_, &mut highest, _) = hashes.select_nth_unstable(many);
    among.iter().copied().filter(|instance| hash(instance) < highest).collect()
}

/// What a wanted size is sought in: the same for every rule on an index.
#[derive(Clone, Debug)]
pub struct Scales {
    /// The larger sample, or all instances.
    checked: Vec<u32>,
    /// The small sample, where there are more instances than the larger one has.
    few: Option<Searched>,
}

impl Scales {
    /// That of an index.
    #[must_use]
    pub fn of(index: &Index) -> Self {
        let all: Vec<u32> = (0..index.instances() as u32).collect();
        let checked = lowest(index, &all, CHECKED);
        let few = (checked.len() < all.len()).then(|| Searched::of(index, &lowest(index, &checked, SAMPLE)));
        Self { checked, few }
    }

    /// The rule with its thresholds scaled, and the scale; as it is where the recipe wants no volume, or the policy scales by itself.
    ///
    /// # Errors
    /// [`Cancelled`] as soon as the observer says so.
    pub fn sized(&self, index: &Index, rule: &Rule, observer: &dyn Observer) -> Result<(Rule, Option<f64>), Cancelled> {
        let Some(size) = rule.sought() else { return Ok((rule.clone(), None)) };
        let scale = if let Some(few) = &self.few {
            stepped((few, &self.checked), index, (rule, size), observer)?
        } else {
            let volume = |scale: f64| volume_of(index, &rule.scaled(scale), &self.checked, observer);
            solve((size, (size * 5e-7).max(0.01)), (1.0, 0.5), volume)?
        };
        Ok((rule.scaled(scale), Some(scale)))
    }
}

/// As [`Scales::sized`], of one rule.
///
/// # Errors
/// [`Cancelled`] as soon as the observer says so.
pub fn sized(index: &Index, rule: &Rule, observer: &dyn Observer) -> Result<(Rule, Option<f64>), Cancelled> {
    if rule.sought().is_none() {
        return Ok((rule.clone(), None));
    }
    Scales::of(index).sized(index, rule, observer)
}

/// The scale from a small sample, mended by what a larger one misses of its share of the wanted size.
fn stepped(
    (few, checked): (&Searched, &[u32]),
    index: &Index,
    (rule, size): (&Rule, f64),
    observer: &dyn Observer,
) -> Result<f64, Cancelled> {
    let (share, sampled) = (size / index.instances() as f64, few.instances() as f64);
    let volume = |scale: f64| few.volume(index, &rule.scaled(scale), observer);
    let about = solve((share * sampled, share * sampled * 1e-3), (1.0, 0.5), volume)?;
    let steep = (volume(about * STEP)? - volume(about / STEP)?) / sampled / (2.0 * STEP.ln());
    let missed = volume_of(index, &rule.scaled(about), checked, observer)? / checked.len() as f64 - share;
    // Where the volume hardly moves, as out of reach, there is nothing to mend.
    let stride = if steep > 1e-6 { (-missed / steep).clamp(-0.1, 0.1) } else { 0.0 };
    Ok(about * stride.exp())
}
