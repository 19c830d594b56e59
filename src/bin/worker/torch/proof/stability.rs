//! ScaleLong's claim, reproduced small: scaled long skips make training steadier (Huang et al., 2023).
//!
//! The paper's setting, small: a deep U-Net with many long skips predicts the noise without warm-up, clipping or weighting, at learning
//! rates up to one at which training breaks. It is trained with each kind of skip under several seeds; how many runs break, how far
//! gradients swing within a run and losses differ between seeds is printed.
//!
//! Invariant: the kinds of skip differ in nothing but the skip; a run that breaks is counted, not left out.

use super::Plan;
use super::fashion::{CLASSES, Split, long_tail, orders};
use crate::torch::diffusion::Model;
use crate::torch::error::TorchError;
use crate::torch::images::Images;
use crate::torch::optimizer::OptimizerConfig;
use crate::torch::schedule::Prediction;
use crate::torch::train::{StepReport, TrainConfig, Trainer};
use crate::torch::unet::{SkipScale, UnetConfig};

const KINDS: [(&str, SkipScale); 4] = [
    ("none", SkipScale::None),
    ("constant, κ 0.7", SkipScale::Constant(0.7)),
    ("constant, κ 0.5", SkipScale::Constant(0.5)),
    ("learned", SkipScale::Learned),
];

/// From one that suits it to one that breaks it.
const RATES: [f64; 3] = [2e-3, 1e-2, 2e-2];

/// The figures of one run, over its second half.
struct Figures {
    gradient: f64,
    gradient_spread: f64,
    loss: f64,
}

/// Trains and prints the table.
///
/// # Errors
/// The dataset cannot be read, or a failure of libtorch.
pub fn run(plan: &Plan) -> Result<(), TorchError> {
    let train = Split::read(&plan.data, "train")?;
    let images = long_tail(&train, &orders()[0].1, super::IMBALANCE)?;
    let steps = plan.diffusion_steps / 30;
    println!(
        "{steps} steps of batch 16, {} seeds; figures of the second half; a run is broken when its loss is no number or above 0.9 (answering nought: 1)",
        plan.seeds
    );
    println!("| learning rate | skips | broken | gradient norm | its spread | loss | its spread between seeds |");
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for rate in RATES {
        for (name, scale) in KINDS {
            let runs = (0..plan.seeds).map(|seed| one(&images, (scale, seed, rate), steps, plan));
            let runs = runs.collect::<Result<Vec<_>, _>>()?;
            println!("| {rate} | {name} | {}", row(&runs));
        }
    }
    Ok(())
}

fn row(runs: &[Option<Figures>]) -> String {
    let whole: Vec<&Figures> = runs.iter().flatten().collect();
    let broken = format!("{} of {}", runs.len() - whole.len(), runs.len());
    if whole.is_empty() {
        return format!("{broken} | | | | |");
    }
    let column = |pick: fn(&Figures) -> f64| mean_and_spread(whole.iter().map(|run| pick(run)));
    let (gradient, within) = (column(|run| run.gradient).0, column(|run| run.gradient_spread).0);
    let (loss, between) = column(|run| run.loss);
    format!("{broken} | {gradient:.3} | {within:.3} | {loss:.4} | {between:.4} |")
}

/// One run; `None` where it broke.
fn one(
    images: &Images,
    (scale, seed, rate): (SkipScale, u64, f64),
    steps: u64,
    plan: &Plan,
) -> Result<Option<Figures>, TorchError> {
    let lean = UnetConfig::lean(32, 1, CLASSES as i64);
    let unet = UnetConfig {
        widths: vec![16, 24, 32, 32],
        blocks: 4,
        skip_scale: scale,
        prediction: Prediction::Noise,
        ..lean
    };
    let optimizer = OptimizerConfig {
        learning_rate: rate,
        warmup: 1,
        clip: f64::INFINITY,
        weight_decay: 0.0,
        ..OptimizerConfig::default()
    };
    let config = TrainConfig { seed, batch: 16, gamma: f64::INFINITY, optimizer, ..TrainConfig::default() };
    let mut trainer = Trainer::new(Model::new(unet, plan.compute)?, config)?;
    let mut reports: Vec<StepReport> = Vec::new();
    for _ in 0..steps {
        match trainer.step(images) {
            Ok(report) => reports.push(report),
            Err(TorchError::Diverged(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let late = &reports[reports.len() / 2..];
    let (gradient, gradient_spread) = mean_and_spread(late.iter().map(|report| report.gradient));
    let (loss, _) = mean_and_spread(late.iter().map(|report| report.loss));
    Ok((loss < BROKEN && gradient.is_finite()).then_some(Figures { gradient, gradient_spread, loss }))
}

/// A loss that says that nothing was learned: that of answering nought is 1.
const BROKEN: f64 = 0.9;

fn mean_and_spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}
