//! The U-Net: residual blocks, attention at low resolutions, time and entity conditioning, scaled long skips.
//!
//! ```text
//!  picture ─fold─► stem ─► [blocks ─► halve]… ─► middle ─► […double ◄─ skip + blocks] ─► answer ─unfold─► picture
//! ```
//! (Ho, Jain and Abbeel, 2020; Dhariwal and Nichol, 2021; the folding of pixels into channels as in Hoogeboom, Heek and
//! Salimans, "simple diffusion", 2023; skips as in ScaleLong, Huang et al., 2023.)
//!
//! Invariant: the answer has the shape of the picture; no tensor is owned here.

mod block;
mod condition;
mod config;
mod skip;

pub use config::{SkipScale, UnetConfig};

use tch::{Kind, Tensor};

use self::block::{Attention, Residual};
use self::condition::Condition;
use self::skip::Skip;
use super::error::TorchError;
use super::layer::{Conv, GroupNorm, Scope, channels_last};
use super::weights::{Layout, Weights};

#[derive(Debug)]
struct Step {
    block: Residual,
    attention: Option<Attention>,
}

#[derive(Debug)]
struct Descent {
    steps: Vec<Step>,
    halve: Option<Conv>,
}

#[derive(Debug)]
struct Ascent {
    double: Option<Conv>,
    steps: Vec<(Skip, Step)>,
}

/// The network; its parameters live outside it.
#[derive(Debug)]
pub struct Unet {
    config: UnetConfig,
    condition: Condition,
    stem: Conv,
    down: Vec<Descent>,
    middle: (Residual, Attention, Residual),
    up: Vec<Ascent>,
    norm: GroupNorm,
    answer: Conv,
}

impl Unet {
    /// The network and the layout of its parameters.
    ///
    /// # Errors
    /// A shape whose sizes do not divide.
    pub fn new(config: UnetConfig) -> Result<(Self, Layout), TorchError> {
        config.check()?;
        let mut layout = Layout::default();
        let mut scope = Scope::root(&mut layout);
        let folded = config.channels * config.patch * config.patch;
        let (finest, coarsest) = (config.widths[0], config.widths[config.widths.len() - 1]);
        let wide = config.conditioning();
        let condition = Condition::new(scope.child("condition"), &config);
        let stem = Conv::new(scope.child("stem"), folded, finest, 3);
        let down = Self::descents(&mut scope.child("down"), &config);
        let middle = (
            Residual::new(scope.child("middle.0"), [coarsest, coarsest, wide]),
            Attention::new(scope.child("middle.1"), coarsest),
            Residual::new(scope.child("middle.2"), [coarsest, coarsest, wide]),
        );
        let up = Self::ascents(&mut scope.child("up"), &config);
        let norm = GroupNorm::new(scope.child("norm"), finest);
        let answer = Conv::zero(scope.child("answer"), finest, folded, 3);
        Ok((Self { config, condition, stem, down, middle, up, norm, answer }, layout))
    }

    /// The shape it was built with.
    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    fn descents(scope: &mut Scope<'_>, config: &UnetConfig) -> Vec<Descent> {
        let mut inner = config.widths[0];
        let last = config.widths.len() - 1;
        let mut descents = Vec::new();
        for (level, &width) in config.widths.iter().enumerate() {
            let steps = (0..config.blocks).map(|index| {
                let from = std::mem::replace(&mut inner, width);
                Self::step(&mut scope.child(&format!("{level}.{index}")), config, (level, from))
            });
            let steps = steps.collect();
            let halve =
                (level < last).then(|| Conv::new(scope.child(&format!("{level}.halve")), width, width, 3).strided(2));
            descents.push(Descent { steps, halve });
        }
        descents
    }

