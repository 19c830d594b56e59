//! The layers a U-Net and the encoder are built of: each knows the handles of its parameters and computes with the views.
//!
//! Invariant: a layer owns no tensor, so that the same network runs on the trained weights, their average, or a bf16 copy.

use tch::Tensor;

use super::weights::{Handle, Layout, Start, Weights};

/// A scope of names inside a layout: `scope.child("down.0")`.
#[derive(Debug)]
pub struct Scope<'a> {
    layout: &'a mut Layout,
    prefix: String,
}

impl<'a> Scope<'a> {
    /// The outermost scope.
    pub fn root(layout: &'a mut Layout) -> Self {
        Self { layout, prefix: String::new() }
    }

    /// A scope inside this one.
    pub fn child(&mut self, name: &str) -> Scope<'_> {
        Scope { prefix: format!("{}{name}.", self.prefix), layout: self.layout }
    }

    fn parameter(&mut self, name: &str, shape: &[i64], start: Start) -> Handle {
        self.layout.add(format!("{}{name}", self.prefix), shape, start)
    }
}

/// A convolution with a bias, padded so that stride 1 keeps the size.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    weight: Handle,
    bias: Handle,
    stride: i64,
    padding: i64,
}

impl Conv {
    /// `inner` to `out` channels with a square kernel.
    pub fn new(mut scope: Scope<'_>, inner: i64, out: i64, kernel: i64) -> Self {
        Self::with_start(&mut scope, [inner, out, kernel], Start::FanIn(1.0))
    }

    /// A convolution that begins at zero: the last of a residual branch.
    pub fn zero(mut scope: Scope<'_>, inner: i64, out: i64, kernel: i64) -> Self {
        Self::with_start(&mut scope, [inner, out, kernel], Start::Zero)
    }

    fn with_start(scope: &mut Scope<'_>, [inner, out, kernel]: [i64; 3], start: Start) -> Self {
        let weight = scope.parameter("weight", &[out, inner, kernel, kernel], start);
        let bias = scope.parameter("bias", &[out], Start::Zero);
        Self { weight, bias, stride: 1, padding: kernel / 2 }
    }

    /// The same convolution with a stride.
    pub fn strided(self, stride: i64) -> Self {
        Self { stride, ..self }
    }

    /// (n, inner, h, w) to (n, out, h / stride, w / stride).
    pub fn forward(&self, weights: &Weights, input: &Tensor) -> Tensor {
        let (stride, padding) = ([self.stride; 2], [self.padding; 2]);
        input.conv2d(weights.get(self.weight), Some(weights.get(self.bias)), stride, padding, [1, 1], 1)
    }
}

/// A fully connected layer.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    weight: Handle,
    bias: Handle,
}

impl Linear {
    /// `inner` to `out` numbers.
    pub fn new(mut scope: Scope<'_>, inner: i64, out: i64) -> Self {
        Self::with_start(&mut scope, inner, out, Start::FanIn(1.0))
    }

    /// A layer that begins at zero.
    pub fn zero(mut scope: Scope<'_>, inner: i64, out: i64) -> Self {
        Self::with_start(&mut scope, inner, out, Start::Zero)
    }

    fn with_start(scope: &mut Scope<'_>, inner: i64, out: i64, start: Start) -> Self {
        let weight = scope.parameter("weight", &[out, inner], start);
        Self { weight, bias: scope.parameter("bias", &[out], Start::Zero) }
    }

    /// (…, inner) to (…, out).
    pub fn forward(&self, weights: &Weights, input: &Tensor) -> Tensor {
        input.linear(weights.get(self.weight), Some(weights.get(self.bias)))
    }
}

/// Group normalization (Wu and He, 2018).
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm {
    gain: Handle,
    bias: Handle,
    groups: i64,
}

impl GroupNorm {
    /// Groups of eight channels, or fewer where the channels do not divide.
    pub fn new(mut scope: Scope<'_>, channels: i64) -> Self {
        let groups = (1..=channels / 8).rev().find(|groups| channels % groups == 0).unwrap_or(1);
        let gain = scope.parameter("gain", &[channels], Start::One);
        Self { gain, bias: scope.parameter("bias", &[channels], Start::Zero), groups }
    }

    /// The normalized input, same shape.
    pub fn forward(&self, weights: &Weights, input: &Tensor) -> Tensor {
        input.group_norm(self.groups, Some(weights.get(self.gain)), Some(weights.get(self.bias)), 1e-5, true)
    }
}

/// A learned vector for each of a number of things.
#[derive(Clone, Copy, Debug)]
pub struct Embedding {
    table: Handle,
}

impl Embedding {
    /// `count` vectors of `width` numbers.
    pub fn new(mut scope: Scope<'_>, count: i64, width: i64) -> Self {
        Self { table: scope.parameter("table", &[count, width], Start::Normal(1.0)) }
    }

    /// (n) indices to (n, width).
    pub fn forward(self, weights: &Weights, indices: &Tensor) -> Tensor {
        Tensor::embedding(weights.get(self.table), indices, -1, false, false)
    }
}

/// The input with its channels last in memory, where the layout is worth a copy.
pub fn channels_last(input: &Tensor) -> Tensor {
    input.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}
