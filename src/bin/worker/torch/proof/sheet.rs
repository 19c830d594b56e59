//! A sheet of pictures as PNG: each real seed beside what was made of it.
//!
//! Invariant: pictures are written as they are, neither picked nor retouched.

use std::path::Path;

use image::{GrayImage, RgbImage};
use tch::{Device, Tensor};

use crate::torch::error::TorchError;

/// Writes rows of pictures, each row bytes (n, channels, size, size).
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, rows: &[Tensor]) -> Result<(), TorchError> {
    let strips: Vec<Tensor> = rows
        .iter()
        .map(|row| {
            let size = row.size();
            row.permute([2, 0, 3, 1]).reshape([size[2], size[0] * size[3], size[1]])
        })
        .collect();
    let sheet = Tensor::cat(&strips, 0).to_device(Device::Cpu).contiguous();
    let (size, count) = (sheet.size(), sheet.numel());
    let mut bytes = vec![0; count];
    sheet.copy_data_u8(&mut bytes, count);
    let (width, height) = (size[1] as u32, size[0] as u32);
    let bad = || TorchError::Image { path: path.to_owned(), reason: "rows of different sizes".to_owned() };
    let saved = if size[2] == 1 {
        GrayImage::from_raw(width, height, bytes).ok_or_else(bad)?.save(path)
    } else {
        RgbImage::from_raw(width, height, bytes).ok_or_else(bad)?.save(path)
    };
    saved.map_err(|error| TorchError::Image { path: path.to_owned(), reason: error.to_string() })
}
