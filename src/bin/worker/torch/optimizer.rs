//! Adam with decoupled weight decay on the flat parameters, gradient clipping, and the moving average.
//!
//! libtorch's own optimizers cannot give their state out through tch, and an exact resume needs it; on one flat tensor the
//! whole step is a dozen fused elementwise operations.
//!
//! Invariant: the state is three tensors and a step count; nothing else decides the next update.

use serde::{Deserialize, Serialize};
use tch::{Tensor, no_grad};

/// The settings of the update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimizerConfig {
    /// Learning rate after warm-up.
    pub learning_rate: f64,
    /// Steps over which the rate rises from 0.
    pub warmup: u64,
    /// The rate falls along a cosine to a tenth by this step; 0 keeps it.
    pub decay_by: u64,
    /// Decoupled weight decay (Loshchilov and Hutter, 2019).
    pub weight_decay: f64,
    /// Gradients longer than this are shortened to it.
    pub clip: f64,
    /// Decay of the moving average once it has warmed up.
    pub average: f64,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self { learning_rate: 2e-3, warmup: 100, decay_by: 0, weight_decay: 1e-4, clip: 1.0, average: 0.999 }
    }
}

impl OptimizerConfig {
    /// The learning rate at `step`, counted from 1.
    pub fn rate(&self, step: u64) -> f64 {
        let warm = (step as f64 / self.warmup.max(1) as f64).min(1.0);
        let fall = if self.decay_by == 0 {
            1.0
        } else {
            let part = (step as f64 / self.decay_by as f64).min(1.0);
            0.1 + 0.45 * (1.0 + (std::f64::consts::PI * part).cos())
        };
        self.learning_rate * warm * fall
    }

    /// The decay of the average at `step`: short at first, so that the average is never of the beginning.
    pub fn average_at(&self, step: u64) -> f64 {
        self.average.min((1.0 + step as f64) / (10.0 + step as f64))
    }
}

/// Parameters with everything that an update needs.
#[derive(Debug)]
pub struct Parameters {
    /// The trained parameters, a leaf.
    pub flat: Tensor,
    /// Their moving average: what samples are made with.
    pub average: Tensor,
    /// First moment of the gradient.
    pub first: Tensor,
    /// Second moment of the gradient.
    pub second: Tensor,
    /// Updates made.
    pub step: u64,
}

const BETA_FIRST: f64 = 0.9;
const BETA_SECOND: f64 = 0.99;

impl Parameters {
    /// The beginning of training.
    pub fn new(start: &Tensor) -> Self {
        let flat = start.detach().copy().set_requires_grad(true);
        Self { average: start.detach().copy(), first: start.zeros_like(), second: start.zeros_like(), flat, step: 0 }
    }

    /// One update (Kingma and Ba, 2015); returns the length of the gradient before clipping, still on the device.
    pub fn update(&mut self, gradient: &Tensor, config: &OptimizerConfig) -> Tensor {
        self.step += 1;
        let rate = config.rate(self.step);
        let average = config.average_at(self.step);
        let exponent = i32::try_from(self.step).unwrap_or(i32::MAX);
        let (bias_first, bias_second) = (1.0 - BETA_FIRST.powi(exponent), 1.0 - BETA_SECOND.powi(exponent));
        no_grad(|| {
            let length = gradient.norm();
            let gradient = gradient * (length.clamp_min(1e-12).reciprocal() * config.clip).clamp_max(1.0);
            let _ = self.first.lerp_(&gradient, 1.0 - BETA_FIRST);
            let _ = self.second.lerp_(&gradient.square(), 1.0 - BETA_SECOND);
            let spread = (&self.second / bias_second).sqrt_() + 1e-8;
            let change = (&self.first / spread) * (-rate / bias_first);
            let _ = self.flat.g_mul_scalar_(1.0 - rate * config.weight_decay);
            let _ = self.flat.g_add_(&change);
            let _ = self.average.lerp_(&self.flat, 1.0 - average);
            length
        })
    }
}
