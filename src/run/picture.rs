//! Decodes pictures for the screen.
//!
//! Invariant: a picture that claims to be huge is refused before its pixels are unpacked; what is kept is no larger than a terminal
//! can show.

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use image::{ImageReader, Limits};

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::Message;
use crate::app::model::Picture;
use crate::load::Loaded;
use crate::number;
use crate::source::{Image, Instance, SourceError};

/// The largest width and height that is decoded, in pixels.
const LARGEST_SIDE: u32 = 20_000;
/// The most pixels that are decoded: a picture that a camera makes, not one that fills the memory with nothing.
const MOST_PIXELS: u64 = 100_000_000;
/// The most memory that decoding may take, in bytes.
const MOST_MEMORY: u64 = 512 << 20;
/// The largest encoded picture that is decoded, in bytes.
const LARGEST_FILE: usize = 128 << 20;
/// The largest width and height that is kept, in pixels.
const KEPT_SIDE: u32 = 640;

/// Which picture of which instance.
pub(super) struct Request {
    pub(super) loaded: Arc<Loaded>,
    pub(super) number: usize,
    pub(super) image: usize,
}

/// Answers a request.
pub(super) fn decode(request: Request, wanted: &Wanted, sender: &Sender) {
    let Request { loaded, number, image } = request;
    let mut instance = Instance::default();
    loaded.dataset.read(number, &mut instance);
    let picture = instance.images.get(image).ok_or_else(|| "there is no such picture".to_owned());
    let picture = picture.and_then(|image| bytes_of(&loaded, image)).and_then(|bytes| unpack(&bytes));
    sender.tell(Message::ImageDecoded { generation: wanted.generation(), picture: picture.map(Arc::new) });
}

/// Decodes the picture in a file.
///
/// # Errors
/// Why it cannot be shown.
pub(super) fn from_file(path: &Path) -> Result<Picture, String> {
    let told = |cause: std::io::Error| format!("{}: {cause}", path.display());
    let size = std::fs::metadata(path).map_err(told)?.len();
    if size > LARGEST_FILE as u64 {
        return Err(format!("{} has {}", path.display(), number::bytes(size)));
    }
    unpack(&std::fs::read(path).map_err(told)?)
}

fn bytes_of<'i>(loaded: &Loaded, image: &'i Image<'_>) -> Result<Cow<'i, [u8]>, String> {
    let bytes = loaded.dataset.image_bytes(image).map_err(|error| told(&error))?;
    if bytes.len() > LARGEST_FILE {
        let (size, most) = (number::bytes(bytes.len() as u64), number::bytes(LARGEST_FILE as u64));
        return Err(format!("the picture has {size}; at most {most} are decoded"));
    }
    Ok(bytes)
}

/// Why a picture is not there, and for one that is looked for in the wrong folder what to do.
fn told(error: &SourceError) -> String {
    match error {
        SourceError::Unreadable { cause, .. } if cause.kind() == ErrorKind::NotFound => {
            format!(
                "{error}; if the pictures are elsewhere, name their folder in the recipe: [dataset] image_root = \"…\""
            )
        }
        _ => error.to_string(),
    }
}

/// Decodes a picture within the limits and reduces it.
fn unpack(bytes: &[u8]) -> Result<Picture, String> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let Some(format) = reader.format() else {
        return Err("not a picture in a format that fantail reads (PNG, JPEG, GIF, WebP, BMP)".into());
    };
    let claimed = ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = claimed.into_dimensions().map_err(|error| error.to_string())?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        let most = number::count(MOST_PIXELS);
        return Err(format!("the picture has {width}×{height} pixels, over the limit of {most}"));
    }
    let mut reader = reader;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoded = reader.decode().map_err(|error| error.to_string())?;
    let original = (decoded.width(), decoded.height());
    let fits = original.0 <= KEPT_SIDE && original.1 <= KEPT_SIDE;
    let kept = if fits { decoded } else { decoded.thumbnail(KEPT_SIDE, KEPT_SIDE) };
    let rgba = kept.into_rgba8();
    Ok(Picture { width: rgba.width(), height: rgba.height(), original, rgba: rgba.into_raw() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG whose header claims a size and whose data is empty.
    fn claiming(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let image = image::RgbImage::new(1, 1);
        image.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let mut crc = u32::MAX;
        for byte in &bytes[12..29] {
            crc ^= u32::from(*byte);
            (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 });
        }
        bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
        bytes
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        assert!(unpack(&claiming(100_000, 100_000)).is_err());
        assert!(unpack(&claiming(11_000, 11_000)).unwrap_err().contains("over the limit"));
    }

    #[test]
    fn a_picture_that_is_not_there_says_how_to_name_its_folder() {
        let error = |kind: ErrorKind| SourceError::Unreadable { path: "a/1.jpg".into(), cause: kind.into() };
        assert!(told(&error(ErrorKind::NotFound)).contains("[dataset] image_root = "));
        assert!(!told(&error(ErrorKind::PermissionDenied)).contains("image_root"));
    }

    #[test]
    fn what_is_no_picture_says_so() {
        assert!(unpack(b"hello").unwrap_err().contains("not a picture"));
    }

    #[test]
    fn a_large_picture_is_reduced_and_keeps_its_own_size() {
        let mut bytes = Vec::new();
        image::RgbImage::new(1300, 650).write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        let picture = unpack(&bytes).unwrap();
        assert_eq!((picture.width, picture.height, picture.original), (640, 320, (1300, 650)));
        assert_eq!(picture.rgba.len(), 640 * 320 * 4);
    }
}
