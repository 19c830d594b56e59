//! The bundle backend: a latent-diffusion pipeline exported to TorchScript (`assets/bundle/export.py`): text encoder, U-Net and
//! autoencoder, with the noise schedule that it was trained with.
//!
//! Invariant: a picture is a function of its wish, the bundle and the device; nothing is downloaded.

mod description;
mod eyes;
mod ladder;
#[cfg(test)]
pub mod tests;
mod tokenizer;
mod walk;

use std::path::Path;

use tch::jit::IValue;
use tch::{CModule, Device, Kind, Tensor, no_grad};

pub use self::eyes::Eyes;

use self::description::Description;
use self::ladder::{ladder, walked};
use self::tokenizer::Tokenizer;
use super::compute::Compute;
use super::error::{TorchError, guard};
use super::images::to_bytes;
use super::random::Stream;
use super::sample::SampleConfig;

/// A pipeline on a device.
pub struct Bundle {
    description: Description,
    tokenizers: Vec<Tokenizer>,
    text: CModule,
    unet: CModule,
    encode: CModule,
    decode: CModule,
    device: Device,
}

/// One picture to make.
#[derive(Debug)]
pub struct Wish {
    /// Names the picture: its noise is drawn for this name …
    pub id: String,
    /// … under this seed.
    pub noise: u64,
    /// What it is to show.
    pub prompt: String,
    /// Image guidance λ.
    pub level: f64,
    /// The seed picture (3, size, size) in [−1, 1]; without one it is made from noise.
    pub seed: Option<Tensor>,
}

/// The noise of a batch: what is drawn around the seeds' latents, and what they are hidden in.
struct Noise {
    spread: Tensor,
    hiding: Tensor,
}

impl Bundle {
    /// Loads the bundle in a folder.
    ///
    /// # Errors
    /// A file that is missing or is not what it should be, or too little memory.
    pub fn open(folder: &Path, compute: Compute) -> Result<Self, TorchError> {
        let description = Description::read(folder)?;
        let tokenizers = description.tokenizers.iter().map(|vocabulary| Tokenizer::read(folder, vocabulary));
        let tokenizers = tokenizers.collect::<Result<_, _>>()?;
        let load = |name: &str| script(&folder.join(name), compute.device);
        let (text, unet) = (load("text.pt")?, load("unet.pt")?);
        let (encode, decode) = (load("encode.pt")?, load("decode.pt")?);
        Ok(Self { description, tokenizers, text, unet, encode, decode, device: compute.device })
    }

    /// Pixels a side.
    pub fn size(&self) -> i64 {
        self.description.size
    }

    /// What is asked for an entity whose seed says `caption`.
    pub fn prompt(&self, entity: &str, caption: &str) -> String {
        self.description.prompt(entity, caption)
    }

    /// Makes the pictures of all wishes: bytes (n, 3, size, size) on the CPU, in their order.
    ///
    /// # Errors
    /// Too little memory, or a failure of libtorch.
    pub fn sample(&self, wishes: &[Wish], config: &SampleConfig) -> Result<Tensor, TorchError> {
        let start = |wish: &Wish| walked(config.steps as usize, if wish.seed.is_some() { wish.level } else { 0.0 });
        let mut order: Vec<usize> = (0..wishes.len()).collect();
        order.sort_by_key(|&place| (start(&wishes[place]), wishes[place].seed.is_some()));
        let alike = |&a: &usize, &b: &usize| {
            start(&wishes[a]) == start(&wishes[b]) && wishes[a].seed.is_some() == wishes[b].seed.is_some()
        };
        let mut made: Vec<(usize, Tensor)> = Vec::with_capacity(wishes.len());
        for group in order.chunk_by(alike) {
            let chosen: Vec<&Wish> = group.iter().map(|&place| &wishes[place]).collect();
            let pictures = self.group(&chosen, start(chosen[0]), config)?;
            made.extend(group.iter().copied().zip(pictures.unbind(0)));
        }
        made.sort_by_key(|(place, _)| *place);
        let pictures: Vec<Tensor> = made.into_iter().map(|(_, picture)| picture).collect();
        if pictures.is_empty() {
            return Err(TorchError::Setting("there is nothing to sample".to_owned()));
        }
        guard(|| Ok(Tensor::stack(&pictures, 0)))
    }

    /// The pictures of wishes that take the same number of steps, all from seeds or none.
    fn group(&self, wishes: &[&Wish], steps: usize, config: &SampleConfig) -> Result<Tensor, TorchError> {
        let prompts: Vec<&str> = wishes.iter().map(|wish| wish.prompt.as_str()).collect();
        let seeds: Vec<Tensor> =
            wishes.iter().filter_map(|wish| wish.seed.as_ref().map(Tensor::shallow_clone)).collect();
        let seeds = if seeds.is_empty() { None } else { Some(guard(|| Ok(Tensor::stack(&seeds, 0)))?) };
        let noise = Noise { spread: self.noise(wishes, "latent"), hiding: self.noise(wishes, "sample") };
        let latents = self.latents((&prompts, seeds.as_ref()), &noise, (steps, config))?;
        guard(|| Ok(to_bytes(&self.decoded(&latents)?).to_device(Device::Cpu)))
    }

