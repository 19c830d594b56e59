//! The pictures that a model learned from, kept beside it: what the filters hold new pictures against.
//!
//! Invariant: what is damaged is refused, not judged by.

use std::collections::BTreeMap;
use std::path::Path;

use tch::Tensor;

use crate::torch::checkpoint;
use crate::torch::error::{TorchError, guard};
use crate::torch::images::Images;

/// Writes pictures and the lists of their entities.
///
/// # Errors
/// The file cannot be written.
pub fn save(path: &Path, images: &Images) -> Result<(), TorchError> {
    let offsets = std::iter::once(0).chain(images.by_entity.iter().scan(0_i64, |sum, list| {
        *sum += list.len() as i64;
        Some(*sum)
    }));
    let offsets: Vec<i64> = offsets.collect();
    let members: Vec<i64> = images.by_entity.iter().flatten().map(|&index| i64::from(index)).collect();
    guard(|| {
        let tensors = [
            ("members".to_owned(), Tensor::from_slice(&members)),
            ("offsets".to_owned(), Tensor::from_slice(&offsets)),
            ("pixels".to_owned(), images.pixels.shallow_clone()),
        ];
        checkpoint::write(path, &tensors, &BTreeMap::new())
    })
}

/// Reads them back.
///
/// # Errors
/// The file cannot be read or is damaged.
pub fn load(path: &Path) -> Result<Images, TorchError> {
    let (mut tensors, _) = checkpoint::read(path)?;
    let mut take =
        |name: &str| tensors.remove(name).ok_or_else(|| TorchError::checkpoint(path, format!("{name} is missing")));
    let (pixels, members, offsets) = (take("pixels")?, take("members")?, take("offsets")?);
    guard(|| {
        let (members, offsets) = (Vec::<i64>::try_from(members)?, Vec::<i64>::try_from(offsets)?);
        let lists: Option<Vec<Vec<u32>>> = offsets
            .windows(2)
            .map(|pair| {
                let list = members.get(usize::try_from(pair[0]).ok()?..usize::try_from(pair[1]).ok()?)?;
                list.iter().map(|&index| u32::try_from(index).ok()).collect()
            })
            .collect();
        Images::new(pixels, lists.ok_or_else(|| TorchError::checkpoint(path, "its lists lead outside"))?)
    })
}
