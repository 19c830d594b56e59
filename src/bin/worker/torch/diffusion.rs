//! The diffusion model: a U-Net with its schedule, its loss and its guided answer.
//!
//! Invariant: it owns no parameters; the same model computes with the trained ones and with their average.

use tch::{Kind, Tensor, no_grad};

use super::compute::Compute;
use super::error::TorchError;
use super::images::Batch;
use super::schedule::Levels;
use super::unet::{Unet, UnetConfig};
use super::weights::{Layout, Weights};

/// A U-Net, the layout of its parameters, and where it computes.
#[derive(Debug)]
pub struct Model {
    /// The network.
    pub unet: Unet,
    /// The names and shapes of its parameters.
    pub layout: Layout,
    /// Device and precision.
    pub compute: Compute,
}

/// What one training step looks at.
#[derive(Debug)]
pub struct Example {
    /// Pictures and entities.
    pub batch: Batch,
    /// (n) times.
    pub times: Tensor,
    /// Noise like the pictures.
    pub noise: Tensor,
}

impl Example {
    /// The same on another device.
    pub fn moved(&self, device: tch::Device) -> Self {
        let batch =
            Batch { pictures: self.batch.pictures.to_device(device), entities: self.batch.entities.to_device(device) };
        Self { batch, times: self.times.to_device(device), noise: self.noise.to_device(device) }
    }

    /// The same in at most `count` parts.
    pub fn parts(&self, count: usize) -> Vec<Self> {
        let size = self.times.size()[0];
        let part = (size as u64).div_ceil(count.max(1) as u64).max(1) as i64;
        let froms = (0..size).step_by(part as usize);
        let parts = froms.map(|from| {
            let cut = |tensor: &Tensor| tensor.narrow(0, from, part.min(size - from));
            let batch = Batch { pictures: cut(&self.batch.pictures), entities: cut(&self.batch.entities) };
            Self { batch, times: cut(&self.times), noise: cut(&self.noise) }
        });
        parts.collect()
    }
}

impl Model {
    /// A model of this shape.
    ///
    /// # Errors
    /// A shape whose sizes do not divide.
    pub fn new(config: UnetConfig, compute: Compute) -> Result<Self, TorchError> {
        let (unet, layout) = Unet::new(config)?;
        Ok(Self { unet, layout, compute })
    }

    /// The index that stands for "any entity".
    pub fn any_entity(&self) -> i64 {
        self.unet.config().entities
    }

    /// Views of `flat` in the precision of the device.
    pub fn view(&self, flat: &Tensor) -> Weights {
        self.layout.view(&flat.to_kind(self.compute.kind))
    }

    /// The weighted squared error of one example, a scalar.
    pub fn loss(&self, weights: &Weights, example: &Example, gamma: f64) -> Tensor {
        let prediction = self.unet.config().prediction;
        let levels = Levels::at(&example.times);
        let noisy = levels.noisy(&example.batch.pictures, &example.noise);
        let answer = self.unet.forward(weights, &noisy, (&example.times, &example.batch.entities));
        let target = levels.target(&example.batch.pictures, &example.noise, prediction);
        let error = (answer - target).square().mean_dim([1_i64, 2, 3].as_slice(), false, Kind::Float);
        (error * levels.min_snr(gamma, prediction)).mean(Kind::Float)
    }

    /// The picture behind `noisy` at one time each (n), under classifier-free guidance (Ho and Salimans, 2022): `text` 1 is the
    /// plain conditional answer, more pushes away from "any entity".
    pub fn picture(
        &self,
        weights: &Weights,
        noisy: &Tensor,
        (times, entities): (&Tensor, &Tensor),
        text: f64,
    ) -> Tensor {
        no_grad(|| {
            let answer = if (text - 1.0).abs() < 1e-9 {
                self.unet.forward(weights, noisy, (times, entities))
            } else {
                let any = entities.full_like(self.any_entity());
                let (twice, both) = (Tensor::cat(&[noisy, noisy], 0), Tensor::cat(&[entities, &any], 0));
                let parts = self.unet.forward(weights, &twice, (&Tensor::cat(&[times, times], 0), &both)).chunk(2, 0);
                &parts[1] + (&parts[0] - &parts[1]) * text
            };
            Levels::at(times).picture(noisy, &answer, self.unet.config().prediction).clamp(-1.0, 1.0)
        })
    }

    /// Embeddings of clean pictures (n, width), of unit length: the middle of the network at a low noise level, entity unknown.
    pub fn embed(&self, weights: &Weights, pictures: &Tensor) -> Tensor {
        no_grad(|| {
            let count = pictures.size()[0];
            let times = Tensor::full([count], 0.1, (Kind::Float, pictures.device()));
            let any = Tensor::full([count], self.any_entity(), (Kind::Int64, pictures.device()));
            let middle = self.unet.embed(weights, pictures, (&times, &any));
            &middle / middle.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6)
        })
    }
}
