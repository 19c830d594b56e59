//! A small convolutional classifier: its answer says which entity a picture shows, its last features are the embedding that
//! the filters, the choice among candidates and the clustering stand on.
//!
//! Invariant: trained on the user's own pictures alone, with batches balanced over entities so that the tail has a say.

mod config;

use std::collections::BTreeMap;
use std::path::Path;

use tch::{Kind, Reduction, Tensor, no_grad};

pub use self::config::EncoderConfig;
use super::checkpoint;
use super::compute::Compute;
use super::error::{TorchError, guard};
use super::images::{Batch, Images};
use super::layer::{Conv, GroupNorm, Linear, Scope, channels_last};
use super::optimizer::{OptimizerConfig, Parameters};
use super::weights::{Layout, Weights};

/// The metadata's key of a classifier's shape.
const KEY: &str = "fantail_encoder";

/// The classifier; its parameters live outside it.
#[derive(Debug)]
pub struct Encoder {
    /// Its shape and training.
    pub config: EncoderConfig,
    layout: Layout,
    stages: Vec<(Conv, GroupNorm)>,
    feature: Linear,
    answer: Linear,
}

/// A classifier with its trained parameters.
#[derive(Debug)]
pub struct Judge {
    encoder: Encoder,
    flat: Tensor,
    weights: Weights,
    compute: Compute,
}

/// What the classifier says of a list of pictures.
#[derive(Debug)]
pub struct Opinion {
    /// (n, features), of unit length, on the CPU.
    pub features: Tensor,
    /// (n, entities) probabilities, on the CPU.
    pub probabilities: Tensor,
}

impl Encoder {
    /// A classifier of this shape.
    pub fn new(config: EncoderConfig) -> Self {
        let mut layout = Layout::default();
        let mut scope = Scope::root(&mut layout);
        let width = config.width;
        let plan = [
            (config.channels * 4, width, 1),
            (width, width * 2, 2),
            (width * 2, width * 2, 1),
            (width * 2, width * 3, 2),
        ];
        let stages = plan.iter().enumerate().map(|(index, &(inner, out, stride))| {
            let conv = Conv::new(scope.child(&format!("{index}.conv")), inner, out, 3).strided(stride);
            (conv, GroupNorm::new(scope.child(&format!("{index}.norm")), out))
        });
        let stages = stages.collect();
        let feature = Linear::new(scope.child("feature"), width * 3, config.features());
        let answer = Linear::new(scope.child("answer"), config.features(), config.entities);
        Self { config, layout, stages, feature, answer }
    }

    /// (n, channels, size, size) in [−1, 1] to (n, features).
    fn features(&self, weights: &Weights, pictures: &Tensor) -> Tensor {
        let mut hidden = channels_last(&pictures.pixel_unshuffle(2));
        for (conv, norm) in &self.stages {
            hidden = norm.forward(weights, &conv.forward(weights, &hidden)).silu();
        }
        let means = hidden.mean_dim([2_i64, 3].as_slice(), false, Kind::Float);
        self.feature.forward(weights, &means).silu()
    }

    fn loss(&self, weights: &Weights, batch: &Batch) -> Tensor {
        let answer = self.answer.forward(weights, &self.features(weights, &batch.pictures));
        answer.cross_entropy_loss(&batch.entities, None::<&Tensor>, Reduction::Mean, -100, 0.05)
    }

    /// Trains on `images`; `before_step` sees each step's number and the last loss, and may end the work.
    ///
    /// # Errors
    /// What `before_step` returns, too little memory, or a failure of libtorch.
    pub fn train(
        self,
        images: &Images,
        compute: Compute,
        before_step: impl FnMut(u64, f64) -> Result<(), TorchError>,
    ) -> Result<Judge, TorchError> {
        self.train_in_stages(&[(1.0, images)], compute, before_step)
    }

