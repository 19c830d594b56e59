//! Long skips, scaled as in ScaleLong (Huang et al., 2023): κ^(i−1) or a learned gate.
//!
//! Invariant: a scale changes no shape.

use tch::Tensor;

use super::config::SkipScale;
use crate::torch::layer::{Linear, Scope};
use crate::torch::weights::Weights;

/// The scale of one skip.
#[derive(Clone, Copy, Debug)]
pub enum Skip {
    /// Times a constant.
    Constant(f64),
    /// Times a gate in (0, 1) a channel: sigmoid of a two-layer net over the channel means (the paper's LS, unshared).
    Gate(Linear, Linear),
}

/// The constant scale of the `index`-th skip counted from the outermost, which is 1: κ^(index−1).
pub fn constant_scale(kappa: f64, index: usize) -> f64 {
    kappa.powi(index as i32 - 1)
}

impl Skip {
    /// The `index`-th skip from the outermost, which carries `channels`.
    pub fn new(mut scope: Scope<'_>, scale: SkipScale, index: usize, channels: i64) -> Self {
        match scale {
            SkipScale::None => Self::Constant(1.0),
            SkipScale::Constant(kappa) => Self::Constant(constant_scale(kappa, index)),
            SkipScale::Learned => {
                let hidden = (channels / 16).max(4);
                let squeeze = Linear::new(scope.child("squeeze"), channels, hidden);
                Self::Gate(squeeze, Linear::zero(scope.child("excite"), hidden, channels))
            }
        }
    }

    /// The scaled skip, same shape.
    pub fn forward(&self, weights: &Weights, input: &Tensor) -> Tensor {
        match self {
            Self::Constant(scale) if (scale - 1.0).abs() < f64::EPSILON => input.shallow_clone(),
            Self::Constant(scale) => input * *scale,
            Self::Gate(squeeze, excite) => {
                let means = input.mean_dim([2_i64, 3].as_slice(), false, input.kind());
                let gate = excite.forward(weights, &squeeze.forward(weights, &means).relu()).sigmoid();
                input * gate.unsqueeze(-1).unsqueeze(-1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;
    use crate::torch::weights::Layout;

    #[test]
    fn the_outermost_skip_is_whole_and_each_deeper_one_is_shorter() {
        let scales: Vec<f64> = (1..=4).map(|index| constant_scale(0.5, index)).collect();
        assert_eq!(scales, [1.0, 0.5, 0.25, 0.125]);
        let input = Tensor::ones([1, 8, 2, 2], (Kind::Float, Device::Cpu));
        let mut layout = Layout::default();
        let skip = Skip::new(Scope::root(&mut layout), SkipScale::Constant(0.5), 3, 8);
        assert_eq!(layout.total(), 0, "a constant has no parameter");
        let flat = Tensor::zeros([0], (Kind::Float, Device::Cpu));
        assert_eq!(skip.forward(&layout.view(&flat), &input), input * 0.25);
    }

    #[test]
    fn a_gate_begins_half_open() {
        let input = Tensor::ones([2, 32, 2, 2], (Kind::Float, Device::Cpu));
        let mut layout = Layout::default();
        let skip = Skip::new(Scope::root(&mut layout), SkipScale::Learned, 1, 32);
        let weights = layout.view(&layout.start(1, Device::Cpu));
        assert_eq!(skip.forward(&weights, &input), input * 0.5);
    }
}
