//! One override, settled: what is expected of its entity's instances, and where draws are cut.
//!
//! A cap of n leaves min(n, S) of S instances, a floor adds max(0, n − S), where S is a sum of independent draws. Their means are those of
//! a normal variable with the mean and the variance of S: E min(n, S) = μ Φ(z) + n (1 − Φ(z)) − σ φ(z) with z = (n − μ)/σ, the unit normal
//! loss integral (Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961). Exact where nothing is drawn, σ = 0.
//!
//! Invariant: sums are of fixed-point numbers, so that they depend on no order.

use super::Outlooks;
use crate::policy::{Bound, Outlook};
use crate::recipe::OverrideAction;

/// One entity's override, settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    /// The entity and what is asked.
    pub bound: Bound,
    /// Cap: the probability over all seeds that an instance stays. Floor: that a dropped one comes back. 1 for the others.
    pub gate: f64,
    /// Floor: how often each is repeated, on average over all seeds; 1 for the others.
    pub refill: f64,
    /// What a cap or a floor multiplies weights by where instances are weighed and not repeated; 1 elsewhere.
    pub weight: f64,
    /// The variance over all seeds of how many of the entity's instances are written after a cap or a floor; none where nothing is drawn.
    pub variance: Option<f64>,
    /// Where the draws of the recipe's seed are cut.
    pub cut: Cut,
}

/// Where the draws of one seed are cut, so that a cap or a floor holds exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Cap: instances with a lower draw stay. Floor: dropped ones with a lower draw come back.
    pub draw: f64,
    /// Floor: how often each is repeated then; the fraction is settled by `up`. 1 for the others.
    pub times: f64,
    /// Floor: of those whose repeat has a fraction, the ones with a lower draw are repeated once more.
    pub up: f64,
}

impl Cut {
    /// Nothing leaves, nothing comes back.
    pub const NONE: Self = Self { draw: 1.0, times: 1.0, up: 0.0 };

    /// How often an instance is written that is to be written `repeat` times.
    #[must_use]
    pub fn repeated(&self, repeat: u32, draw: f64) -> u32 {
        let wanted = f64::from(repeat) * self.times;
        wanted.trunc() as u32 + u32::from(wanted.fract() > 0.0 && draw < self.up)
    }
}

/// Sums over an entity's instances.
pub(super) struct Sums {
    instances: f64,
    kept: f64,
    after: f64,
    /// The variance of the number that is written.
    variance: f64,
}

impl Sums {
    /// What weights are multiplied by to sum to `wanted`.
    fn factor(&self, wanted: u32) -> f64 {
        if self.after > 0.0 { f64::from(wanted) / self.after } else { 1.0 }
    }

    /// The expected number of those that are written, cut at a limit.
    fn least(&self, limit: u32) -> f64 {
        let (limit, deviation) = (f64::from(limit), self.variance.sqrt());
        if deviation < 1e-6 {
            return self.after.min(limit);
        }
        let z = (limit - self.after) / deviation;
        let (below, density) = normal(z);
        (self.after * below + limit * (1.0 - below) - deviation * density).clamp(0.0, self.after.min(limit))
    }

    /// The variance of those that are written, cut at a limit: of min(n, S), or of max(n, S) where the limit is the least.
    fn variance_at(&self, limit: u32, is_least: bool) -> f64 {
        let (above, variance) = (self.after - f64::from(limit), self.variance);
        let deviation = variance.sqrt();
        if deviation < 1e-6 {
            return 0.0;
        }
        let (below, density) = normal(-above / deviation);
        // The moments of what is left above the limit, or below it; what is cut off is none.
        let (share, sign) = if is_least { (1.0 - below, 1.0) } else { (below, -1.0) };
        let mean = above * share + sign * deviation * density;
        let square = (above * above + variance) * share + sign * above * deviation * density;
        (square - mean * mean).clamp(0.0, variance)
    }
}

