//! The parameters of a network as one flat tensor, and the views of it that layers read.
//!
//! One flat leaf makes everything around a step cheap and plain: its gradient is one tensor, so clipping is one norm, the
//! optimizer and the moving average are a handful of elementwise operations, a checkpoint is a few tensors, and the whole
//! network is cast to bf16 by one cast. Convolution kernels lie in it as (out, height, width, in) and are seen as
//! (out, in, height, width): the channels-last layout that both oneDNN and cuDNN like best.
//!
//! Invariant: the order of the parameters is the order in which the layers asked for them; it never depends on a hash.

use tch::{Device, Kind, Tensor};

use super::random::Stream;

/// How a parameter begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// All zeros: the last layer of a residual block, so that the block begins as the identity.
    Zero,
    /// All ones: the gain of a normalization.
    One,
    /// Normal with standard deviation `gain / sqrt(fan_in)`.
    FanIn(f64),
    /// Normal with this standard deviation.
    Normal(f64),
}

/// The place of one parameter in the list of views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    shape: Vec<i64>,
    start: Start,
}

/// Names, shapes and beginnings of all parameters of a network.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    entries: Vec<Entry>,
}

impl Layout {
    /// Adds a parameter; its shape is that of the usual convention, (out, in, height, width) for a kernel.
    pub fn add(&mut self, name: String, shape: &[i64], start: Start) -> Handle {
        self.entries.push(Entry { name, shape: shape.to_vec(), start });
        Handle(self.entries.len() - 1)
    }

    /// How many numbers the network has.
    pub fn total(&self) -> i64 {
        self.entries.iter().map(Entry::count).sum()
    }

    /// The flat tensor at the beginning of training, the same on every device.
    pub fn start(&self, seed: u64, device: Device) -> Tensor {
        let parts: Vec<Tensor> = self.entries.iter().map(|entry| entry.begin(seed)).collect();
        Tensor::cat(&parts, 0).to_device(device)
    }

    /// Views of `flat` in the order of the handles; gradients flow back through them into `flat`.
    pub fn view(&self, flat: &Tensor) -> Weights {
        let sizes: Vec<i64> = self.entries.iter().map(Entry::count).collect();
        let parts = flat.split_with_sizes(&sizes[..], 0);
        Weights { tensors: self.entries.iter().zip(parts).map(|(entry, part)| entry.shaped(&part)).collect() }
    }

    /// Each parameter by name, contiguous in its usual shape, in 32 bits: what a checkpoint holds.
    pub fn named(&self, flat: &Tensor) -> Vec<(String, Tensor)> {
        let views = self.view(&flat.detach().to_device(Device::Cpu));
        self.entries
            .iter()
            .zip(views.tensors)
            .map(|(entry, tensor)| (entry.name.clone(), tensor.contiguous()))
            .collect()
    }

    /// The flat tensor back from named ones; `None` names the first that is missing or of another shape.
    ///
    /// # Errors
    /// The name of the parameter that does not fit.
    pub fn gather(&self, find: impl Fn(&str) -> Option<Tensor>) -> Result<Tensor, String> {
        let mut parts = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let tensor =
                find(&entry.name).filter(|tensor| tensor.size() == entry.shape).ok_or_else(|| entry.name.clone())?;
            parts.push(entry.flattened(&tensor));
        }
        Ok(Tensor::cat(&parts, 0))
    }
}

impl Entry {
    fn count(&self) -> i64 {
        self.shape.iter().product()
    }

    fn begin(&self, seed: u64) -> Tensor {
        let count = self.count();
        let fan_in = (self.shape.iter().skip(1).product::<i64>() as f64).max(1.0);
        let deviation = match self.start {
            Start::Zero => return Tensor::zeros([count], (Kind::Float, Device::Cpu)),
            Start::One => return Tensor::ones([count], (Kind::Float, Device::Cpu)),
            Start::FanIn(gain) => gain / fan_in.sqrt(),
            Start::Normal(deviation) => deviation,
        };
        let numbers = Stream::new(seed, &self.name, "parameters").normals(count as usize);
        Tensor::from_slice(&numbers) * deviation
    }

    fn shaped(&self, part: &Tensor) -> Tensor {
        match self.shape[..] {
            [out, inner, height, width] => part.view([out, height, width, inner]).permute([0, 3, 1, 2]),
            _ => part.view(&self.shape[..]),
        }
    }

    fn flattened(&self, tensor: &Tensor) -> Tensor {
        if self.shape.len() == 4 { tensor.permute([0, 2, 3, 1]).reshape([-1]) } else { tensor.reshape([-1]) }
    }
}

/// The parameters as layers see them.
#[derive(Debug)]
pub struct Weights {
    tensors: Vec<Tensor>,
}

impl Weights {
    /// The parameter at `handle`.
    pub fn get(&self, handle: Handle) -> &Tensor {
        &self.tensors[handle.0]
    }
}
