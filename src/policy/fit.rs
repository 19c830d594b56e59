//! Instance weights that bring the counts of entities as near to a target as they can come: iterative proportional fitting.
//!
//! Source: Deming and Stephan 1940. An instance weighs w = min(limit, exp Σ λ) over its entities. Each step takes one entity and
//! moves its λ so that its weighted count becomes its target; a sweep takes all of them, the most frequent first. Where instances
//! hold one entity the first sweep is exact; where they hold several, it converges to the weights that differ least from 1 (in
//! relative entropy) among those that meet the targets, or, where none do, settles near them. A target beyond what the limit
//! allows is lowered to it, and the others take up what it leaves.
//!
//! Invariant: sums are over fixed-point numbers and entities go by rank, so that the weights depend on no order of the instances.

use rayon::prelude::*;

use crate::index::Csr;

/// The most sweeps.
const MOST_SWEEPS: u32 = 40;
/// Fitting ends when a sweep lessens the gap by less than this share of it, or leaves less than [`SMALL`].
const STALLED: f64 = 0.01;
/// The gap that is none: half a thousandth of all occurrences are elsewhere.
const SMALL: f64 = 0.0005;
/// The most that one step multiplies, and the most that all of them do: ln 2¹⁶.
const STEP: f64 = 8.0;
const MOST_LOG: f64 = 11.1;
/// Below this many instances, one core is quicker.
const MANY: usize = 32_768;

/// What is fitted.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The instances of each entity.
    pub holders: &'a Csr,
    /// How many instances there are.
    pub instances: usize,
    /// The wanted count of each entity.
    pub targets: &'a [f64],
    /// The most that an instance may weigh.
    pub limit: f64,
}

/// A fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    /// λ of each entity.
    pub logs: Vec<f64>,
    /// How many sweeps it took.
    pub sweeps: u32,
    /// False when it ended at [`MOST_SWEEPS`] or was stopped.
    pub converged: bool,
}

/// Holders that are visited between two questions whether to stop: about a millisecond.
const BREATH: usize = 1 << 20;

/// Fits weights; `stop` is asked now and then, within a sweep as well.
#[must_use]
pub fn fit(ground: &Ground<'_>, stop: &dyn Fn() -> bool) -> Fit {
    let mut fit = Fit { logs: vec![0.0; ground.targets.len()], ..Fit::default() };
    let mut weights = vec![1.0_f64; ground.instances];
    let mut last = f64::INFINITY;
    while fit.sweeps < MOST_SWEEPS && !stop() {
        fit.sweeps += 1;
        let Some(gap) = sweep(ground, (&mut fit.logs, &mut weights), stop) else { break };
        if gap < SMALL || (last - gap).abs() < STALLED * last.min(1e9) {
            fit.converged = true;
            break;
        }
        last = gap;
    }
    fit
}

/// Takes every entity once; the share of occurrences that were elsewhere than wanted when their turn came, `None` when stopped.
fn sweep(ground: &Ground<'_>, (logs, weights): (&mut [f64], &mut [f64]), stop: &dyn Fn() -> bool) -> Option<f64> {
    let (mut astray, mut wanted) = (0.0, 0.0);
    let mut visited = 0;
    for (entity, (&target, log)) in ground.targets.iter().zip(logs).enumerate() {
        let holders = ground.holders.row(entity);
        visited += holders.len();
        if visited >= BREATH {
            visited = 0;
            if stop() {
                return None;
            }
        }
        let count = weighted(holders, weights, ground.limit);
        astray += (count - target).abs();
        wanted += target;
        if count <= 0.0 || target <= 0.0 {
            continue;
        }
        let stride = (target / count).clamp(1.0 / STEP, STEP).ln();
        let next = (*log + stride).clamp(-MOST_LOG, MOST_LOG);
        let factor = (next - *log).exp();
        *log = next;
        if (factor - 1.0).abs() > 1e-6 {
            for &instance in holders {
                weights[instance as usize] *= factor;
            }
        }
    }
    Some(if wanted > 0.0 { astray / wanted / 2.0 } else { 0.0 })
}

/// The sum of the instances' weights, in multiples of 2⁻³².
fn weighted(holders: &[u32], weights: &[f64], limit: f64) -> f64 {
    const UNIT: f64 = (1_u64 << 32) as f64;
    let one = |instance: &u32| (weights[*instance as usize].min(limit) * UNIT) as u128;
    let sum: u128 = if holders.len() < MANY {
        holders.iter().map(one).sum()
    } else {
        holders.par_iter().with_min_len(MANY / 4).map(one).sum()
    };
    sum as f64 / UNIT
}

/// Counts in proportion to a shape, such that they sum to `total` although none is more than `limit` times its count.
#[must_use]
pub fn filled(shape: &[f64], counts: &[u32], (total, limit): (f64, f64)) -> Vec<f64> {
    let most = |count: u32| limit * f64::from(count);
    let sum =
        |level: f64| shape.iter().zip(counts).map(|(shape, &count)| (level * shape).min(most(count))).sum::<f64>();
    let reachable = total.min(sum(f64::MAX.sqrt()));
    let whole: f64 = shape.iter().sum();
    let (mut low, mut high) = (0.0, if whole > 0.0 { total / whole } else { 0.0 });
    while sum(high) < reachable * (1.0 - 1e-9) && high < 1e18 {
        (low, high) = (high, high * 4.0 + f64::MIN_POSITIVE);
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if sum(middle) < reachable {
            low = middle;
        } else {
            high = middle;
        }
        if high - low < 1e-9 * high {
            break;
        }
    }
    shape.iter().zip(counts).map(|(shape, &count)| (high * shape).min(most(count))).collect()
}

/// The share of occurrences that would have to be elsewhere for the counts to be as the targets are: half the sum of differences.
#[must_use]
pub fn gap(counts: impl Iterator<Item = f64> + Clone, targets: &[f64]) -> f64 {
    let (sum, wanted): (f64, f64) = (counts.clone().sum(), targets.iter().sum());
    if sum <= 0.0 || wanted <= 0.0 {
        return 0.0;
    }
    counts.zip(targets).map(|(count, target)| (count / sum - target / wanted).abs()).sum::<f64>() / 2.0
}