    fn ascents(scope: &mut Scope<'_>, config: &UnetConfig) -> Vec<Ascent> {
        let last = config.widths.len() - 1;
        let mut inner = config.widths[last];
        let mut index = config.widths.len() * config.blocks as usize;
        let mut ascents = Vec::new();
        for (level, &width) in config.widths.iter().enumerate().rev() {
            let double = (level < last).then(|| Conv::new(scope.child(&format!("{level}.double")), inner, width, 3));
            inner = width;
            let mut steps = Vec::new();
            for step in 0..config.blocks {
                let skip = Skip::new(scope.child(&format!("{level}.{step}.skip")), config.skip_scale, index, width);
                index -= 1;
                steps.push((
                    skip,
                    Self::step(&mut scope.child(&format!("{level}.{step}")), config, (level, width + inner)),
                ));
            }
            ascents.push(Ascent { double, steps });
        }
        ascents
    }

    fn step(scope: &mut Scope<'_>, config: &UnetConfig, (level, inner): (usize, i64)) -> Step {
        let cells = config.size / config.patch / 2_i64.pow(level as u32);
        let width = config.widths[level];
        let block = Residual::new(scope.child("block"), [inner, width, config.conditioning()]);
        Step {
            block,
            attention: (cells <= config.attention_below).then(|| Attention::new(scope.child("attention"), width)),
        }
    }

    /// Noisy pictures (n, channels, size, size), times (n) and entities (n) to the answer, same shape as the pictures, 32 bits.
    pub fn forward(&self, weights: &Weights, noisy: &Tensor, (times, entities): (&Tensor, &Tensor)) -> Tensor {
        let condition = self.condition.forward(weights, times, entities);
        let (hidden, mut skips) = self.descend(weights, noisy, &condition);
        let mut hidden = self.deepest(weights, &hidden, &condition);
        for ascent in &self.up {
            if let Some(double) = &ascent.double {
                let size = hidden.size();
                hidden = double.forward(weights, &hidden.upsample_nearest2d([size[2] * 2, size[3] * 2], None, None));
            }
            for (skip, step) in &ascent.steps {
                let Some(kept) = skips.pop() else { continue };
                hidden = step.forward(weights, &Tensor::cat(&[hidden, skip.forward(weights, &kept)], 1), &condition);
            }
        }
        let answer = self.answer.forward(weights, &self.norm.forward(weights, &hidden).silu());
        answer.pixel_shuffle(self.config.patch).to_kind(Kind::Float)
    }

    /// The middle of the network, averaged over its cells (n, coarsest width): an embedding without any other encoder.
    pub fn embed(&self, weights: &Weights, noisy: &Tensor, (times, entities): (&Tensor, &Tensor)) -> Tensor {
        let condition = self.condition.forward(weights, times, entities);
        let (hidden, _) = self.descend(weights, noisy, &condition);
        let hidden = self.deepest(weights, &hidden, &condition);
        hidden.mean_dim([2_i64, 3].as_slice(), false, Kind::Float)
    }

    fn descend(&self, weights: &Weights, noisy: &Tensor, condition: &Tensor) -> (Tensor, Vec<Tensor>) {
        let folded = noisy.to_kind(condition.kind()).pixel_unshuffle(self.config.patch);
        let mut hidden = self.stem.forward(weights, &channels_last(&folded));
        let mut skips = Vec::new();
        for descent in &self.down {
            for step in &descent.steps {
                hidden = step.forward(weights, &hidden, condition);
                skips.push(hidden.shallow_clone());
            }
            if let Some(halve) = &descent.halve {
                hidden = halve.forward(weights, &hidden);
            }
        }
        (hidden, skips)
    }

    fn deepest(&self, weights: &Weights, input: &Tensor, condition: &Tensor) -> Tensor {
        let hidden = self.middle.0.forward(weights, input, condition);
        let hidden = self.middle.1.forward(weights, &hidden);
        self.middle.2.forward(weights, &hidden, condition)
    }
}

impl Step {
    fn forward(&self, weights: &Weights, input: &Tensor, condition: &Tensor) -> Tensor {
        let hidden = self.block.forward(weights, input, condition);
        match &self.attention {
            Some(attention) => attention.forward(weights, &hidden),
            None => hidden,
        }
    }
}
