//! What makes the pictures of a task: the model trained on the user's own, or an exported pipeline.
//!
//! Invariant: the name that a candidate's noise is drawn for hangs on its picture and its number alone.

use fantail::job::worker::{Planned, Sample};
use tch::Tensor;

use crate::pictures::Shape;
use crate::torch::bundle::{Bundle, Wish};
use crate::torch::checkpoint;
use crate::torch::compute::Compute;
use crate::torch::diffusion::Model;
use crate::torch::error::{TorchError, guard};
use crate::torch::sample::{Request, SampleConfig, sample};
use crate::torch::task::folder::{self, Folder};
use crate::torch::weights::Weights;

/// A planned picture whose seed is there, or was none.
pub struct Ready<'a> {
    /// What is to be made.
    pub planned: &'a Planned,
    /// The seed (channels, side, side) in [−1, 1].
    pub seed: Option<Tensor>,
}

/// What makes the pictures.
pub enum Maker {
    /// The trained model, with the averaged weights.
    Trained(Box<Trained>),
    /// An exported pipeline.
    Exported(Box<Bundle>),
}

/// The trained model as it samples.
pub struct Trained {
    model: Model,
    weights: Weights,
    /// The lowest level that it has learned.
    earliest: f64,
}

impl Maker {
    /// Opens what the task names; with it come the entities' names.
    ///
    /// # Errors
    /// A file that cannot be read or is not what it should be.
    pub fn open(task: &Sample, compute: Compute) -> Result<(Self, Vec<String>), TorchError> {
        let folder = Folder::new(&task.model);
        if let Some(bundle) = &task.bundle {
            return Ok((Self::Exported(Box::new(Bundle::open(bundle, compute)?)), folder::names(&folder.names())?));
        }
        let (trainer, origin) = checkpoint::load(&folder.model(), compute)?;
        let weights = guard(|| Ok(trainer.model.view(&trainer.parameters.average)))?;
        let earliest = 1.0 - trainer.config.time_max;
        Ok((Self::Trained(Box::new(Trained { model: trainer.model, weights, earliest })), origin.entities))
    }

    /// The shape that seeds are brought to.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Trained(trained) => {
                let config = trained.model.unet.config();
                Shape { side: config.size as u32, channels: config.channels as u32 }
            }
            Self::Exported(bundle) => Shape { side: bundle.size() as u32, channels: 3 },
        }
    }

    /// Why a level cannot be begun from, where it cannot.
    pub fn refuses(&self, level: f64) -> Option<String> {
        if !(0.0..=1.0).contains(&level) {
            return Some(format!("level {level}; a level is from 0 to 1"));
        }
        let Self::Trained(trained) = self else { return None };
        let earliest = trained.earliest;
        let beyond = level + 1e-6 < earliest.min(1.0) && earliest > 0.01;
        beyond.then(|| format!("level {level}; the model learned levels from {earliest:.2} to 1"))
    }

    /// The candidates of each picture, `each` of them, one picture's after the other's; bytes on the CPU.
    ///
    /// # Errors
    /// Too little memory, or a failure of libtorch.
    pub fn make(
        &self,
        (ready, names, each): (&[Ready<'_>], &[String], usize),
        config: &SampleConfig,
        told: &mut dyn FnMut(usize),
    ) -> Result<Tensor, TorchError> {
        let all = ready.iter().flat_map(|ready| (0..each).map(move |number| (ready, number)));
        match self {
            Self::Trained(trained) => {
                let requests: Vec<Request> = all.map(|(ready, number)| request(ready, number)).collect();
                halved(&requests, &mut |part| sample(&trained.model, &trained.weights, part, config), told)
            }
            Self::Exported(bundle) => {
                let wishes: Vec<Wish> = all.map(|(ready, number)| wish(bundle, names, ready, number)).collect();
                halved(&wishes, &mut |part| bundle.sample(part, config), told)
            }
        }
    }
}

/// All at once, or by whole where memory is short; `told` hears how many are tried then.
fn halved<T>(
    wanted: &[T],
    make: &mut dyn FnMut(&[T]) -> Result<Tensor, TorchError>,
    told: &mut dyn FnMut(usize),
) -> Result<Tensor, TorchError> {
    match make(wanted) {
        Err(TorchError::OutOfMemory(_)) if wanted.len() > 1 => {
            let (left, right) = wanted.split_at(wanted.len() / 2);
            told(left.len());
            Ok(Tensor::cat(&[halved(left, make, told)?, halved(right, make, told)?], 0))
        }
        pictures => pictures,
    }
}

fn name(planned: &Planned, number: usize) -> String {
    if number == 0 { planned.id.clone() } else { format!("{} candidate {number}", planned.id) }
}

fn seed(ready: &Ready<'_>) -> Option<Tensor> {
    ready.seed.as_ref().map(Tensor::shallow_clone)
}

fn request(ready: &Ready<'_>, number: usize) -> Request {
    let planned = ready.planned;
    Request {
        id: name(planned, number),
        noise: planned.seed,
        entity: planned.entities.first().map_or(0, |&entity| i64::from(entity)),
        guidance: planned.level,
        seed: seed(ready),
    }
}

fn wish(bundle: &Bundle, names: &[String], ready: &Ready<'_>, number: usize) -> Wish {
    let planned = ready.planned;
    let entity = planned.entities.first().and_then(|&entity| names.get(entity as usize)).map_or("", String::as_str);
    Wish {
        id: name(planned, number),
        noise: planned.seed,
        prompt: bundle.prompt(entity, &planned.caption),
        level: planned.level,
        seed: seed(ready),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_too_large_is_halved_until_it_fits_and_keeps_its_order() {
        let wanted: Vec<i64> = (0..13).collect();
        let mut heard = Vec::new();
        let mut make = |part: &[i64]| {
            if part.len() > 3 {
                return Err(TorchError::OutOfMemory("CUDA out of memory".into()));
            }
            Ok(Tensor::from_slice(part))
        };
        let whole = halved(&wanted, &mut make, &mut |count| heard.push(count)).unwrap();
        assert_eq!(Vec::<i64>::try_from(whole).unwrap(), wanted);
        assert_eq!(heard[..2], [6, 3]);
        let mut never = |_: &[i64]| Err(TorchError::OutOfMemory("CUDA out of memory".into()));
        assert!(matches!(halved(&wanted, &mut never, &mut |_| ()), Err(TorchError::OutOfMemory(_))));
    }
}
