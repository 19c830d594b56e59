//! A folder of images: a folder of the same classes with relative links to the kept pictures, or copies of them.
//!
//! Invariant: a picture is never changed; a repeated one has a link a time, each with a name of its own.

mod names;

use std::path::{Component, Path, PathBuf};

use super::super::album::Album;
use super::super::appended;
use super::super::staging::Staging;
use super::super::{ManifestError, Part};
use crate::recipe::Pictures;
use crate::source::{Image, Instance};
use names::Names;

/// Writes the folder.
pub(super) fn write(part: &Part<'_>, name: &str, staging: &Staging) -> Result<(), ManifestError> {
    if staging.is_finished(name) {
        return Ok(());
    }
    let contents = part.contents;
    let made = appended::of(part);
    let mut names = Names::of(part, !made.is_empty());
    let root = absolute(contents.dataset.path());
    let mut album = Album::open(staging, name)?;
    let add = |album: &mut Album<'_>, from: &Path, name: &str| match contents.recipe.export.images {
        Pictures::Copies => album.copy(from, Path::new(name)),
        Pictures::Links => album.link(from, Path::new(name)),
    };
    for number in part.range.start.max(album.next())..part.range.end {
        part.pace.reached(number - part.range.start)?;
        let Some(path) = path_of(part, number) else { continue };
        for repeat in 0..contents.plan.repeat(number) {
            add(&mut album, &root.join(&path), &names.repeated(&path, repeat))?;
        }
        album.mark(number + 1)?;
    }
    for (number, item) in (part.range.end..).zip(&made) {
        part.pace.go_on()?;
        let Some(path) = path_of(part, item.instance()) else { continue };
        // Each is named, as the names after it hang on those before.
        let name = names.made(&path, item);
        if number >= album.next() {
            let own = item.make.picture.as_deref().map(absolute);
            add(&mut album, &own.unwrap_or_else(|| root.join(&path)), &name)?;
            album.mark(number + 1)?;
        }
    }
    album.finish()
}

fn path_of(part: &Part<'_>, number: usize) -> Option<String> {
    let mut instance = Instance::default();
    part.contents.dataset.read(number, &mut instance);
    match instance.images.into_iter().next() {
        Some(Image::Path(path)) => Some(path.into_owned()),
        _ => None,
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
