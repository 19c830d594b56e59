//! Pictures between files and tensors.
//!
//! Invariant: the same pixels give the same bytes.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use tch::{Device, Tensor};

use crate::torch::error::TorchError;

/// A picture of bytes (channels, size, size) as the bytes of a PNG file.
///
/// # Errors
/// A shape that is no picture.
pub fn png(picture: &Tensor, path: &Path) -> Result<Vec<u8>, TorchError> {
    let planes = picture.permute([1, 2, 0]).to_device(Device::Cpu).contiguous();
    let (size, count) = (planes.size(), planes.numel());
    let mut pixels = vec![0; count];
    planes.copy_data_u8(&mut pixels, count);
    let (width, height) = (size[1] as u32, size[0] as u32);
    let image = if size[2] == 1 {
        GrayImage::from_raw(width, height, pixels).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
    };
    let wrong = |reason: String| TorchError::Image { path: path.to_owned(), reason };
    let mut bytes = Cursor::new(Vec::new());
    let image = image.ok_or_else(|| wrong("neither grey nor colour".to_owned()))?;
    image.write_to(&mut bytes, ImageFormat::Png).map_err(|error| wrong(error.to_string()))?;
    Ok(bytes.into_inner())
}
