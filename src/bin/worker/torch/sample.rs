//! Sampling: DDIM and DPM-Solver++(2M), from noise or from a real picture that is noised part of the way.
//!
//! Image guidance λ (`DisCL`, Liang et al., 2024; `SDEdit`, Meng et al., 2022): 1 keeps the seed, 0 begins at noise; the sampler
//! starts at time 1 − λ.
//!
//! Invariant: a sample is a function of its request, the weights and the device; the batch it shares does not matter beyond
//! the rounding of the device's own kernels.

use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor, no_grad};

use super::diffusion::Model;
use super::error::{TorchError, guard};
use super::images::to_bytes;
use super::random::Stream;
use super::schedule::{Levels, TIME_MAX, TIME_MIN};
use super::weights::Weights;

/// How the sampler integrates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solver {
    /// Deterministic DDIM (Song, Meng and Ermon, 2021, η = 0).
    Ddim,
    /// DPM-Solver++(2M) (Lu et al., 2022, algorithm 2).
    DpmSolver,
}

/// The settings of sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleConfig {
    /// How the sampler integrates.
    pub solver: Solver,
    /// Network calls from pure noise; a start part of the way takes its share of them, at least four.
    pub steps: u64,
    /// Classifier-free guidance; 1 is none.
    pub text: f64,
}

impl Default for SampleConfig {
    fn default() -> Self {
        Self { solver: Solver::DpmSolver, steps: 20, text: 2.0 }
    }
}

/// One picture to make.
#[derive(Debug)]
pub struct Request {
    /// Names the picture: its noise is drawn for this name …
    pub id: String,
    /// … under this seed.
    pub noise: u64,
    /// The entity it shall show.
    pub entity: i64,
    /// Image guidance λ; without a seed it is taken as 0.
    pub guidance: f64,
    /// The seed picture (channels, size, size) in [−1, 1].
    pub seed: Option<Tensor>,
}

impl Request {
    fn start(&self) -> f64 {
        if self.seed.is_some() { (1.0 - self.guidance).clamp(TIME_MIN, TIME_MAX) } else { TIME_MAX }
    }
}

impl SampleConfig {
    /// Network calls for a start at this time.
    pub fn steps_from(&self, start: f64) -> u64 {
        ((self.steps as f64 * start).round() as u64).max(4)
    }
}

/// Makes the pictures of all requests: bytes (n, channels, size, size) on the CPU, in their order.
///
/// # Errors
/// Too little memory, or a failure of libtorch.
pub fn sample(
    model: &Model,
    weights: &Weights,
    requests: &[Request],
    config: &SampleConfig,
) -> Result<Tensor, TorchError> {
    guard(|| {
        let mut order: Vec<usize> = (0..requests.len()).collect();
        order.sort_by_key(|&index| config.steps_from(requests[index].start()));
        let mut made: Vec<(usize, Tensor)> = Vec::with_capacity(requests.len());
        for group in
            order.chunk_by(|&a, &b| config.steps_from(requests[a].start()) == config.steps_from(requests[b].start()))
        {
            let chosen: Vec<&Request> = group.iter().map(|&index| &requests[index]).collect();
            let pictures = to_bytes(&integrate(model, weights, &chosen, config)).to_device(tch::Device::Cpu);
            made.extend(group.iter().copied().zip(pictures.unbind(0)));
        }
        made.sort_by_key(|(index, _)| *index);
        let pictures: Vec<Tensor> = made.into_iter().map(|(_, picture)| picture).collect();
        if pictures.is_empty() {
            return Err(TorchError::Setting("there is nothing to sample".to_owned()));
        }
        Ok(Tensor::stack(&pictures, 0))
    })
}

/// The solver's way from each request's start to the clean picture; all of them take the same number of steps.
fn integrate(model: &Model, weights: &Weights, requests: &[&Request], config: &SampleConfig) -> Tensor {
    no_grad(|| {
        let device = model.compute.device;
        let starts: Vec<f32> = requests.iter().map(|request| request.start() as f32).collect();
        let steps = config.steps_from(f64::from(starts[0]));
        let starts = Tensor::from_slice(&starts).to_device(device);
        let entities: Vec<i64> = requests.iter().map(|request| request.entity).collect();
        let entities = Tensor::from_slice(&entities).to_device(device);
        let mut noisy = begin(model, requests, &starts);
        let mut before: Option<(Tensor, Tensor)> = None;
        for step in 0..steps {
            let at = |step: u64| &starts * (1.0 - step as f64 / steps as f64);
            let (now, next) = (Levels::at(&at(step)), Levels::at(&at(step + 1)));
            let picture = model.picture(weights, &noisy, (&at(step), &entities), config.text);
            noisy = match config.solver {
                _ if step + 1 == steps => picture.shallow_clone(),
                Solver::Ddim => next.noisy(&picture, &now.noise(&noisy, &picture)),
                Solver::DpmSolver => multistep(&noisy, &picture, before.as_ref(), (&now, &next)),
            };
            before = Some((picture, next.half_log_snr() - now.half_log_snr()));
        }
        noisy
    })
}

/// One step of DPM-Solver++(2M): the picture is extrapolated from this and the previous answer, then
/// `x = (σ'/σ)·x − α'·(e^(−h) − 1)·D`.
fn multistep(
    noisy: &Tensor,
    picture: &Tensor,
    before: Option<&(Tensor, Tensor)>,
    (now, next): (&Levels, &Levels),
) -> Tensor {
    let width = next.half_log_snr() - now.half_log_snr();
    let data = match before {
        None => picture.shallow_clone(),
        Some((previous, previous_width)) => {
            let half = (previous_width / &width).reciprocal() * 0.5;
            picture * (&half + 1.0) - previous * half
        }
    };
    (&next.sigma / &now.sigma) * noisy - &next.alpha * width.neg().expm1() * data
}

/// Each request's noise, mixed with its seed at its start.
fn begin(model: &Model, requests: &[&Request], starts: &Tensor) -> Tensor {
    let (device, config) = (model.compute.device, model.unet.config());
    let shape = [config.channels, config.size, config.size];
    let count = shape.iter().product::<i64>() as usize;
    let noise: Vec<Tensor> = requests
        .iter()
        .map(|request| {
            Tensor::from_slice(&Stream::new(request.noise, &request.id, "sample").normals(count)).view(shape)
        })
        .collect();
    let seeds: Vec<Tensor> = requests
        .iter()
        .map(|request| {
            request.seed.as_ref().map_or_else(
                || Tensor::zeros(shape, (Kind::Float, tch::Device::Cpu)),
                |seed| seed.to_device(tch::Device::Cpu),
            )
        })
        .collect();
    let (noise, seeds) = (Tensor::stack(&noise, 0).to_device(device), Tensor::stack(&seeds, 0).to_device(device));
    Levels::at(starts).noisy(&seeds, &noise)
}
