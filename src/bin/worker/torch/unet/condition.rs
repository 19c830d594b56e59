//! The conditioning vector: the time on a Fourier scale plus the entity, through two layers.
//!
//! Invariant: the last entity is "any" and is nobody's own.

use tch::{Kind, Tensor};

use super::config::UnetConfig;
use crate::torch::layer::{Embedding, Linear, Scope};
use crate::torch::weights::Weights;

/// Sinusoids a time is written in.
const FREQUENCIES: i64 = 32;

/// Time and entity to a vector.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    time: Linear,
    entity: Embedding,
    mix: Linear,
}

impl Condition {
    /// One embedding more than entities: the last stands for "any" (classifier-free guidance, Ho and Salimans, 2022).
    pub fn new(mut scope: Scope<'_>, config: &UnetConfig) -> Self {
        let width = config.conditioning();
        Self {
            time: Linear::new(scope.child("time"), 2 * FREQUENCIES, width),
            entity: Embedding::new(scope.child("entity"), config.entities + 1, width),
            mix: Linear::new(scope.child("mix"), width, width),
        }
    }

    /// (n) times and (n) entities to (n, width), already through the `SiLU` that every block wants.
    pub fn forward(&self, weights: &Weights, times: &Tensor, entities: &Tensor) -> Tensor {
        let waves = sinusoids(times);
        let entity = self.entity.forward(weights, entities);
        let time = self.time.forward(weights, &waves.to_kind(entity.kind()));
        self.mix.forward(weights, &(time + entity).silu()).silu()
    }
}

/// Sine and cosine of t at frequencies from 1 to 1000, geometrically spaced (n, 2·FREQUENCIES).
fn sinusoids(times: &Tensor) -> Tensor {
    let powers =
        Tensor::arange(FREQUENCIES, (Kind::Float, times.device())) * (1000_f64.ln() / (FREQUENCIES - 1) as f64);
    let angles = times.unsqueeze(-1) * powers.exp().unsqueeze(0);
    Tensor::cat(&[angles.sin(), angles.cos()], 1)
}
