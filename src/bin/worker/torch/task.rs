//! The tasks of the protocol, done with libtorch: training, sampling, embedding.
//!
//! Invariant: a task reports through its session alone; every file it leaves is whole.

mod alone;
pub mod cluster;
pub mod embed;
mod failure;
mod folder;
mod npy;
mod picture;
mod reference;
mod rough;
pub mod sample;
pub mod settings;
pub mod short;
#[cfg(test)]
mod tests;
pub mod train;

use fantail::job::worker::Listed;
use tch::Tensor;

use super::error::TorchError;
use super::images::Images;
use crate::pictures::{Pictures, Shape};

use alone::alone;
pub use failure::end;

/// Pictures as the model takes them; `entities` is how many there are.
fn images(pictures: &Pictures, shape: Shape, entities: usize) -> Result<Images, TorchError> {
    let count = pictures.listed.len() as i64;
    let (channels, side) = (i64::from(shape.channels), i64::from(shape.side));
    let pixels = Tensor::from_slice(&pictures.pixels).view([count, channels, side, side]);
    Images::new(pixels, by_entity(&pictures.listed, entities))
}

/// For each entity the places of the pictures that hold it; numbers beyond the names are passed over.
fn by_entity(listed: &[Listed], entities: usize) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); entities];
    for (place, line) in listed.iter().enumerate() {
        for &entity in &line.entities {
            if let Some(list) = lists.get_mut(entity as usize) {
                list.push(place as u32);
            }
        }
    }
    lists
}
