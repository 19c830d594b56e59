//! Images that cannot be trusted, and what becomes of them.
//!
//! Invariant: every picture is made here or lies in `tests/data`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use image::{ImageFormat, Rgb, RgbImage};
use tempfile::TempDir;

use super::*;
use crate::ears::Ears;
use crate::voice::Voice;

const SHAPE: (u32, Colour) = (8, Colour::Colour);

/// A folder of pictures with a list of them; and, outside of the root, one that nobody may see.
struct Gallery {
    folder: TempDir,
    names: Vec<String>,
}

/// What a session said, line by line.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Said {
    /// The reason for which an instance was set aside.
    fn reason(&self, id: &str) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let reports = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let of = |report: &serde_json::Value| report["report"] == "set_aside" && report["id"] == id;
        reports.filter(of).find_map(|report| report["reason"].as_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl Gallery {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("root")).unwrap();
        std::fs::write(folder.path().join("secret.png"), png(4, 4)).unwrap();
        Self { folder, names: Vec::new() }
    }

    fn add(&mut self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join("root").join(name), bytes).unwrap();
        self.names.push(name.into());
    }

    fn instances(&self) -> Instances {
        let list = self.folder.path().join("list.jsonl");
        let line = |name: &String| {
            let line = Listed { id: name.clone(), image: PathBuf::from(name), entities: vec![1] };
            serde_json::to_string(&line).unwrap() + "\n"
        };
        std::fs::write(&list, self.names.iter().map(line).collect::<String>()).unwrap();
        Instances { list, root: self.folder.path().join("root"), ..Instances::default() }
    }

    fn read(&self, shape: (u32, Colour)) -> (Result<(Pictures, Shape), End>, Said) {
        let said = Said::default();
        let session = Session::new(1, &Voice::new(said.clone()), &Arc::new(Ears::default()));
        (Pictures::read(&self.instances(), shape, &session), said)
    }
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 40) as u8, (y * 40) as u8, 200]));
    encoded(&image.into(), ImageFormat::Png)
}

/// A PNG whose header claims a size that its data does not have.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(1, 1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut checksum = u32::MAX;
    for byte in &bytes[12..29] {
        checksum ^= u32::from(*byte);
        (0..8).for_each(|_| checksum = if checksum & 1 == 1 { (checksum >> 1) ^ 0xEDB8_8320 } else { checksum >> 1 });
    }
    bytes[29..33].copy_from_slice(&(!checksum).to_be_bytes());
    bytes
}

#[test]
fn what_cannot_be_used_is_set_aside_with_its_reason_and_the_rest_is_read() {
    let mut gallery = Gallery::new();
    let whole = png(40, 30);
    gallery.add("good.png", &whole);
    gallery.add("truncated.png", &whole[..whole.len() / 2]);
    gallery.add("bomb.png", &claiming(24_968, 24_968));
    gallery.add("text.png", b"not a picture at all");
    gallery.add("empty.png", b"");
    gallery.add("no-pixels.png", &claiming(0, 0));
    gallery
        .names
        .extend(["missing.png", "../secret.png", "/etc/passwd", "../../etc/passwd", "link.png", "."].map(String::from));
    std::os::unix::fs::symlink("../secret.png", gallery.folder.path().join("root/link.png")).unwrap();
    let (read, said) = gallery.read(SHAPE);
    let (pictures, _) = read.unwrap();
    assert_eq!(pictures.listed.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["good.png"]);
    assert_eq!((pictures.places.as_slice(), pictures.set_aside), ([0].as_slice(), 11));
    for (id, reason) in [
        ("truncated.png", ""),
        ("bomb.png", "24968 × 24968 pixels"),
        ("text.png", "not a picture"),
        ("empty.png", "not a picture"),
        ("no-pixels.png", ""),
        ("missing.png", "No such file"),
        ("../secret.png", "outside the image root"),
        ("/etc/passwd", "outside the image root"),
        ("../../etc/passwd", ""),
        ("link.png", "outside the image root"),
        (".", "not a file"),
    ] {
        let told = said.reason(id);
        assert!(!told.is_empty() && told.contains(reason), "{id}: {told:?}");
    }
}

#[test]
fn a_link_out_of_a_folder_of_links_is_the_users_wish() {
    let mut gallery = Gallery::new();
    gallery.names.push("link.png".into());
    std::os::unix::fs::symlink("../secret.png", gallery.folder.path().join("root/link.png")).unwrap();
    let instances = Instances { linked: true, ..gallery.instances() };
    let shape = Shape { side: 8, channels: 3 };
    assert!(read_one(&instances, Path::new("link.png"), shape).is_ok());
    assert!(read_one(&instances, Path::new("../secret.png"), shape).is_err());
}

