//! A small album of drawn pictures whose tail class holds everything that a picture can be wrong in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use image::{GrayImage, Luma};

/// The pictures of the tail class that cannot be used, and what is said of them.
pub const BAD: &[(&str, &str)] = &[
    ("truncated.png", "unexpected end of file"),
    ("huge.png", "25000 × 24920 pixels"),
    ("passwd.png", "format that fantail reads"),
    ("empty.png", "format that fantail reads"),
];

/// Classes of stripes, columns and dots; the last is the tail.
pub fn album(home: &Path) -> PathBuf {
    let album = home.join("album");
    for (class, count) in [("stripes", 30), ("columns", 20), ("dots", 4)] {
        fs::create_dir_all(album.join(class)).unwrap();
        for number in 0..count {
            drawn(class, number).save(album.join(class).join(format!("{number}.png"))).unwrap();
        }
    }
    let dots = album.join("dots");
    let whole = fs::read(dots.join("0.png")).unwrap();
    fs::write(dots.join("truncated.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(dots.join("huge.png"), claiming(&whole, (25_000, 24_920))).unwrap();
    fs::write(dots.join("empty.png"), "").unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    fs::copy(data.join("cmyk.jpg"), dots.join("cmyk.jpg")).unwrap();
    fs::copy(data.join("animated.gif"), dots.join("animated.gif")).unwrap();
    GrayImage::from_pixel(1, 1, Luma([200])).save(dots.join("pixel.png")).unwrap();
    // A folder of pictures may be one of links: the user put them there, so that what they show is read, and it is no picture.
    std::os::unix::fs::symlink("/etc/passwd", dots.join("passwd.png")).unwrap();
    album
}

/// A picture of a class; no two are alike.
fn drawn(class: &str, number: u32) -> GrayImage {
    GrayImage::from_fn(20, 20, |x, y| {
        let at = match class {
            "stripes" => y + number,
            "columns" => x + number,
            _ => (x + number) % 6 * ((y + number / 2) % 6),
        };
        Luma([if at % 6 < 3 { 30 + (number * 7 % 60) as u8 } else { 220 - (number * 5 % 50) as u8 }])
    })
}

/// A PNG with another size in its header, the header's checksum made good.
fn claiming(png: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = checksum(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// CRC-32 as PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}

/// The bytes of every file below a folder; of a link, where it leads. Locks and the picture list's own place say nothing.
pub fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = path.strip_prefix(folder).unwrap().to_owned();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                found.insert(name, fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
            } else {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}
