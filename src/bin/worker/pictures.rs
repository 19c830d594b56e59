//! The listed images, decoded to one size: bytes as a model takes them.
//!
//! Invariant: a file is opened only below the root, its size is judged by its header before its pixels are unpacked, and what cannot
//! be used is set aside with its reason, never an end of the task.

use std::io::Cursor;
use std::path::Path;

use fantail::job::worker::{Colour, Instances, Listed};
use fantail::number;
use fantail::progress::Stage;
use fantail::source::read_picture;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use rayon::prelude::*;

use crate::engine::End;
use crate::session::Session;

/// What every image is brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Width and height in pixels.
    pub side: u32,
    /// 1 or 3.
    pub channels: u32,
}

impl Shape {
    /// Bytes of an image.
    pub const fn len(self) -> usize {
        (self.side * self.side * self.channels) as usize
    }
}

/// Images of one shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    /// All images, channel by channel, row by row: `[n, channels, side, side]`.
    pub pixels: Vec<u8>,
    /// Their lines of the list, in its order, without those that were set aside.
    pub listed: Vec<Listed>,
    /// The place of each in the list, from 0.
    pub places: Vec<usize>,
    /// How many were set aside.
    pub set_aside: u64,
}

/// The most pixels that are unpacked.
const MOST_PIXELS: u64 = 100_000_000;
/// The most memory that unpacking one image may take, in bytes.
const MOST_MEMORY: u64 = 512 << 20;
/// How many images are decoded between two looks at whoever asked.
const CHUNK: usize = 256;
/// How many images tell whether a dataset is grey.
const PROBED: usize = 200;
/// How far apart the channels of a grey image may be: JPEG is not exact.
const GREY_SPREAD: u8 = 8;

impl Pictures {
    /// Reads the listed images.
    ///
    /// # Errors
    /// [`End`] when the list cannot be read, when no image can be used, or when all of them do not fit into memory.
    pub fn read(instances: &Instances, (side, colour): (u32, Colour), session: &Session) -> Result<(Self, Shape), End> {
        let listed = list(&instances.list)?;
        let shape = Shape { side, channels: channels(instances, &listed, colour) };
        let mut pictures = Self::default();
        let bytes = listed.len().saturating_mul(shape.len());
        pictures.pixels.try_reserve_exact(bytes).map_err(|_| too_large(bytes))?;
        let total = listed.len() as u64;
        session.progress(Stage::Read, 0, total);
        let mut lines = listed.into_iter().enumerate();
        loop {
            let chunk: Vec<(usize, Listed)> = lines.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            session.go_on()?;
            let decoded: Vec<_> = chunk.par_iter().map(|(_, line)| decode(instances, line, shape)).collect();
            for ((place, line), pixels) in chunk.into_iter().zip(decoded) {
                pictures.take(session, (place, line), pixels);
            }
            session.progress(Stage::Read, pictures.listed.len() as u64 + pictures.set_aside, total);
        }
        if pictures.listed.is_empty() {
            let message = format!("none of {total} listed images can be used");
            return Err(End::failed(message, "see the log for each one's reason, and check dataset.image_root"));
        }
        Ok((pictures, shape))
    }

    fn take(&mut self, session: &Session, (place, line): (usize, Listed), pixels: Result<Vec<u8>, String>) {
        match pixels {
            Ok(pixels) => {
                self.pixels.extend_from_slice(&pixels);
                self.listed.push(line);
                self.places.push(place);
            }
            Err(reason) => {
                session.set_aside(&line.id, &reason);
                self.set_aside += 1;
            }
        }
    }
}

/// One image below a root, in a shape; for seeds.
///
/// # Errors
/// Why it cannot be used.
pub fn read_one(instances: &Instances, image: &Path, shape: Shape) -> Result<Vec<u8>, String> {
    let bytes = read_picture(&instances.root, image, instances.linked).map_err(|error| error.to_string())?;
    Ok(fit(&unpack(&bytes)?, shape))
}

fn decode(instances: &Instances, line: &Listed, shape: Shape) -> Result<Vec<u8>, String> {
    read_one(instances, &line.image, shape)
}

/// Decodes an image within the limits; of an animation the first frame.
fn unpack(bytes: &[u8]) -> Result<DynamicImage, String> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    if reader.format().is_none() {
        return Err("not a picture in a format that fantail reads (PNG, JPEG, GIF, WebP, BMP)".into());
    }
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || pixels == 0 {
        let most = MOST_PIXELS / 1_000_000;
        return Err(format!("it claims {width} × {height} pixels; from 1 to {most} million are decoded"));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    decoder.set_limits(limits).map_err(|error| error.to_string())?;
    DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())
}

/// Brings an image to a shape: the shorter side fills it, the middle is kept, what is transparent becomes white.
fn fit(image: &DynamicImage, shape: Shape) -> Vec<u8> {
    let side = shape.side;
    let opaque = if image.color().has_alpha() { on_white(image) } else { image.clone() };
    let sized = if (image.width(), image.height()) == (side, side) {
        opaque
    } else {
        opaque.resize_to_fill(side, side, FilterType::CatmullRom)
    };
    if shape.channels == 1 {
        return sized.into_luma8().into_raw();
    }
    let interleaved = sized.into_rgb8().into_raw();
    (0..3).flat_map(|channel| interleaved.iter().skip(channel).step_by(3).copied()).collect()
}

fn on_white(image: &DynamicImage) -> DynamicImage {
    let mut rgba = image.to_rgba8();
    for pixel in rgba.pixels_mut() {
        let alpha = u16::from(pixel.0[3]);
        for value in &mut pixel.0[..3] {
            *value = ((u16::from(*value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
        pixel.0[3] = 255;
    }
    DynamicImage::ImageRgba8(rgba)
}

fn list(path: &Path) -> Result<Vec<Listed>, End> {
    let next = "start the job again: the list is written anew";
    let unreadable = |reason: String| End::failed(format!("cannot read {}: {reason}", path.display()), next);
    let text = std::fs::read_to_string(path).map_err(|cause| unreadable(cause.to_string()))?;
    let line = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| unreadable(format!("line {}: {error}", number + 1)))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(line).collect()
}

/// The channels that images get.
fn channels(instances: &Instances, listed: &[Listed], colour: Colour) -> u32 {
    match colour {
        Colour::Grey => 1,
        Colour::Colour => 3,
        Colour::Auto => {
            let stride = listed.len().div_ceil(PROBED).max(1);
            let probe = Shape { side: 16, channels: 3 };
            let probed: Vec<_> = listed.iter().step_by(stride).collect();
            let coloured = |line: &&Listed| decode(instances, line, probe).is_ok_and(|pixels| !is_grey(&pixels));
            if probed.par_iter().any(coloured) { 3 } else { 1 }
        }
    }
}

/// Whether the three planes of an image are the same.
fn is_grey(planes: &[u8]) -> bool {
    let plane = planes.len() / 3;
    let (red, rest) = planes.split_at(plane);
    let (green, blue) = rest.split_at(plane);
    red.iter().zip(green).zip(blue).all(|((red, green), blue)| {
        let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
        most - least <= GREY_SPREAD
    })
}

fn too_large(bytes: usize) -> End {
    let message =
        format!("the images need {} of memory at this size, and it is not to be had", number::bytes(bytes as u64));
    End::failed(message, "choose a smaller side, or train on fewer instances")
}

#[cfg(test)]
mod tests;
