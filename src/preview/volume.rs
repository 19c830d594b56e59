//! Numbers of instances before and after.
//!
//! Invariant: the effective size is that of what is written, not of the probabilities that lead there.

use crate::entity::Perspective;
use crate::policy::{Fate, Outlook};

/// What is repeated more often than this is learned by heart rather than learned from ("Upsample or Upweight?": a guard).
pub const OFTEN: f64 = 4.0;

/// Numbers of instances before and after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volume {
    /// Instances before.
    pub before: u64,
    /// Instances kept at least once, expected.
    pub kept: f64,
    /// Standard deviation of the number kept, over all seeds.
    pub kept_sd: f64,
    /// Volume after, repeats counted, expected: what is written. Weights do not count.
    pub after: f64,
    /// The effective sample size after, (Σw)²/Σw² with w how often an instance is written (Kish 1965): as many instances, each
    /// written once, would tell as much. Of a random subset it is the subset's size.
    pub effective: f64,
    /// How often the instance that is repeated most is written, or weighs, expected.
    pub most_repeats: f64,
    /// Instances that are written more than [`OFTEN`] times, expected; 0 in an estimate.
    pub often: u64,
    /// How far an estimate's `kept` may be from the exact figure; 0 when exact.
    pub margin: f64,
    /// The same of `after`.
    pub after_margin: f64,
    /// Instances without any entity that the policy looks at; what happens to them is the recipe's `no_entity`.
    pub nothing: u64,
    /// Instances without an entity, by perspective; only those with some.
    pub no_entity: Vec<(Perspective, u64)>,
}

impl Volume {
    /// The effective size of weights of this sum and this sum of squares.
    #[must_use]
    pub fn effective(sum: f64, squares: f64) -> f64 {
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }
}

/// How often an instance is written, expected: once where it is weighed.
pub(super) fn written(fate: Fate, outlook: Outlook) -> f64 {
    if fate == Fate::Weights { outlook.keep } else { outlook.repeat }
}

/// The expected square of how often an instance is written: kept with some probability, then as often as its mean says, rounded.
pub(super) fn square(fate: Fate, outlook: Outlook) -> f64 {
    let Outlook { keep, repeat } = outlook;
    if fate == Fate::Weights {
        return repeat * repeat;
    }
    // Kept or not: nearly every instance of nearly every policy.
    if repeat <= keep {
        return repeat;
    }
    if keep <= 0.0 {
        return 0.0;
    }
    let times = repeat / keep;
    let whole = (times + 1e-9).floor();
    let up = (times - whole).max(0.0);
    keep * (whole * whole + up * (2.0 * whole + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_those_of_what_is_written() {
        let of = |fate, keep, repeat| square(fate, Outlook { keep, repeat });
        // Kept half the time: 0 or 1. Two and a half times: 2 or 3. Kept half the time, then three times.
        assert!((of(Fate::Repeats, 0.5, 0.5) - 0.5).abs() < 1e-9);
        assert!((of(Fate::Repeats, 1.0, 2.5) - 6.5).abs() < 1e-9);
        assert!((of(Fate::Repeats, 0.5, 1.5) - 4.5).abs() < 1e-9);
        assert!((of(Fate::Weights, 1.0, 0.5) - 0.25).abs() < 1e-9);
        // A random half of 100 is worth 50.
        assert!((Volume::effective(50.0, 100.0 * of(Fate::Share(0.5), 0.5, 0.5)) - 50.0).abs() < 1e-9);
    }
}
