//! The shape of a U-Net, as it is written into every checkpoint.
//!
//! Invariant: what a checkpoint needs to build the same network again is all here.

use serde::{Deserialize, Serialize};

use crate::torch::error::TorchError;
use crate::torch::schedule::Prediction;

/// How long skips are scaled (ScaleLong, Huang et al., 2023).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipScale {
    /// Not at all.
    None,
    /// The i-th skip, counted from the outermost, times κ^(i−1): the paper's CS.
    Constant(f64),
    /// Each skip through a learned gate over its channels: the paper's LS.
    Learned,
}

/// The shape of a U-Net.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnetConfig {
    /// Pixels a side.
    pub size: i64,
    /// 1 for grey, 3 for colour.
    pub channels: i64,
    /// Pixels a side that are folded into channels before the first convolution.
    pub patch: i64,
    /// Channels of each resolution, from the finest.
    pub widths: Vec<i64>,
    /// Residual blocks a resolution, on the way down and again on the way up.
    pub blocks: i64,
    /// Attention at resolutions of at most this many cells a side.
    pub attention_below: i64,
    /// How long skips are scaled.
    pub skip_scale: SkipScale,
    /// What the network answers.
    pub prediction: Prediction,
    /// How many entities it knows; one more index stands for "any".
    pub entities: i64,
}

impl UnetConfig {
    /// The default for pictures of this kind: lean enough that a CPU trains it in a quarter of an hour at 32 pixels.
    pub fn lean(size: i64, channels: i64, entities: i64) -> Self {
        let (patch, widths) = match size {
            ..=32 => (2, vec![32, 48, 64]),
            33..=64 => (2, vec![48, 64, 96, 128]),
            _ => (4, vec![64, 96, 128, 128]),
        };
        let (skip_scale, prediction) = (SkipScale::Constant(0.7), Prediction::Velocity);
        Self { size, channels, patch, widths, blocks: 1, attention_below: 4, skip_scale, prediction, entities }
    }

    /// Width of the time and entity conditioning.
    pub fn conditioning(&self) -> i64 {
        self.widths.first().copied().unwrap_or(32) * 4
    }

    /// Whether the sizes divide.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self) -> Result<(), TorchError> {
        let levels = self.widths.len() as u32;
        if !(1..=8).contains(&levels) || self.widths.iter().any(|width| !(8..=4096).contains(width) || width % 8 != 0) {
            return Err(TorchError::Setting(
                "a U-Net needs 1 to 8 widths, each a multiple of 8 from 8 to 4096".to_owned(),
            ));
        }
        let fold = self.patch.max(1) * 2_i64.pow(levels - 1);
        if self.patch < 1 || self.size < fold || self.size % fold != 0 {
            return Err(TorchError::Setting(format!(
                "{} pixels do not divide by {fold} (patch times halvings)",
                self.size
            )));
        }
        if ![1, 3].contains(&self.channels) || self.entities < 1 || !(1..=8).contains(&self.blocks) {
            return Err(TorchError::Setting("a U-Net needs 1 or 3 channels, an entity, and 1 to 8 blocks".to_owned()));
        }
        Ok(())
    }
}