    /// The latents of prompts, from seeds or from noise.
    fn latents(
        &self,
        (prompts, seeds): (&[&str], Option<&Tensor>),
        noise: &Noise,
        (steps, config): (usize, &SampleConfig),
    ) -> Result<Tensor, TorchError> {
        let trained = &self.description.scheduler;
        let rungs = ladder(trained, config.solver, config.steps);
        let rungs = &rungs[rungs.len() - steps.clamp(1, rungs.len())..];
        guard(|| {
            no_grad(|| {
                let begun = match seeds {
                    None => noise.hiding.shallow_clone(),
                    Some(seeds) => {
                        let (alpha, sigma) = rungs[0].before();
                        self.encoded(seeds, &noise.spread)? * alpha + &noise.hiding * sigma
                    }
                };
                let (states, sums) = self.conditioned(prompts, config.text)?;
                let ask = |latents: &Tensor, time: i64| self.answer((latents, time), (&states, &sums), config.text);
                walk::walk(begun, rungs, (config.solver, trained.prediction), ask)
            })
        })
    }

    /// The guided answer of the U-Net, in 32 bits.
    fn answer(
        &self,
        (latents, time): (&Tensor, i64),
        (states, sums): (&Tensor, &Tensor),
        text: f64,
    ) -> Result<Tensor, TorchError> {
        let guided = text > 1.0;
        let input = if guided { Tensor::cat(&[latents, latents], 0) } else { latents.shallow_clone() };
        let times = Tensor::full([input.size()[0]], time, (Kind::Int64, self.device));
        let input = input.to_kind(self.description.kind());
        let answer = self.unet.forward_ts(&[&input, &times, states, sums])?.to_kind(Kind::Float);
        if !guided {
            return Ok(answer);
        }
        let parts = answer.chunk(2, 0);
        Ok(&parts[0] + (&parts[1] - &parts[0]) * text)
    }

    /// What the text encoders make of the prompts; under guidance that of no prompt comes first.
    fn conditioned(&self, prompts: &[&str], text: f64) -> Result<(Tensor, Tensor), TorchError> {
        let (states, sums) = self.read(prompts)?;
        if text <= 1.0 {
            return Ok((states, sums));
        }
        let (none, none_sums) = if self.description.zeros_for_empty {
            (states.zeros_like(), sums.zeros_like())
        } else {
            self.read(&vec![""; prompts.len()])?
        };
        Ok((Tensor::cat(&[none, states], 0), Tensor::cat(&[none_sums, sums], 0)))
    }

    fn read(&self, prompts: &[&str]) -> Result<(Tensor, Tensor), TorchError> {
        let tokens: Vec<i64> = prompts
            .iter()
            .flat_map(|prompt| self.tokenizers.iter().flat_map(|tokenizer| tokenizer.tokens(prompt)))
            .collect();
        let shape = [prompts.len() as i64, self.tokenizers.len() as i64, -1];
        let tokens = Tensor::from_slice(&tokens).view(shape).to_device(self.device);
        Ok(<(Tensor, Tensor)>::try_from(self.text.forward_is(&[IValue::Tensor(tokens)])?)?)
    }

    /// Seeds in [−1, 1] as latents: `spread` says where within what the autoencoder allows.
    fn encoded(&self, seeds: &Tensor, spread: &Tensor) -> Result<Tensor, TorchError> {
        let seeds = IValue::Tensor(seeds.to_device(self.device));
        let (mean, deviation) = <(Tensor, Tensor)>::try_from(self.encode.forward_is(&[seeds])?)?;
        let latent = self.description.latent;
        Ok((mean + deviation * spread - latent.shift) * latent.scale)
    }

    /// Latents as pictures in [−1, 1].
    fn decoded(&self, latents: &Tensor) -> Result<Tensor, TorchError> {
        let latent = self.description.latent;
        no_grad(|| Ok(self.decode.forward_ts(&[latents / latent.scale + latent.shift])?.clamp(-1.0, 1.0)))
    }

    fn noise(&self, wishes: &[&Wish], purpose: &str) -> Tensor {
        let latent = self.description.latent;
        let shape = [latent.channels, latent.side, latent.side];
        let count = shape.iter().product::<i64>() as usize;
        let draw = |wish: &&Wish| Stream::new(wish.noise, &wish.id, purpose).normals(count);
        let all: Vec<f32> = wishes.iter().flat_map(draw).collect();
        Tensor::from_slice(&all).view([wishes.len() as i64, shape[0], shape[1], shape[2]]).to_device(self.device)
    }
}

/// Loads a TorchScript file.
///
/// # Errors
/// It is missing, is no such file, or does not fit into memory.
pub fn script(path: &Path, device: Device) -> Result<CModule, TorchError> {
    if let Err(error) = std::fs::metadata(path) {
        return Err(TorchError::file(path, error));
    }
    guard(|| Ok(CModule::load_on_device(path, device)?)).map_err(|error| match error {
        TorchError::Libtorch(reason) => TorchError::Bundle { path: path.to_owned(), reason },
        other => other,
    })
}
