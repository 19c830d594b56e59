//! Rough pictures while a model is trained: what it makes of a few rare training pictures so far.
//!
//! Invariant: they change nothing of the training, and a failure to make them never ends it.

use fantail::job::worker::TrainSettings;
use tch::Tensor;

use super::folder::{self, Folder};
use super::picture;
use crate::session::Session;
use crate::torch::error::{TorchError, guard};
use crate::torch::images::{Images, to_signed};
use crate::torch::sample::{Request, SampleConfig, sample};
use crate::torch::train::Trainer;

/// The step of the first ones; each further time twice as late.
const FIRST: u64 = 50;
/// How many.
const SHOWN: usize = 3;
/// The least level of image guidance at which they are made: enough stays of the seed for something to be seen early.
const LEVEL: f64 = 0.35;

/// Whether rough pictures are due after a step.
pub fn due(step: u64) -> bool {
    step.is_multiple_of(FIRST) && (step / FIRST).is_power_of_two()
}

/// Makes rough pictures and shows them; a reason why not is a line of the log.
pub fn show(
    trainer: &Trainer,
    images: &Images,
    (folder, names): (&Folder, &[String]),
    (settings, session): (&TrainSettings, &Session),
) {
    let level = settings.lowest_level.max(LEVEL);
    if let Err(error) = made(trainer, images, (folder, level), (names, session)) {
        session.log(format!("no rough pictures: {error}"));
    }
}

fn made(
    trainer: &Trainer,
    images: &Images,
    (folder, level): (&Folder, f64),
    (names, session): (&[String], &Session),
) -> Result<(), TorchError> {
    let chosen = rarest(images);
    let seeds: Vec<Tensor> = chosen.iter().map(|&(_, place)| images.pixels.get(place)).collect();
    let requests = chosen.iter().zip(&seeds).map(|(&(entity, place), seed)| Request {
        id: format!("rough {place}"),
        noise: trainer.config.seed,
        entity: entity as i64,
        guidance: level,
        seed: Some(to_signed(seed)),
    });
    let requests: Vec<Request> = requests.collect();
    let weights = guard(|| Ok(trainer.model.view(&trainer.parameters.average)))?;
    let pixels = sample(&trainer.model, &weights, &requests, &SampleConfig::default())?;
    let step = trainer.parameters.step;
    for (number, (made, seed)) in pixels.unbind(0).iter().zip(&seeds).enumerate() {
        let real = folder.rough(&format!("seed-{number}"));
        let rough = folder.rough(&format!("{step:06}-{number}"));
        for (path, picture) in [(&real, seed), (&rough, made)] {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| TorchError::file(parent, error))?;
            }
            folder::write(path, &picture::png(picture, path)?, false)?;
        }
        let caption = names.get(chosen[number].0).map_or("", String::as_str);
        session.picture(&rough, Some(&real), &format!("{caption} · step {step}"));
    }
    Ok(())
}

/// The rarest entities that have a picture, each with its first one.
fn rarest(images: &Images) -> Vec<(usize, i64)> {
    let mut held: Vec<(usize, usize)> = images
        .by_entity
        .iter()
        .map(Vec::len)
        .enumerate()
        .filter(|&(_, count)| count > 0)
        .map(|(entity, count)| (count, entity))
        .collect();
    held.sort_unstable();
    held.iter().take(SHOWN).map(|&(_, entity)| (entity, i64::from(images.by_entity[entity][0]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rough_pictures_become_rarer() {
        let shown: Vec<u64> = (0..3000).filter(|&step| due(step)).collect();
        assert_eq!(shown, [50, 100, 200, 400, 800, 1600]);
    }

    #[test]
    fn the_rarest_entities_are_shown() {
        let pixels = Tensor::zeros([4, 1, 2, 2], (tch::Kind::Uint8, tch::Device::Cpu));
        let images = Images::new(pixels, vec![vec![0, 1, 2], vec![], vec![3], vec![1, 2]]).unwrap();
        assert_eq!(rarest(&images), [(2, 3), (3, 1), (0, 0)]);
    }
}
