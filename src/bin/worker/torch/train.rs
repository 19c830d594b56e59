//! Training of the diffusion model, one step at a time.
//!
//! Invariant: step k of a run depends on the configuration, the pictures and the state after step k − 1, nothing else; a run
//! that was stopped and resumed ends with the same bytes.

use serde::{Deserialize, Serialize};
use tch::Tensor;

use super::diffusion::{Example, Model};
use super::error::{TorchError, guard};
use super::images::Images;
use super::optimizer::{OptimizerConfig, Parameters};
use super::random::{Stream, noise};
use super::schedule::{TIME_MAX, TIME_MIN};

/// The settings of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Seed of every draw.
    pub seed: u64,
    /// Pictures a step.
    pub batch: usize,
    /// Steps in all.
    pub steps: u64,
    /// How far batches are balanced over entities, 0 to 1.
    pub balance: f64,
    /// Share of examples whose entity is hidden, for classifier-free guidance.
    pub hide_entity: f64,
    /// γ of min-SNR weighting.
    pub gamma: f64,
    /// The latest time that is learned: image guidance never starts later, so a run that only continues seeds spends nothing
    /// on the times near pure noise.
    pub time_max: f64,
    /// Mirror half the pictures.
    pub mirror: bool,
    /// The update.
    pub optimizer: OptimizerConfig,
}

impl Default for TrainConfig {
    fn default() -> Self {
        let optimizer = OptimizerConfig::default();
        let (balance, hide_entity, gamma) = (0.7, 0.1, 5.0);
        Self {
            seed: 42,
            batch: 64,
            steps: 3000,
            balance,
            hide_entity,
            gamma,
            time_max: TIME_MAX,
            mirror: false,
            optimizer,
        }
    }
}

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// The step, counted from 1.
    pub step: u64,
    /// The weighted loss.
    pub loss: f64,
    /// Length of the gradient before clipping.
    pub gradient: f64,
}

/// A model in training.
#[derive(Debug)]
pub struct Trainer {
    /// The model.
    pub model: Model,
    /// Its parameters and the optimizer's state.
    pub parameters: Parameters,
    /// The settings.
    pub config: TrainConfig,
    /// In how many parts a batch goes through the network, its gradients summed: more where memory is short.
    pub parts: usize,
}

impl Trainer {
    /// The beginning of training.
    ///
    /// # Errors
    /// Too little memory.
    pub fn new(model: Model, config: TrainConfig) -> Result<Self, TorchError> {
        guard(|| {
            let parameters = Parameters::new(&model.layout.start(config.seed, model.compute.device));
            Ok(Self { model, parameters, config, parts: 1 })
        })
    }

    /// One step.
    ///
    /// # Errors
    /// Too little memory (the state is then as before the step), a failure of libtorch, or a loss that is no number.
    pub fn step(&mut self, images: &Images) -> Result<StepReport, TorchError> {
        let example = guard(|| Ok(self.example(images, self.parameters.step + 1)))?;
        self.follow(&example)
    }

    /// A step on an example.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn follow(&mut self, example: &Example) -> Result<StepReport, TorchError> {
        let step = self.parameters.step + 1;
        guard(|| {
            let (loss, gradient) = self.gradient(example)?;
            let loss = loss.double_value(&[]);
            if !loss.is_finite() {
                return Err(TorchError::Diverged(step));
            }
            let length = self.parameters.update(&gradient, &self.config.optimizer);
            Ok(StepReport { step, loss, gradient: length.double_value(&[]) })
        })
    }

    /// Loss and gradient of an example, part by part.
    fn gradient(&self, example: &Example) -> Result<(Tensor, Tensor), TorchError> {
        let mut sum: Option<(Tensor, Tensor)> = None;
        for part in example.parts(self.parts) {
            let share = part.batch.entities.size()[0] as f64 / self.config.batch as f64;
            let weights = self.model.view(&self.parameters.flat);
            let loss = self.model.loss(&weights, &part, self.config.gamma) * share;
            let gradient = Tensor::f_run_backward(&[&loss], &[&self.parameters.flat], false, false)?.swap_remove(0);
            sum = Some(match sum {
                None => (loss.detach(), gradient),
                Some((losses, gradients)) => (losses + loss.detach(), gradients + gradient),
            });
        }
        sum.ok_or_else(|| TorchError::Setting("a batch needs at least one picture".to_owned()))
    }

    /// What step number `step` looks at.
    pub fn example(&self, images: &Images, step: u64) -> Example {
        let (config, device) = (&self.config, self.model.compute.device);
        let mut stream = Stream::new(config.seed, &step.to_string(), "batch");
        let mut pairs = images.draw(&mut stream, config.batch, &images.shares(config.balance));
        for (_, entity) in &mut pairs {
            if stream.unit() < config.hide_entity {
                *entity = self.model.any_entity();
            }
        }
        let times = spread_times(&mut stream, config.batch, config.time_max);
        let batch = images.batch(&pairs, config.mirror.then_some(&mut stream), device);
        let noise = noise(&batch.pictures.size(), (config.seed, step, "noise"), device);
        Example { batch, times: Tensor::from_slice(&times).to_device(device), noise }
    }
}

/// Times spread evenly over (0, `latest`) with one common random shift: each step sees all noise levels, which makes its loss
/// and gradient steadier (Kingma et al., 2021, appendix I.1).
fn spread_times(stream: &mut Stream, count: usize, latest: f64) -> Vec<f32> {
    let shift = stream.unit();
    (0..count).map(|index| (((index as f64 + shift) / count as f64).clamp(TIME_MIN, 1.0) * latest) as f32).collect()
}
