//! Scales a rule's thresholds so that the expected volume is the one that the recipe wants.
//!
//! A sample (the instances whose ids hash lowest) says about where the scale is; a few passes over all instances say exactly.
//!
//! Invariant: overrides come on top: the volume is that of the policy alone.

use super::decision::Decider;
use crate::index::Index;
use crate::policy::{Rule, size::solve};
use crate::progress::{Cancelled, Observer};

/// Instances in the sample.
const SAMPLE: u64 = 16_384;
/// The ratio of scales between which the sample's volume is taken for a line.
const STEP: f64 = 1.02;
/// The most steps along that line before the search goes its own way.
const MOST_STEPS: usize = 5;
/// Fewer than this many say too little.
const TOO_FEW: usize = 1024;

/// The rule with its thresholds scaled, and the scale; as it is where the recipe wants no volume, or the policy scales by itself.
///
/// # Errors
/// [`Cancelled`] as soon as the observer says so.
pub fn sized(index: &Index, rule: &Rule, observer: &dyn Observer) -> Result<(Rule, Option<f64>), Cancelled> {
    let Some(size) = rule.sought() else { return Ok((rule.clone(), None)) };
    let instances = index.instances() as f64;
    let volume = |scale: f64, sample: &[u32]| {
        Decider::of_policy(index, rule.scaled(scale), 0, observer)?.volume(sample, observer)
    };
    let all: Vec<u32> = (0..index.instances() as u32).collect();
    let highest = u64::MAX / (index.instances() as u64 / SAMPLE).max(1);
    let low = |&instance: &u32| index.id_hashes[instance as usize] <= highest;
    let sample: Vec<u32> = all.iter().copied().filter(low).collect();
    let tolerance = (size * 5e-7).max(0.01);
    let mut start = (1.0, 0.5);
    if sample.len() >= TOO_FEW && sample.len() < all.len() {
        let share = sample.len() as f64 / instances;
        let about = solve((size * share, size * share * 1e-3), start, |scale| volume(scale, &sample))?;
        // The sample also says how steep the volume is there: one step from a look at all instances is nearly there, and a second
        // one, from what the first has missed, is.
        let steep = (volume(about * STEP, &sample)? - volume(about / STEP, &sample)?) / share / (2.0 * STEP.ln());
        let mut near = (about, volume(about, &all)? - size);
        for _ in 0..MOST_STEPS {
            if near.1.abs() <= tolerance {
                return Ok((rule.scaled(near.0), Some(near.0)));
            }
            let next = near.0 * (-near.1 / steep).clamp(-0.5, 0.5).exp();
            if !next.is_finite() {
                break;
            }
            near = (next, volume(next, &all)? - size);
        }
        start = (near.0, 0.02);
    }
    let scale = solve((size, tolerance), start, |scale| volume(scale, &all))?;
    Ok((rule.scaled(scale), Some(scale)))
}