#[test]
fn odd_pictures_are_read_for_what_they_are() {
    let mut gallery = Gallery::new();
    gallery.add("one.png", &png(1, 1));
    gallery.add("cmyk.jpg", include_bytes!("../../../../tests/data/cmyk.jpg"));
    gallery.add("animated.gif", include_bytes!("../../../../tests/data/animated.gif"));
    gallery.add("tall.png", &png(2, 400));
    gallery.add("deep.png", &encoded(&DynamicImage::new_rgb16(9, 9), ImageFormat::Png));
    let clear = image::RgbaImage::from_pixel(8, 8, image::Rgba([9, 9, 9, 0]));
    gallery.add("clear.png", &encoded(&clear.into(), ImageFormat::Png));
    let (outcome, said) = gallery.read(SHAPE);
    let (pictures, shape) = outcome.unwrap();
    assert_eq!(pictures.set_aside, 0, "{}", gallery.names.iter().map(|name| said.reason(name)).collect::<String>());
    let plane = (shape.side * shape.side) as usize;
    let mean = |number: usize| -> [u8; 3] {
        let image = &pictures.pixels[number * shape.len()..(number + 1) * shape.len()];
        let mean = |channel: usize| {
            image[channel * plane..][..plane].iter().map(|&value| u32::from(value)).sum::<u32>() / plane as u32
        };
        [0, 1, 2].map(|channel| mean(channel) as u8)
    };
    assert_eq!(mean(0), [0, 0, 200], "one pixel fills the square");
    let [red, green, blue] = mean(1);
    assert!(red > 180 && green < 60 && blue < 60, "CMYK red comes out as {:?}", mean(1));
    let [red, green, blue] = mean(2);
    assert!(green > 180 && red < 60 && blue < 60, "the first frame is green: {:?}", mean(2));
    assert_eq!(mean(5), [255; 3], "what is transparent is white");
}

#[test]
fn grey_pictures_get_one_channel_and_one_coloured_one_gives_them_three() {
    let mut gallery = Gallery::new();
    let grey = image::GrayImage::from_fn(20, 20, |x, y| image::Luma([(x * y) as u8]));
    gallery.add("grey.png", &encoded(&grey.into(), ImageFormat::Png));
    let channels = |gallery: &Gallery| gallery.read((8, Colour::Auto)).0.unwrap().1.channels;
    assert_eq!(channels(&gallery), 1);
    gallery.add("colour.png", &png(5, 5));
    assert_eq!(channels(&gallery), 3);
}

#[test]
fn planes_lie_one_after_the_other() {
    let mut gallery = Gallery::new();
    gallery.add(
        "two.png",
        &encoded(&RgbImage::from_fn(2, 2, |x, y| Rgb([x as u8, 10 + y as u8, 20])).into(), ImageFormat::Png),
    );
    let (pictures, _) = gallery.read((2, Colour::Colour)).0.unwrap();
    assert_eq!(pictures.pixels, [0, 1, 0, 1, 10, 10, 11, 11, 20, 20, 20, 20]);
}

#[test]
fn a_list_of_nothing_usable_and_a_broken_list_are_failures() {
    let mut gallery = Gallery::new();
    gallery.names.push("missing.png".into());
    let Err(End::Failed(problem)) = gallery.read(SHAPE).0 else { panic!("nothing can be used") };
    assert!(problem.message.contains("none of 1"), "{problem:?}");
    let instances = gallery.instances();
    std::fs::write(&instances.list, "{\"id\": 3}\n").unwrap();
    let session = Session::new(1, &Voice::new(Said::default()), &Arc::new(Ears::default()));
    let Err(End::Failed(problem)) = Pictures::read(&instances, SHAPE, &session) else { panic!("it is no list") };
    assert!(problem.message.contains("line 1"), "{problem:?}");
}

#[test]
fn a_cancelled_task_reads_no_further() {
    let mut gallery = Gallery::new();
    gallery.add("good.png", &png(4, 4));
    let ears = Arc::new(Ears::default());
    ears.cancel();
    let session = Session::new(1, &Voice::new(Said::default()), &ears);
    assert_eq!(Pictures::read(&gallery.instances(), SHAPE, &session).map(|_| ()), Err(End::Cancelled));
}
