//! The pictures that the model learns from, with the entities they hold, and the draw of a batch.
//!
//! Invariant: a batch depends on the seed, the step and the pictures' order alone.

use tch::{Device, Kind, Tensor};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::error::{TorchError, guard};
use super::random::Stream;

/// Pictures in memory, with entities both ways.
#[derive(Debug)]
pub struct Images {
    /// (n, channels, size, size), bytes, on the CPU.
    pub pixels: Tensor,
    /// For each entity the pictures that hold it.
    pub by_entity: Vec<Vec<u32>>,
}

/// One drawn batch on the device.
#[derive(Debug)]
pub struct Batch {
    /// (n, channels, size, size) in [−1, 1].
    pub pictures: Tensor,
    /// (n) entity indices.
    pub entities: Tensor,
}

impl Images {
    /// Checks that the lists fit the pixels.
    ///
    /// # Errors
    /// No picture, no entity that has one, or a list that points outside.
    pub fn new(pixels: Tensor, by_entity: Vec<Vec<u32>>) -> Result<Self, TorchError> {
        let count = pixels.size().first().copied().unwrap_or(0);
        if count == 0 || pixels.kind() != Kind::Uint8 {
            return Err(TorchError::Setting("there is no picture to learn from".to_owned()));
        }
        let outside = by_entity.iter().flatten().any(|&index| i64::from(index) >= count);
        if outside || by_entity.iter().all(Vec::is_empty) {
            return Err(TorchError::Setting("no picture holds any of the entities".to_owned()));
        }
        Ok(Self { pixels, by_entity })
    }

    /// What tells these pictures and lists from others: a run is resumed on the same ones alone.
    pub fn fingerprint(&self) -> u64 {
        let count = self.pixels.numel();
        let mut bytes = vec![0; count];
        self.pixels.contiguous().copy_data_u8(&mut bytes, count);
        self.by_entity.iter().fold(xxh3_64(&bytes), |hash, list| {
            let list: Vec<u8> = list.iter().flat_map(|index| index.to_le_bytes()).collect();
            xxh3_64_with_seed(&list, hash)
        })
    }

    /// How many pictures.
    pub fn count(&self) -> usize {
        self.pixels.size()[0] as usize
    }

    /// The pictures at `indices` in [−1, 1] on `device`.
    pub fn pictures(&self, indices: &[i64], device: Device) -> Tensor {
        to_signed(&self.pixels.index_select(0, &Tensor::from_slice(indices)).to_device(device))
    }

    /// Cumulative share of each entity: `(1 − balance)·n_e/Σn + balance/entities`.
    ///
    /// Entities without pictures have none. At 0 batches follow the data, at 1 all entities are alike: what the head teaches about shapes serves the tail, and the
    /// tail is still seen often enough to be learned (the mixture of Kang et al., 2020).
    pub fn shares(&self, balance: f64) -> Vec<f64> {
        let total: usize = self.by_entity.iter().map(Vec::len).sum();
        let there = self.by_entity.iter().filter(|list| !list.is_empty()).count();
        let mut sum = 0.0;
        let shares = self.by_entity.iter().map(|list| {
            let even = if list.is_empty() { 0.0 } else { balance / there as f64 };
            sum += (1.0 - balance) * list.len() as f64 / total as f64 + even;
            sum
        });
        shares.collect()
    }

    /// `count` pairs (picture, entity): an entity by `shares`, then one of its pictures.
    pub fn draw(&self, stream: &mut Stream, count: usize, shares: &[f64]) -> Vec<(i64, i64)> {
        let pairs = (0..count).map(|_| {
            let point = stream.unit() * shares.last().copied().unwrap_or(1.0);
            let entity = shares.partition_point(|&share| share <= point).min(shares.len() - 1);
            let list = &self.by_entity[entity];
            // Rounding may lead to an empty list at the very end: the first picture then stands for nothing in particular.
            (list.get(stream.below(list.len())).map_or(0, |&index| i64::from(index)), entity as i64)
        });
        pairs.collect()
    }

    /// A batch on `device`, half of it mirrored if `mirror`.
    pub fn batch(&self, pairs: &[(i64, i64)], mirror: Option<&mut Stream>, device: Device) -> Batch {
        let (indices, entities): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
        let mut pictures = self.pictures(&indices, device);
        if let Some(stream) = mirror {
            let coins: Vec<bool> = indices.iter().map(|_| stream.unit() < 0.5).collect();
            let coins = Tensor::from_slice(&coins).to_device(device).view([-1, 1, 1, 1]);
            pictures = pictures.flip([3]).where_self(&coins, &pictures);
        }
        Batch { pictures, entities: Tensor::from_slice(&entities).to_device(device) }
    }
}

/// Bytes (n, channels, side, side) as a smaller or greyer shape (side, channels) wants them, or as they are.
///
/// # Errors
/// Too little memory.
pub fn fitted(pixels: &Tensor, (side, channels): (i64, i64)) -> Result<Tensor, TorchError> {
    if pixels.size()[1..] == [channels, side, side] {
        return Ok(pixels.shallow_clone());
    }
    guard(|| {
        let mut fitted = pixels.to_kind(Kind::Float).adaptive_avg_pool2d([side, side]);
        if channels == 1 && pixels.size()[1] == 3 {
            let luma = Tensor::from_slice(&[0.2126_f32, 0.7152, 0.0722]).view([1, 3, 1, 1]).to_device(pixels.device());
            fitted = (fitted * luma).sum_dim_intlist([1_i64].as_slice(), true, Kind::Float);
        }
        Ok(fitted.round().to_kind(Kind::Uint8).expand([-1, channels, side, side], false).contiguous())
    })
}

/// Bytes to numbers in [−1, 1].
pub fn to_signed(pixels: &Tensor) -> Tensor {
    pixels.to_kind(Kind::Float) / 127.5 - 1.0
}

/// Numbers in [−1, 1] to bytes.
pub fn to_bytes(pictures: &Tensor) -> Tensor {
    ((pictures.clamp(-1.0, 1.0) + 1.0) * 127.5).round().to_kind(Kind::Uint8)
}
