//! The embedding task: a vector for every listed image, from the middle of the trained U-Net.
//!
//! Invariant: row n of the file belongs to line n of the list; an image that cannot be used has a row of NaN.

use fantail::job::worker::{Colour, Embed, Outcome};
use fantail::progress::Stage;
use tch::{Device, Tensor};

use super::folder::Folder;
use super::{end, npy};
use crate::engine::End;
use crate::pictures::Pictures;
use crate::session::Session;
use crate::torch::checkpoint;
use crate::torch::compute::Compute;
use crate::torch::error::guard;
use crate::torch::images::to_signed;

/// Writes the vectors.
///
/// # Errors
/// [`End`]; nothing is written then.
pub fn embed(embed: &Embed, compute: Compute, session: &Session) -> Result<Outcome, End> {
    if !embed.encoder.is_dir() {
        let message = format!("{} is not the folder of a trained model", embed.encoder.display());
        return Err(End::failed(message, "train the diffusion model first, and name its folder"));
    }
    let (trainer, _) = checkpoint::load(&Folder::new(&embed.encoder).model(), compute).map_err(end)?;
    let config = trainer.model.unet.config();
    let colour = if config.channels == 1 { Colour::Grey } else { Colour::Colour };
    let (pictures, shape) = Pictures::read(&embed.instances, (config.size as u32, colour), session)?;
    let weights = guard(|| Ok(trainer.model.view(&trainer.parameters.average))).map_err(end)?;
    let (rows, total) = (pictures.listed.len() + pictures.set_aside as usize, pictures.listed.len() as u64);
    let mut vectors: Vec<Vec<f32>> = vec![Vec::new(); rows];
    let batch = embed.batch.max(1) as usize;
    for (number, pixels) in pictures.pixels.chunks(batch * shape.len()).enumerate() {
        session.go_on()?;
        let count = pixels.len() / shape.len();
        let size = [count as i64, config.channels, config.size, config.size];
        let part = guard(|| {
            let input = to_signed(&Tensor::from_slice(pixels).view(size).to_device(compute.device));
            Ok(Vec::<Vec<f32>>::try_from(trainer.model.embed(&weights, &input).to_device(Device::Cpu))?)
        });
        let from = number * batch;
        for (place, vector) in pictures.places[from..from + count].iter().zip(part.map_err(end)?) {
            vectors[*place] = vector;
        }
        session.progress(Stage::Embed, (from + count) as u64, total);
    }
    npy::write(&embed.output, &vectors).map_err(end)?;
    Ok(Outcome { files: vec![embed.output.clone()], set_aside: pictures.set_aside, ..Outcome::default() })
}
