//! ScaleLong's claim, reproduced small: scaled long skips make training steadier (Huang et al., 2023).
//!
//! A deeper U-Net than the default, at a learning rate that is too high for comfort, is trained with each kind of skip under
//! several seeds; how far gradients and losses spread is printed.
//!
//! Invariant: the kinds of skip differ in nothing but the skip.

use super::Plan;
use super::fashion::{CLASSES, Split, long_tail, orders};
use crate::torch::diffusion::Model;
use crate::torch::error::TorchError;
use crate::torch::images::Images;
use crate::torch::train::{TrainConfig, Trainer};
use crate::torch::unet::{SkipScale, UnetConfig};

const KINDS: [(&str, SkipScale); 4] = [
    ("none", SkipScale::None),
    ("constant, κ 0.7", SkipScale::Constant(0.7)),
    ("constant, κ 0.5", SkipScale::Constant(0.5)),
    ("learned", SkipScale::Learned),
];

/// The gradient's and the loss's figures of one run, over its second half.
struct Figures {
    gradient_mean: f64,
    gradient_spread: f64,
    loss: f64,
    loss_spread: f64,
}

/// Trains and prints the table.
///
/// # Errors
/// The dataset cannot be read, or a failure of libtorch.
pub fn run(plan: &Plan) -> Result<(), TorchError> {
    let train = Split::read(&plan.data, "train")?;
    let images = long_tail(&train, &orders()[0].1, super::IMBALANCE)?;
    let steps = plan.diffusion_steps / 10;
    println!(
        "{steps} steps of batch 16 at a learning rate of 0.005, {} seeds; ± is between seeds, spread within a run",
        plan.seeds
    );
    println!("| skips | gradient norm | its spread | loss | its spread |\n|---|---:|---:|---:|---:|");
    for (name, scale) in KINDS {
        let runs =
            (0..plan.seeds).map(|seed| one(&images, (scale, seed), steps, plan)).collect::<Result<Vec<_>, _>>()?;
        let column = |pick: fn(&Figures) -> f64| {
            let (mean, spread) = mean_and_spread(runs.iter().map(pick));
            format!("{mean:.4} ± {spread:.4}")
        };
        let columns = [
            column(|run| run.gradient_mean),
            column(|run| run.gradient_spread),
            column(|run| run.loss),
            column(|run| run.loss_spread),
        ];
        println!("| {name} | {} |", columns.join(" | "));
    }
    Ok(())
}

fn one(images: &Images, (scale, seed): (SkipScale, u64), steps: u64, plan: &Plan) -> Result<Figures, TorchError> {
    let lean = UnetConfig::lean(32, 1, CLASSES as i64);
    let unet = UnetConfig { widths: vec![16, 24, 32, 32], blocks: 3, skip_scale: scale, ..lean };
    let mut config = TrainConfig { seed, batch: 16, ..TrainConfig::default() };
    (config.optimizer.learning_rate, config.optimizer.warmup) = (5e-3, 1);
    let mut trainer = Trainer::new(Model::new(unet, plan.compute)?, config)?;
    let reports = (0..steps).map(|_| trainer.step(images)).collect::<Result<Vec<_>, _>>()?;
    let late = &reports[reports.len() / 2..];
    let (gradient_mean, gradient_spread) = mean_and_spread(late.iter().map(|report| report.gradient));
    let (loss, loss_spread) = mean_and_spread(late.iter().map(|report| report.loss));
    Ok(Figures { gradient_mean, gradient_spread, loss, loss_spread })
}

fn mean_and_spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}
