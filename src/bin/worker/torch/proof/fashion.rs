//! Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017) from its four IDX files, and its long-tailed version.
//!
//! Invariant: a file whose length is not Fashion-MNIST's is refused; the test part is never thinned.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use tch::Tensor;

use crate::torch::error::TorchError;
use crate::torch::images::Images;
use crate::torch::random::Stream;

/// How many classes.
pub const CLASSES: usize = 10;

/// The names of the classes.
pub const NAMES: [&str; CLASSES] =
    ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];

/// Training or test part.
#[derive(Debug)]
pub struct Split {
    /// (n, 1, 32, 32) bytes: the 28 pixels with a black border.
    pub pixels: Tensor,
    /// A class each.
    pub labels: Vec<u8>,
}

impl Split {
    /// Reads `train` or `t10k`.
    ///
    /// # Errors
    /// A file that is missing or not what it should be.
    pub fn read(folder: &Path, name: &str) -> Result<Self, TorchError> {
        let images = unpack(&folder.join(format!("{name}-images-idx3-ubyte.gz")))?;
        let labels = unpack(&folder.join(format!("{name}-labels-idx1-ubyte.gz")))?;
        let count = labels.len().saturating_sub(8);
        if count == 0 || images.len() != 16 + count * 784 {
            return Err(TorchError::Setting(format!("{}: not Fashion-MNIST", folder.display())));
        }
        let pixels = Tensor::from_slice(&images[16..]).view([count as i64, 1, 28, 28]).constant_pad_nd([2, 2, 2, 2]);
        Ok(Self { pixels, labels: labels[8..].to_vec() })
    }
}

fn unpack(path: &Path) -> Result<Vec<u8>, TorchError> {
    let file = File::open(path).map_err(|error| TorchError::file(path, error))?;
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).map_err(|error| TorchError::file(path, error))?;
    Ok(bytes)
}

/// The class orders from head to tail: in the natural one the tail classes are the easy ones.
pub fn orders() -> Vec<(String, Vec<usize>)> {
    let natural: Vec<usize> = (0..CLASSES).collect();
    let reversed = natural.iter().rev().copied().collect();
    let mut random = natural.clone();
    Stream::new(42, "classes", "order").shuffle(&mut random);
    vec![("natural".to_owned(), natural), ("reversed".to_owned(), reversed), ("random".to_owned(), random)]
}

/// The long-tailed set: the class of rank r keeps `6000·imbalance^(−r/9)` pictures (Cui et al., 2019). Entities are classes.
///
/// # Errors
/// A class without pictures.
pub fn long_tail(split: &Split, order: &[usize], imbalance: f64) -> Result<Images, TorchError> {
    let mut by_class = vec![Vec::new(); CLASSES];
    for (index, &label) in split.labels.iter().enumerate() {
        by_class[usize::from(label)].push(index as i64);
    }
    let (mut kept, mut lists) = (Vec::new(), vec![Vec::new(); CLASSES]);
    for (rank, &class) in order.iter().enumerate() {
        let share = imbalance.powf(-(rank as f64) / (CLASSES - 1) as f64);
        let count = (by_class[class].len() as f64 * share).round() as usize;
        for &index in by_class[class].iter().take(count) {
            lists[class].push(kept.len() as u32);
            kept.push(index);
        }
    }
    Images::new(split.pixels.index_select(0, &Tensor::from_slice(&kept)), lists)
}
