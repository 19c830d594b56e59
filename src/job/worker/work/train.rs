//! The training task, with every setting that changes the model.
//!
//! Invariant: the defaults are those that were measured.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Instances;

/// Grey or colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// What the images are: grey where the first few hundred all are.
    #[default]
    Auto,
    /// One channel.
    Grey,
    /// Three channels.
    Colour,
}

/// Train the diffusion model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Train {
    /// What it learns from.
    pub instances: Instances,
    /// The folder that the checkpoint is written to. A checkpoint of the same settings that lies there already is gone on from.
    pub output: PathBuf,
    /// How.
    #[serde(default)]
    pub settings: TrainSettings,
}

/// How skip connections of the U-Net are scaled (ScaleLong).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipScale {
    /// Not at all.
    None,
    /// The i-th long skip by κ^(i−1).
    #[default]
    Constant,
    /// By a learnt gate.
    Learnt,
}

/// How a model is built and trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainSettings {
    /// Width and height of the images in pixels: 32, 64 or 128.
    pub side: u32,
    /// Grey or colour.
    pub colour: Colour,
    /// Optimizer steps in all; 0 trains the classifier alone, for pictures that a bundle makes.
    pub steps: u64,
    /// Images a step.
    pub batch: u32,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// Channels of the first level.
    pub width: u32,
    /// Scaling of skip connections.
    pub skip_scale: SkipScale,
    /// κ of the constant scaling.
    pub kappa: f64,
    /// The lowest image-guidance level λ that will be asked for: times nearer to pure noise are not learned, and a model that only
    /// continues seeds is the sooner good. 0 learns all of them, and pictures can then be made without a seed.
    pub lowest_level: f64,
    /// Share of a batch that is drawn evenly over entities; the rest is drawn evenly over instances.
    pub balance: f64,
    /// Flip images horizontally, half of the time: for what has no left and right, as writing and road signs have.
    pub flip: bool,
    /// Share of a batch whose entities are hidden, for classifier-free guidance.
    pub unconditional: f64,
    /// Decay of the averaged weights.
    pub average: f64,
    /// The largest norm of a gradient.
    pub clip: f64,
    /// A checkpoint at least every so many steps.
    pub checkpoint_every: u64,
    /// The seed of every draw.
    pub seed: u64,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            side: 32,
            colour: Colour::Auto,
            steps: 3000,
            batch: 64,
            learning_rate: 2e-3,
            width: 32,
            skip_scale: SkipScale::Constant,
            kappa: 0.7,
            lowest_level: 0.2,
            balance: 0.7,
            flip: false,
            unconditional: 0.1,
            average: 0.999,
            clip: 1.0,
            checkpoint_every: 200,
            seed: 42,
        }
    }
}
