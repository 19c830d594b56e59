//! What was made for a long tail, kept beside the proof: made once, however often the proof is taken up again.
//!
//! The file is also what `benches/copies.py` looks for copies in: the real pictures stand in it beside the synthetic ones.
//!
//! Invariant: what is taken up was made from the same pictures, by as long a training, at the same levels.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fantail::job::worker::Filters;
use tch::Tensor;

use super::Plan;
use super::fashion::CLASSES;
use super::make::Made;
use crate::torch::checkpoint;
use crate::torch::error::TorchError;
use crate::torch::images::Images;

/// The metadata's key of what it was made from.
const KEY: &str = "made_from";

/// The place of what is made for one order of the classes.
pub struct Kept<'a> {
    path: PathBuf,
    from: String,
    images: &'a Images,
}

impl<'a> Kept<'a> {
    /// The place for an order.
    pub fn at(name: &str, images: &'a Images, plan: &Plan) -> Self {
        let from = format!(
            "{:016x} {} {:?} {:?}, copies by entity",
            images.fingerprint(),
            plan.diffusion_steps,
            plan.levels,
            Filters::default()
        );
        Self { path: plan.output.join(format!("{name}-made.safetensors")), from, images }
    }

    /// What lies there, if it was made from the same.
    pub fn load(&self) -> Option<Made> {
        let (mut tensors, metadata) = checkpoint::read(&self.path).ok()?;
        if metadata.get(KEY) != Some(&self.from) {
            return None;
        }
        let classes = Vec::<i64>::try_from(tensors.remove("made_classes")?).ok()?;
        let mut by_entity = vec![Vec::new(); CLASSES];
        for (row, class) in classes.into_iter().enumerate() {
            by_entity.get_mut(class as usize)?.push(row as u32);
        }
        Some(Made { pixels: tensors.remove("made")?, by_entity })
    }

    /// Writes it, with the real pictures and the classes of both.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn saved(&self, made: Made) -> Result<Made, TorchError> {
        let tensors = [
            ("made".to_owned(), made.pixels.shallow_clone()),
            ("made_classes".to_owned(), classes(&made.by_entity)),
            ("real".to_owned(), self.images.pixels.shallow_clone()),
            ("real_classes".to_owned(), classes(&self.images.by_entity)),
        ];
        checkpoint::write(&self.path, &tensors, &BTreeMap::from([(KEY.to_owned(), self.from.clone())]))?;
        Ok(made)
    }
}

/// The class of each picture.
fn classes(by_entity: &[Vec<u32>]) -> Tensor {
    let mut classes = vec![0_i64; by_entity.iter().map(Vec::len).sum()];
    for (class, list) in by_entity.iter().enumerate() {
        for &row in list {
            classes[row as usize] = class as i64;
        }
    }
    Tensor::from_slice(&classes)
}
