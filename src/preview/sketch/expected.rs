//! What is expected of each sampled instance, and of all instances with its ±.
//!
//! What counts alone tell of the whole (how many instances' rarest entity is of which count, what their means sum to) is taken from
//! there: then the volume is not estimated at all, and the number kept is corrected by what the sample misses of the volume.
//!
//! Invariant: a ± is never narrower than what the sample could have missed: an event that none of n instances shows may still
//! happen to three in n.

use super::sample::Sample;
use super::{Sketch, SureVolume};
use crate::index::{Csr, Index, PerspectiveIndex};
use crate::policy::{Dictionary, Fate, Formula, Outlook, Reduction, Rule, Scorer};
use crate::preview::Volume;
use crate::preview::volume::square;
use crate::progress::Observer;
use crate::recipe::NoEntity;

/// Standard errors that a ± is wide.
const ERRORS: f64 = 3.0;

/// What is expected of each sampled instance.
pub(super) struct Expected {
    pub(super) keep: Vec<f32>,
    pub(super) repeat: Vec<f32>,
    /// How many of them hold nothing that the rule looks at.
    nothing: usize,
}

/// A sample's sums of something that is at least 0.
struct Moments {
    sum: f64,
    squares: f64,
    most: f64,
}

impl Moments {
    fn of(values: &[f32]) -> Self {
        let mut moments = Self { sum: 0.0, squares: 0.0, most: 0.0 };
        for &value in values {
            let value = f64::from(value);
            moments.sum += value;
            moments.squares += value * value;
            moments.most = moments.most.max(value);
        }
        moments
    }

    /// The variance of so many.
    fn variance(&self, sampled: f64) -> f64 {
        let mean = self.sum / sampled;
        ((self.squares / sampled - mean * mean) * sampled / (sampled - 1.0).max(1.0)).max(0.0)
    }
}

impl Sketch {
    /// What the policy expects of each of the first `rows` sampled instances.
    pub(super) fn expected(&self, (index, rule): (&Index, &Rule), rows: usize, observer: &dyn Observer) -> Expected {
        let voter = |dictionary: &Dictionary| {
            let slot = dictionary.slot(index)?;
            let (entry, sample) = (index.layers().nth(slot)?, self.samples.get(slot)?);
            let written = self.written(dictionary, (entry, sample), (rows, observer));
            Some((0..rows).map(|row| written.score(sample.rows.row(row))).collect::<Vec<Option<f64>>>())
        };
        let voters: Vec<_> = rule.dictionaries.iter().filter_map(voter).collect();
        let scale = self.scale_of(index, rule, &voters);
        let asked = |dictionary: &Dictionary| Some((self.sample(index, dictionary)?, dictionary.formula));
        let odds: Vec<_> = rule.dictionaries.iter().filter(|_| rule.fate.asks_odds()).filter_map(asked).collect();
        let unseen = if rule.no_entity == NoEntity::Keep { 1.0 } else { 0.0 };
        let mut expected = Expected { keep: Vec::with_capacity(rows), repeat: Vec::with_capacity(rows), nothing: 0 };
        let mut scores = Vec::with_capacity(voters.len());
        for row in 0..rows {
            scores.clear();
            scores.extend(voters.iter().filter_map(|voter| voter[row]));
            let nothing = scores.is_empty() && !voters.is_empty();
            let rarest = |(sample, formula): &(&Sample, Formula)| {
                let &place = sample.rows.row(row).last()?;
                Some(formula.odds(sample.counts[place as usize]))
            };
            let odds = odds.iter().filter_map(rarest).fold(0.0, f64::max);
            let outlook = if nothing { Outlook::rounded(unseen) } else { rule.fate.outlook(&scores, (scale, odds)) };
            expected.nothing += usize::from(nothing);
            expected.keep.push(outlook.keep as f32);
            expected.repeat.push(outlook.repeat as f32);
        }
        expected
    }

    fn sample(&self, index: &Index, dictionary: &Dictionary) -> Option<&Sample> {
        let slot = dictionary.slot(index)?;
        self.samples.get(slot)
    }

    /// What scores are multiplied by: from all instances where their means are known, else from the sample.
    fn scale_of(&self, index: &Index, rule: &Rule, voters: &[Vec<Option<f64>>]) -> f64 {
        if !matches!(rule.fate, Fate::Shares | Fate::Weights) {
            return 1.0;
        }
        let instances = self.instances as f64;
        if let [dictionary] = rule.dictionaries.as_slice()
            && dictionary.reduction == Reduction::Mean
            && let Some(sample) = self.sample(index, dictionary)
        {
            let sum = sample.runs.iter().map(|run| dictionary.formula.of(run.count) * run.shares).sum();
            return rule.scale((instances - sample.empty as f64, instances), sum);
        }
        let rows = voters.first().map_or(0, Vec::len);
        let largest = |row: usize| voters.iter().filter_map(|scores| scores[row]).reduce(f64::max);
        let (holding, sum) =
            (0..rows).filter_map(largest).fold((0.0, 0.0), |(holding, sum), score| (holding + 1.0, sum + score));
        let up = instances / rows.max(1) as f64;
        rule.scale((holding * up, instances), sum * up)
    }