/// The standard normal distribution function and its density, by Marsaglia's series (Evaluating the Normal Distribution, 2004).
fn normal(z: f64) -> (f64, f64) {
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    if z.abs() > 8.0 {
        return (f64::from(u8::from(z > 0.0)), density);
    }
    let (mut sum, mut term, mut odd) = (z, z, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    ((0.5 + sum * density).clamp(0.0, 1.0), density)
}

/// Sums in multiples of 2⁻³², which do not depend on the order of the instances.
pub(super) fn sums(instances: impl Iterator<Item = u32>, outlooks: &dyn Outlooks, weight: f64) -> Sums {
    const UNIT: f64 = (1_u64 << 32) as f64;
    let (mut number, mut kept, mut after, mut variance) = (0_u64, 0_u128, 0_u128, 0_u128);
    for instance in instances {
        let outlook = outlooks.get(instance);
        number += 1;
        kept += (outlook.keep * UNIT) as u128;
        after += (outlook.repeat * UNIT) as u128;
        variance += (spread(outlook) * UNIT) as u128;
    }
    let real = |sum: u128| sum as f64 / UNIT * weight;
    Sums { instances: number as f64 * weight, kept: real(kept), after: real(after), variance: real(variance) }
}

/// The variance of an instance's repeat: it is kept or not, and where it is kept, its repeat is rounded up or down.
fn spread(Outlook { keep, repeat }: Outlook) -> f64 {
    if keep <= 0.0 {
        return 0.0;
    }
    let times = repeat / keep;
    let fraction = times.fract();
    keep * (1.0 - keep) * times * times + keep * fraction * (1.0 - fraction)
}

impl Settled {
    pub(super) const fn plain(bound: Bound) -> Self {
        Self { bound, gate: 1.0, refill: 1.0, weight: 1.0, variance: None, cut: Cut::NONE }
    }

    /// A cap or a floor, from sums over what it is settled on.
    pub(super) fn summed(bound: Bound, sums: &Sums, weighs: bool) -> Self {
        match bound.action {
            OverrideAction::Cap(most) if weighs => Self { weight: sums.factor(most).min(1.0), ..Self::plain(bound) },
            // Its gate is shut, as nothing is brought back.
            OverrideAction::Floor(least) if weighs => {
                Self { gate: 0.0, weight: sums.factor(least).max(1.0), ..Self::plain(bound) }
            }
            OverrideAction::Cap(most) => Self::cap(bound, most, sums),
            OverrideAction::Floor(least) => Self::floor(bound, least, sums),
            OverrideAction::Exclude | OverrideAction::Pin => Self::plain(bound),
        }
    }

    fn cap(bound: Bound, most: u32, sums: &Sums) -> Self {
        let gate = if sums.after > 0.0 { sums.least(most) / sums.after } else { 1.0 };
        Self { gate, variance: Some(sums.variance_at(most, false)), ..Self::plain(bound) }
    }

    fn floor(bound: Bound, least: u32, sums: &Sums) -> Self {
        let (missing, dropped) = (f64::from(least) - sums.least(least), sums.instances - sums.kept);
        let variance = sums.variance_at(least, true);
        let least = f64::from(least);
        let gate = if missing > 0.0 && dropped > 0.0 { (missing / dropped).min(1.0) } else { 0.0 };
        let all = sums.after + dropped * gate;
        let short = all > 0.0 && all < least * (1.0 - 1e-9);
        // What is repeated has to be kept by all means, else the repeats would miss what is dropped.
        if short {
            return Self { refill: least / all, variance: Some(0.0), ..Self::plain(bound) };
        }
        Self { gate, variance: Some(variance), ..Self::plain(bound) }
    }

    /// What becomes of an instance's outlook.
    #[must_use]
    pub fn applied(&self, outlook: Outlook) -> Outlook {
        let Outlook { keep, repeat } = outlook;
        let back = 1.0 - keep;
        match self.bound.action {
            OverrideAction::Exclude => Outlook::default(),
            OverrideAction::Pin => Outlook { keep: 1.0, repeat: repeat + back },
            OverrideAction::Cap(_) => Outlook { keep: keep * self.gate, repeat: repeat * self.gate * self.weight },
            OverrideAction::Floor(_) => {
                let repeat = (repeat + back * self.gate) * self.refill * self.weight;
                Outlook { keep: keep + back * self.gate, repeat }
            }
        }
    }
}