    /// The same on one set after the other, each until its share of the steps is done: a curriculum.
    ///
    /// # Errors
    /// As [`Encoder::train`].
    pub fn train_in_stages(
        self,
        stages: &[(f64, &Images)],
        compute: Compute,
        mut before_step: impl FnMut(u64, f64) -> Result<(), TorchError>,
    ) -> Result<Judge, TorchError> {
        let config = self.config.clone();
        let update = OptimizerConfig {
            learning_rate: 3e-3,
            warmup: 50,
            decay_by: config.steps,
            average: 0.99,
            ..OptimizerConfig::default()
        };
        let mut parameters = guard(|| Ok(Parameters::new(&self.layout.start(config.seed, compute.device))))?;
        let shares: Vec<Vec<f64>> = stages.iter().map(|(_, images)| images.shares(config.balance)).collect();
        let mut last = f64::NAN;
        for step in 1..=config.steps {
            before_step(step, last)?;
            let done = (step - 1) as f64 / config.steps as f64;
            let stage = stages.iter().position(|&(until, _)| done < until).unwrap_or(stages.len() - 1);
            last = guard(|| {
                let batch = config.batch(stages[stage].1, (step, &shares[stage]), compute);
                let loss = self.loss(&self.layout.view(&parameters.flat), &batch);
                let gradients = Tensor::f_run_backward(&[&loss], &[&parameters.flat], false, false)?;
                let gradient = gradients.first().ok_or(TorchError::Diverged(step))?;
                let _ = parameters.update(gradient, &update);
                Ok(loss.double_value(&[]))
            })?;
        }
        Ok(Judge::new(self, parameters.average, compute))
    }
}

impl Judge {
    fn new(encoder: Encoder, flat: Tensor, compute: Compute) -> Self {
        Self { weights: encoder.layout.view(&flat), encoder, flat, compute }
    }

    /// Its shape and training.
    pub fn config(&self) -> &EncoderConfig {
        &self.encoder.config
    }

    /// Pixels a side, and channels, of the pictures that it judges.
    pub fn shape(&self) -> (i64, i64) {
        (self.encoder.config.size, self.encoder.config.channels)
    }

    /// Writes the classifier.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), TorchError> {
        let config = serde_json::to_string(&self.encoder.config)
            .map_err(|error| TorchError::checkpoint(path, error.to_string()))?;
        guard(|| {
            checkpoint::write(path, &self.encoder.layout.named(&self.flat), &BTreeMap::from([(KEY.to_owned(), config)]))
        })
    }

    /// The classifier that was written.
    ///
    /// # Errors
    /// The file cannot be read, or is not a classifier.
    pub fn load(path: &Path, compute: Compute) -> Result<Self, TorchError> {
        let (tensors, metadata) = checkpoint::read(path)?;
        let text = metadata.get(KEY).ok_or_else(|| TorchError::checkpoint(path, "it holds no classifier"))?;
        let config = serde_json::from_str(text).map_err(|error| TorchError::checkpoint(path, error.to_string()))?;
        let encoder = Encoder::new(config);
        guard(|| {
            let flat = encoder.layout.gather(|name| tensors.get(name).map(Tensor::shallow_clone));
            let flat = flat.map_err(|name| TorchError::checkpoint(path, format!("{name} is missing or misshapen")))?;
            Ok(Self::new(encoder, flat.to_device(compute.device), compute))
        })
    }

    /// Features and probabilities of bytes (n, channels, size, size).
    ///
    /// # Errors
    /// Too little memory, or a failure of libtorch.
    pub fn opinion(&self, pixels: &Tensor) -> Result<Opinion, TorchError> {
        guard(|| {
            no_grad(|| {
                let (mut features, mut probabilities) = (Vec::new(), Vec::new());
                for part in pixels.split(256, 0) {
                    let pictures = super::images::to_signed(&part.to_device(self.compute.device));
                    let feature = self.encoder.features(&self.weights, &pictures);
                    let answer = self.encoder.answer.forward(&self.weights, &feature).softmax(1, Kind::Float);
                    let length = feature.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6);
                    features.push((feature / length).to_device(tch::Device::Cpu));
                    probabilities.push(answer.to_device(tch::Device::Cpu));
                }
                Ok(Opinion { features: Tensor::cat(&features, 0), probabilities: Tensor::cat(&probabilities, 0) })
            })
        })
    }
}
