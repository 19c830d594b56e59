//! The embedding task: a vector for every listed image, from an exported encoder, or from the middle of the trained U-Net, or, where
//! there is none, from the classifier.
//!
//! Invariant: row n of the file belongs to line n of the list; an image that cannot be used has a row of NaN.

use std::path::Path;

use fantail::job::worker::{Colour, Embed, Outcome};
use fantail::progress::Stage;
use tch::{Device, Tensor};

use super::folder::Folder;
use super::{end, npy};
use crate::engine::End;
use crate::pictures::Pictures;
use crate::session::Session;
use crate::torch::bundle::Eyes;
use crate::torch::checkpoint;
use crate::torch::compute::Compute;
use crate::torch::diffusion::Model;
use crate::torch::encoder::Judge;
use crate::torch::error::{TorchError, guard};
use crate::torch::images::to_signed;
use crate::torch::weights::Weights;

/// What looks at the images.
enum Looker {
    Exported(Eyes),
    Unet(Box<(Model, Weights)>),
    Classifier(Judge),
}

impl Looker {
    fn open(folder: &Path, compute: Compute) -> Result<Self, TorchError> {
        if Eyes::are_in(folder) {
            return Ok(Self::Exported(Eyes::open(folder, compute)?));
        }
        let files = Folder::new(folder);
        if files.model().exists() {
            let (trainer, _) = checkpoint::load(&files.model(), compute)?;
            let weights = guard(|| Ok(trainer.model.view(&trainer.parameters.average)))?;
            return Ok(Self::Unet(Box::new((trainer.model, weights))));
        }
        Ok(Self::Classifier(Judge::load(&files.encoder(), compute)?))
    }

    /// Pixels a side, and channels.
    fn shape(&self) -> (i64, i64) {
        match self {
            Self::Exported(eyes) => (eyes.size(), 3),
            Self::Unet(unet) => (unet.0.unet.config().size, unet.0.unet.config().channels),
            Self::Classifier(judge) => judge.shape(),
        }
    }

    fn vectors(&self, pixels: &Tensor) -> Result<Tensor, TorchError> {
        match self {
            Self::Exported(eyes) => eyes.vectors(pixels),
            Self::Unet(unet) => guard(|| {
                let (model, weights) = &**unet;
                Ok(model.embed(weights, &to_signed(&pixels.to_device(model.compute.device))).to_device(Device::Cpu))
            }),
            Self::Classifier(judge) => Ok(judge.opinion(pixels)?.features),
        }
    }
}

/// Writes the vectors.
///
/// # Errors
/// [`End`]; nothing is written then.
pub fn embed(embed: &Embed, compute: Compute, session: &Session) -> Result<Outcome, End> {
    if !embed.encoder.is_dir() {
        let message = format!("{} is neither an exported encoder nor a trained model", embed.encoder.display());
        return Err(End::failed(
            message,
            "name the folder that assets/bundle/encoder.py wrote, or train the model first",
        ));
    }
    let looker = Looker::open(&embed.encoder, compute).map_err(end)?;
    let (side, channels) = looker.shape();
    let colour = if channels == 1 { Colour::Grey } else { Colour::Colour };
    let (pictures, shape) = Pictures::read(&embed.instances, (side as u32, colour), session)?;
    let (rows, total) = (pictures.listed.len() + pictures.set_aside as usize, pictures.listed.len() as u64);
    let mut vectors: Vec<Vec<f32>> = vec![Vec::new(); rows];
    let batch = embed.batch.max(1) as usize;
    for (number, pixels) in pictures.pixels.chunks(batch * shape.len()).enumerate() {
        session.go_on()?;
        let count = pixels.len() / shape.len();
        let pixels = Tensor::from_slice(pixels).view([count as i64, channels, side, side]);
        let part = looker.vectors(&pixels).and_then(|made| guard(|| Ok(Vec::<Vec<f32>>::try_from(made)?)));
        let from = number * batch;
        for (place, vector) in pictures.places[from..from + count].iter().zip(part.map_err(end)?) {
            vectors[*place] = vector;
        }
        session.progress(Stage::Embed, (from + count) as u64, total);
    }
    npy::write(&embed.output, &vectors).map_err(end)?;
    Ok(Outcome { files: vec![embed.output.clone()], set_aside: pictures.set_aside, ..Outcome::default() })
}
