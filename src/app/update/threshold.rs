//! The threshold: moved by keys and by the mouse, along the chart or by count.
//!
//! Invariant: each move changes which entities are tail, unless it is at the end: thresholds between two counts are the same split.

use super::{recipe, tell};
use crate::app::effect::Effect;
use crate::app::model::{ChartMode, Edited, Level, Model};
use crate::index::PerspectiveIndex;
use crate::policy::Parameter;
use crate::recipe::ThresholdChoice;

/// Steps of a coarse move: the threshold grows by about a quarter.
pub(super) const FAR: u32 = 10;
/// How much one of [`FAR`] steps grows the threshold, at least.
const GROWTH: f64 = 1.025;

/// Moves the threshold up (`direction` 1) or down (−1), by `steps`.
pub(super) fn count(model: &mut Model, direction: i32, steps: u32) -> Vec<Effect> {
    let Some((index, split)) = model.shown().zip(model.split()) else {
        tell(model, Level::Info, "the dataset is not loaded yet");
        return Vec::new();
    };
    let tau = moved(&index.counts, split.threshold, direction, steps);
    set(model, tau)
}

/// Moves the threshold left (−1) or right (1) along the chart's axis.
pub(super) fn along_chart(model: &mut Model, direction: i32, steps: u32) -> Vec<Effect> {
    let rightward = match model.chart {
        // Ranks grow to the right, so counts fall.
        ChartMode::RankFrequency | ChartMode::Cumulative => -1,
        ChartMode::Histogram | ChartMode::Lorenz => 1,
    };
    count(model, direction * rightward, steps)
}

/// Puts the threshold where the chart's horizontal axis has a value.
pub(super) fn at_axis_value(model: &mut Model, value: f64) -> Vec<Effect> {
    let Some(index) = model.shown() else { return Vec::new() };
    let entities = index.entities();
    let tau = if model.chart == ChartMode::Histogram {
        value.round().max(1.0) as u32
    } else {
        index.counts.get(rank_at(model.chart, entities, value)).copied().unwrap_or(1)
    };
    set(model, tau)
}

/// The rank at a value of the chart's horizontal axis; for the histogram the first with at most that count.
pub(super) fn entity_at_axis_value(model: &Model, value: f64) -> Option<usize> {
    let index = model.shown()?;
    let rank = match model.chart {
        ChartMode::Histogram => index.counts.partition_point(|&count| f64::from(count) > value),
        mode => rank_at(mode, index.entities(), value),
    };
    (index.entities() > 0).then(|| rank.min(index.entities() - 1))
}

/// Where the threshold stands on the chart's horizontal axis.
pub(super) fn axis_value(model: &Model) -> Option<f64> {
    let (index, split) = model.shown().zip(model.split())?;
    Some(match model.chart {
        ChartMode::RankFrequency | ChartMode::Cumulative => split.first_tail_rank as f64 + 1.0,
        ChartMode::Histogram => f64::from(split.threshold),
        ChartMode::Lorenz => 1.0 - split.first_tail_rank as f64 / index.entities().max(1) as f64,
    })
}

/// Takes the user's threshold out of the recipe.
pub(super) fn reset(model: &mut Model) -> Vec<Effect> {
    let perspective = model.perspective;
    recipe::change(model, Edited::Other, |recipe| {
        recipe.threshold.remove(&perspective);
    })
}

fn set(model: &mut Model, tau: u32) -> Vec<Effect> {
    let perspective = model.perspective;
    let edited = Edited::Parameter(Parameter::Threshold(perspective));
    let highest = model.shown().map_or(1, greatest);
    recipe::change(model, edited, |recipe| {
        recipe.threshold.insert(perspective, ThresholdChoice::Count(tau.clamp(1, highest)));
    })
}

fn greatest(index: &PerspectiveIndex) -> u32 {
    index.counts.first().copied().unwrap_or(1).max(1)
}

fn rank_at(mode: ChartMode, entities: usize, value: f64) -> usize {
    match mode {
        ChartMode::Lorenz => ((1.0 - value) * entities as f64).floor().max(0.0) as usize,
        _ => (value.round() - 1.0).max(0.0) as usize,
    }
}

/// The count that entities have next above (`direction` 1) or below (−1) `tau`, so many steps on; coarse steps also grow it.
fn moved(counts: &[u32], tau: u32, direction: i32, steps: u32) -> u32 {
    let mut next = tau;
    for _ in 0..steps {
        next = neighbour(counts, next, direction);
    }
    let grown = f64::from(tau) * GROWTH.powi(direction * steps.cast_signed());
    match (steps, direction) {
        (1, _) => next,
        (_, 1..) => next.max(grown as u32),
        _ => next.min(grown as u32).max(1),
    }
}

/// The nearest count above or below, of those that entities have.
fn neighbour(counts: &[u32], tau: u32, direction: i32) -> u32 {
    if direction > 0 {
        let larger = counts.partition_point(|&count| count > tau);
        larger.checked_sub(1).and_then(|rank| counts.get(rank)).copied().unwrap_or(tau)
    } else {
        // Entities at the threshold are tail: the next split is below the largest tail count.
        let largest_tail = counts.get(counts.partition_point(|&count| count > tau)).copied().unwrap_or(tau);
        let below = counts.partition_point(|&count| count >= largest_tail.min(tau));
        counts.get(below).copied().unwrap_or(1).min(tau)
    }
}
