//! The embedding task: a vector for every listed image, from the middle of the trained U-Net.
//!
//! Invariant: row n of the file belongs to line n of the list; an image that cannot be used has a row of NaN.

use fantail::job::worker::{Colour, Embed, Outcome};
use fantail::progress::Stage;
use tch::{Device, Tensor};

use super::end;
use super::folder::{self, Folder};
use crate::engine::End;
use crate::pictures::Pictures;
use crate::session::Session;
use crate::torch::checkpoint;
use crate::torch::compute::Compute;
use crate::torch::error::{TorchError, guard};
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
    write(embed, &vectors).map_err(end)?;
    Ok(Outcome { files: vec![embed.output.clone()], set_aside: pictures.set_aside, ..Outcome::default() })
}

/// The vectors as `.npy` of float32 (NumPy's format 1.0).
fn write(embed: &Embed, vectors: &[Vec<f32>]) -> Result<(), TorchError> {
    let width = vectors.iter().map(Vec::len).max().unwrap_or(0);
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {width}), }}", vectors.len());
    let padding = (10 + header.len() + 1).next_multiple_of(64) - (10 + header.len() + 1);
    header.push_str(&" ".repeat(padding));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    for vector in vectors {
        let numbers = vector.iter().copied().chain(std::iter::repeat(f32::NAN)).take(width);
        bytes.extend(numbers.flat_map(f32::to_le_bytes));
    }
    folder::write(&embed.output, &bytes, true)
}