    /// The volume after where counts alone tell it.
    pub(super) fn sure_volume(&self, index: &Index, rule: &Rule) -> SureVolume {
        let [dictionary] = rule.dictionaries.as_slice() else { return None };
        let sample = self.sample(index, dictionary)?;
        let kept_anyway = if rule.no_entity == NoEntity::Keep { sample.empty as f64 } else { 0.0 };
        match (rule.fate, dictionary.reduction) {
            (Fate::Repeats, Reduction::Largest) => {
                let run = |run: &super::sample::Run| dictionary.formula.of(run.count) * f64::from(run.rarest_of);
                Some(sample.runs.iter().map(run).sum::<f64>() + kept_anyway)
            }
            (Fate::Shares | Fate::Weights, Reduction::Mean) => {
                let sum = sample.runs.iter().map(|run| dictionary.formula.of(run.count) * run.shares).sum();
                let instances = self.instances as f64;
                Some(rule.scale((instances - sample.empty as f64, instances), sum) * sum + kept_anyway)
            }
            _ => None,
        }
    }

    /// A dictionary written out for the sample; a fit is to the sample, with each entity's target in proportion.
    fn written(
        &self,
        dictionary: &Dictionary,
        (entry, sample): (&PerspectiveIndex, &Sample),
        (rows, observer): (usize, &dyn Observer),
    ) -> Scorer {
        if !dictionary.takes_fit() {
            return dictionary.on(&sample.counts);
        }
        let targets = dictionary.formula.targets(&entry.counts);
        let part = (rows < self.sampled).then(|| first_rows(&sample.rows, rows).transposed(sample.ranks.len()));
        let holders = part.as_ref().unwrap_or(&sample.holders);
        let wanted = |(place, (&rank, &count)): (usize, (&u32, &u32))| {
            targets[rank as usize] / f64::from(count) * holders.row(place).len() as f64
        };
        let here: Vec<f64> = sample.ranks.iter().zip(&sample.counts).enumerate().map(wanted).collect();
        dictionary.fitted((holders, rows), &here, &|| observer.cancelled()).0
    }

    /// Numbers of instances, from the sample and from what is sure.
    pub(super) fn volume(&self, index: &Index, rule: &Rule, (expected, sure): (&Expected, SureVolume)) -> Volume {
        let sampled = self.sampled.max(1) as f64;
        let up = self.instances as f64 / sampled;
        let (keep, repeat) = (Moments::of(&expected.keep), Moments::of(&expected.repeat));
        let (mut kept, mut after) = (keep.sum * up, repeat.sum * up);
        let (mut kept_variance, mut after_margin) =
            (keep.variance(sampled), self.margin(repeat.variance(sampled), &repeat));
        if let Some(volume) = sure {
            // What the sample misses of the volume, it misses of the kept in proportion: the regression estimator.
            let pairs = expected.keep.iter().zip(&expected.repeat);
            let products: f64 = pairs.map(|(&keep, &repeat)| f64::from(keep) * f64::from(repeat)).sum();
            let together = products / sampled - keep.sum / sampled * (repeat.sum / sampled);
            let slope = if repeat.variance(sampled) > 0.0 { together / repeat.variance(sampled) } else { 0.0 };
            kept = (kept + slope * (volume - after)).clamp(0.0, self.instances as f64);
            kept_variance = (kept_variance - slope * together).max(0.0);
            (after, after_margin) = (volume, volume * 1e-6);
        }
        let weights = after;
        if rule.fate == Fate::Weights {
            (after, after_margin) = (kept, self.margin(kept_variance, &keep));
        }
        let outlooks = expected.keep.iter().zip(&expected.repeat);
        let squares: f64 = outlooks
            .map(|(&keep, &repeat)| square(rule.fate, Outlook { keep: f64::from(keep), repeat: f64::from(repeat) }))
            .sum();
        let no_entity = index.perspectives.iter().zip(&self.samples).filter(|(_, sample)| sample.empty > 0);
        Volume {
            before: self.instances as u64,
            kept,
            kept_sd: ((keep.sum - keep.squares).max(0.0) * up).sqrt(),
            after,
            effective: Volume::effective(weights, squares * up),
            most_repeats: repeat.most,
            often: 0,
            margin: if rule.dictionaries.is_empty() { 0.0 } else { self.margin(kept_variance, &keep) },
            after_margin: if rule.dictionaries.is_empty() { 0.0 } else { after_margin },
            nothing: (expected.nothing as f64 * up).round() as u64,
            no_entity: no_entity.map(|(entry, sample)| (entry.perspective, sample.empty)).collect(),
        }
    }

    /// How far a sum over all instances may be from the sample's: three standard errors of a sample without replacement, and
    /// three in n of the largest value, which the sample may have missed.
    fn margin(&self, variance: f64, moments: &Moments) -> f64 {
        let (sampled, instances) = (self.sampled.max(1) as f64, self.instances as f64);
        let unsampled = (1.0 - sampled / instances.max(1.0)).max(0.0);
        instances * (ERRORS * (variance * unsampled / sampled).sqrt() + 3.0 * unsampled * moments.most / sampled)
    }
}

fn first_rows(rows: &Csr, many: usize) -> Csr {
    let mut first = Csr::default();
    (0..many).for_each(|row| first.push(rows.row(row).iter().copied()));
    first
}
