//! The residual block and the attention block.
//!
//! Invariant: an input keeps its height and width.

use tch::Tensor;

use crate::torch::layer::{Conv, GroupNorm, Linear, Scope};
use crate::torch::weights::Weights;

/// Two convolutions with group normalization and `SiLU`; time and entity scale and shift the middle (Dhariwal and Nichol, 2021).
#[derive(Clone, Copy, Debug)]
pub struct Residual {
    first_norm: GroupNorm,
    first: Conv,
    condition: Linear,
    second_norm: GroupNorm,
    second: Conv,
    shortcut: Option<Conv>,
}

impl Residual {
    /// `inner` to `out` channels under a conditioning vector of `condition` numbers.
    pub fn new(mut scope: Scope<'_>, [inner, out, condition]: [i64; 3]) -> Self {
        Self {
            first_norm: GroupNorm::new(scope.child("first_norm"), inner),
            first: Conv::new(scope.child("first"), inner, out, 3),
            condition: Linear::zero(scope.child("condition"), condition, 2 * out),
            second_norm: GroupNorm::new(scope.child("second_norm"), out),
            second: Conv::zero(scope.child("second"), out, out, 3),
            shortcut: (inner != out).then(|| Conv::new(scope.child("shortcut"), inner, out, 1)),
        }
    }

    /// (n, inner, h, w) and (n, condition) to (n, out, h, w).
    pub fn forward(&self, weights: &Weights, input: &Tensor, condition: &Tensor) -> Tensor {
        let hidden = self.first.forward(weights, &self.first_norm.forward(weights, input).silu());
        let bias = self.condition.forward(weights, condition).unsqueeze(-1).unsqueeze(-1);
        let parts = bias.chunk(2, 1);
        let hidden = self.second_norm.forward(weights, &hidden) * (&parts[0] + 1.0) + &parts[1];
        let hidden = self.second.forward(weights, &hidden.silu());
        match &self.shortcut {
            Some(shortcut) => shortcut.forward(weights, input) + hidden,
            None => input + hidden,
        }
    }
}

/// Self-attention over the cells of a low resolution.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    norm: GroupNorm,
    project: Linear,
    out: Linear,
    heads: i64,
}

impl Attention {
    /// Heads of 32 channels, or one.
    pub fn new(mut scope: Scope<'_>, channels: i64) -> Self {
        Self {
            norm: GroupNorm::new(scope.child("norm"), channels),
            project: Linear::new(scope.child("project"), channels, 3 * channels),
            out: Linear::zero(scope.child("out"), channels, channels),
            heads: if channels % 32 == 0 { channels / 32 } else { 1 },
        }
    }

    /// (n, channels, h, w), same shape.
    pub fn forward(&self, weights: &Weights, input: &Tensor) -> Tensor {
        let size = input.size();
        let (batch, channels, height, width) = (size[0], size[1], size[2], size[3]);
        let cells = self.norm.forward(weights, input).permute([0, 2, 3, 1]).reshape([batch, height * width, channels]);
        let parts = self.project.forward(weights, &cells).chunk(3, 2);
        let split =
            |part: &Tensor| part.reshape([batch, height * width, self.heads, channels / self.heads]).transpose(1, 2);
        let (query, key, value) = (split(&parts[0]), split(&parts[1]), split(&parts[2]));
        let mixed =
            Tensor::scaled_dot_product_attention(&query, &key, &value, None::<&Tensor>, 0.0, false, None, false);
        let mixed = self.out.forward(weights, &mixed.transpose(1, 2).reshape([batch, height * width, channels]));
        input + mixed.view([batch, height, width, channels]).permute([0, 3, 1, 2])
    }
}
