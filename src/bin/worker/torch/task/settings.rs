//! The user's settings as the model's own.
//!
//! Invariant: a number out of range is refused before anything is computed.

use fantail::job::worker::{Sample, Sampler, SkipScale, TrainSettings};

use crate::pictures::Shape;
use crate::torch::encoder::EncoderConfig;
use crate::torch::error::TorchError;
use crate::torch::optimizer::OptimizerConfig;
use crate::torch::sample::{SampleConfig, Solver};
use crate::torch::schedule::TIME_MAX;
use crate::torch::train::TrainConfig;
use crate::torch::unet::{SkipScale as Scale, UnetConfig};

/// The shape of the model.
pub fn unet(settings: &TrainSettings, shape: Shape, entities: usize) -> UnetConfig {
    let lean = UnetConfig::lean(i64::from(shape.side), i64::from(shape.channels), entities as i64);
    let (old, new) = (lean.widths[0], i64::from(settings.width));
    let widths = lean.widths.iter().map(|width| (width * new / old).div_euclid(8).max(1) * 8).collect();
    let skip_scale = match settings.skip_scale {
        SkipScale::None => Scale::None,
        SkipScale::Constant => Scale::Constant(settings.kappa),
        SkipScale::Learnt => Scale::Learned,
    };
    UnetConfig { widths, skip_scale, ..lean }
}

/// How it is trained.
///
/// # Errors
/// A number outside its range.
pub fn train(settings: &TrainSettings) -> Result<TrainConfig, TorchError> {
    let share = |name: &str, value: f64| {
        if (0.0..=1.0).contains(&value) {
            Ok(value)
        } else {
            Err(TorchError::Setting(format!("{name} is {value}; it is a share, 0 to 1")))
        }
    };
    let positive = |name: &str, value: f64| {
        if value > 0.0 && value.is_finite() {
            Ok(value)
        } else {
            Err(TorchError::Setting(format!("{name} is {value}; it must be above 0")))
        }
    };
    positive("batch", f64::from(settings.batch))?;
    let optimizer = OptimizerConfig {
        learning_rate: positive("learning_rate", settings.learning_rate)?,
        decay_by: settings.steps,
        clip: positive("clip", settings.clip)?,
        average: share("average", settings.average)?,
        ..OptimizerConfig::default()
    };
    Ok(TrainConfig {
        seed: settings.seed,
        batch: settings.batch as usize,
        steps: settings.steps,
        balance: share("balance", settings.balance)?,
        hide_entity: share("unconditional", settings.unconditional)?,
        time_max: (1.0 - share("lowest_level", settings.lowest_level)?).clamp(0.05, TIME_MAX),
        mirror: settings.flip,
        optimizer,
        ..TrainConfig::default()
    })
}

/// The classifier that goes with the model.
pub fn encoder(settings: &TrainSettings, shape: Shape, entities: usize) -> EncoderConfig {
    let base = EncoderConfig::new(i64::from(shape.side), i64::from(shape.channels), entities as i64);
    // Without a diffusion model the classifier has what is usual of it.
    let steps = if settings.steps == 0 { 1000 } else { (settings.steps / 3).clamp(50, 1500) };
    EncoderConfig { steps, batch: settings.batch as usize, mirror: settings.flip, seed: settings.seed, ..base }
}

/// How pictures are made.
///
/// # Errors
/// A number outside its range.
pub fn sampling(sample: &Sample) -> Result<SampleConfig, TorchError> {
    if sample.evaluations == 0 || sample.batch == 0 || !(0.0..=100.0).contains(&sample.guidance) {
        return Err(TorchError::Setting(
            "sampling needs at least one evaluation and one image at once, and guidance from 0 to 100".to_owned(),
        ));
    }
    let solver = match sample.sampler {
        Sampler::Ddim => Solver::Ddim,
        Sampler::DpmSolver => Solver::DpmSolver,
    };
    Ok(SampleConfig { solver, steps: u64::from(sample.evaluations), text: sample.guidance })
}
