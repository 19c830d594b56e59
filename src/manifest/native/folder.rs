//! A folder of images: a folder of the same classes with relative links to the kept pictures, or copies of them.
//!
//! Invariant: a picture is never changed; a repeated one has a link a time, each with a name of its own.

use std::fs;
use std::path::{Component, Path, PathBuf};

use rustc_hash::FxHashSet;

use super::super::appended;
use super::super::pace::STEP;
use super::super::staging::{Finished, Joint, Staging, refused, sync_folder};
use super::super::{ManifestError, Part};
use crate::recipe::Pictures;
use crate::source::{Image, Instance};

/// Writes the folder.
pub(super) fn write(part: &Part<'_>, name: &str, staging: &Staging) -> Result<(), ManifestError> {
    if staging.is_finished(name) {
        return Ok(());
    }
    let contents = part.contents;
    let (growing, place) = (staging.folder(name)?, staging.place(name));
    let names = paths(part);
    let pictures = Album { growing, place: absolute(&place), root: absolute(contents.dataset.path()), part };
    let mut rows = 0;
    let mut bytes = 0;
    for (at, number) in part.range.clone().enumerate() {
        if at.is_multiple_of(STEP) {
            part.pace.reached(at)?;
        }
        let Some(path) = path_of(part, number) else { continue };
        for repeat in 0..contents.plan.repeat(number) {
            bytes += pictures.add(&path, &repeated(&path, repeat, &names))?;
            rows += 1;
        }
    }
    for item in appended::of(part) {
        let Some(path) = path_of(part, item.instance()) else { continue };
        let id = item.id(stem(&path));
        bytes += match &item.make.picture {
            Some(picture) => pictures.add_from(&absolute(picture), &named_like(&path, picture, &id))?,
            None => pictures.add(&path, &named_like(&path, Path::new(&path), &id))?,
        };
        rows += 1;
    }
    sync_folder(&pictures.growing);
    staging.finish(Finished { name: name.to_owned(), rows, bytes, joint: Joint::Folder })
}

fn path_of(part: &Part<'_>, number: usize) -> Option<String> {
    let mut instance = Instance::default();
    part.contents.dataset.read(number, &mut instance);
    match instance.images.into_iter().next() {
        Some(Image::Path(path)) => Some(path.into_owned()),
        _ => None,
    }
}

/// The paths of all pictures, where some is repeated.
fn paths(part: &Part<'_>) -> FxHashSet<String> {
    if part.contents.plan.repeats().iter().all(|&repeat| repeat < 2) {
        return FxHashSet::default();
    }
    (0..part.contents.dataset.len()).filter_map(|number| path_of(part, number)).collect()
}

/// The name of a repetition: `cat.jpg`, `cat-2.jpg`, `cat-3.jpg`, with more strokes where a picture has that name.
fn repeated(path: &str, repeat: u32, taken: &FxHashSet<String>) -> String {
    if repeat == 0 {
        return path.to_owned();
    }
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    let mut joint = "-".to_owned();
    loop {
        let name = format!("{stem}{joint}{}.{extension}", repeat + 1);
        if !taken.contains(&name) {
            return name;
        }
        joint.push('-');
    }
}

/// A path's file name without its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The name of a picture that was made: in the folder of its seed, with its own ending.
fn named_like(seed: &str, picture: &Path, id: &str) -> String {
    let folder = seed.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let ending = picture.extension().map_or_else(|| "png".into(), |ending| ending.to_string_lossy());
    format!("{folder}{id}.{ending}")
}

struct Album<'a> {
    growing: PathBuf,
    /// Where the folder will be, and where the pictures are; absolute.
    place: PathBuf,
    root: PathBuf,
    part: &'a Part<'a>,
}

impl Album<'_> {
    /// Adds a picture under a name; returns the bytes that this takes.
    fn add(&self, path: &str, name: &str) -> Result<u64, ManifestError> {
        self.add_from(&self.root.join(path), name)
    }

    /// Adds a picture that lies anywhere.
    fn add_from(&self, from: &Path, name: &str) -> Result<u64, ManifestError> {
        let (new, place) = (self.growing.join(name), self.place.join(name));
        let folder = new.parent().unwrap_or(&self.growing);
        fs::create_dir_all(folder).map_err(refused(&place))?;
        match self.part.contents.recipe.export.images {
            Pictures::Copies => fs::copy(from, &new).map_err(refused(&place)),
            Pictures::Links => {
                let to = relative(place.parent().unwrap_or(&self.place), from);
                link(&to, &new).map_err(refused(&place))?;
                Ok(to.as_os_str().len() as u64)
            }
        }
    }
}

/// A path from the root of the file system, without links where it exists.
pub(in super::super) fn absolute(path: &Path) -> PathBuf {
    let there = |path: &Path| path.canonicalize().ok();
    let full = there(path).or_else(|| Some(there(path.parent()?)?.join(path.file_name()?)));
    full.or_else(|| std::path::absolute(path).ok()).unwrap_or_else(|| path.to_path_buf())
}

/// The way from a folder to a file, both absolute.
pub(in super::super) fn relative(folder: &Path, file: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), file.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n(Component::ParentDir, from.len() - shared);
    up.chain(to[shared..].iter().copied()).collect()
}

#[cfg(unix)]
pub(in super::super) fn link(to: &Path, from: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, from)
}

#[cfg(not(unix))]
pub(in super::super) fn link(to: &Path, from: &Path) -> std::io::Result<()> {
    let folder = from.parent().unwrap_or(Path::new("."));
    fs::copy(folder.join(to), from).map(drop)
}
