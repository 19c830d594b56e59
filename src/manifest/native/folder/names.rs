//! The names of pictures in a folder that is written: `cat.jpg`, and repeated `cat-2.jpg`, `cat-3.jpg`; what was made is named by its id.
//!
//! A name of a repetition ends with strokes and a number. Two of them are one only where their stems are the same up to the strokes
//! at the end, and as many strokes follow in all; so those that share a stem up to its strokes get as many strokes more, so many that
//! no picture of the source has a name with that many.
//!
//! Invariant: names hang on the dataset and the plan alone, never on what is written already; no two are the same.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::super::super::Part;
use super::super::super::appended::Appended;
use super::path_of;

/// The names of all that is written of a plan.
pub(super) struct Names {
    /// Strokes before the number of a repetition, by stem without strokes and ending; one where it is not there.
    strokes: FxHashMap<(String, String), usize>,
    /// Hashes of all names, where something was made that must have another.
    taken: FxHashSet<u64>,
}

impl Names {
    /// Those of a part; `made` tells whether it writes what was made.
    pub(super) fn of(part: &Part<'_>, made: bool) -> Self {
        let paths = || (0..part.contents.dataset.len()).filter_map(|number| Some((number, path_of(part, number)?)));
        let repeated = part.contents.plan.repeats().iter().any(|&repeat| repeat > 1);
        let mut strokes: FxHashMap<(String, String), (Vec<usize>, Vec<usize>)> = FxHashMap::default();
        if repeated {
            for (_, path) in paths().filter(|(number, _)| part.contents.plan.repeat(*number) > 1) {
                let (stem, ending) = cut(&path);
                let (core, own) = without_strokes(stem);
                strokes.entry((core.to_owned(), ending.to_owned())).or_default().0.push(own);
            }
            for (_, path) in paths() {
                let (stem, ending) = cut(&path);
                let before = stem.trim_end_matches(|sign: char| sign.is_ascii_digit());
                let (core, found) = without_strokes(before);
                if found > 0 && before.len() < stem.len() {
                    let group = strokes.get_mut(&(core.to_owned(), ending.to_owned()));
                    if let Some((_, taken)) = group {
                        taken.push(found);
                    }
                }
            }
        }
        let fitting = |(own, taken): (Vec<usize>, Vec<usize>)| {
            let fits = |more: &usize| own.iter().all(|own| !taken.contains(&(own + more)));
            // Of so many numbers one is free.
            (1..=own.len() * taken.len() + 1).find(fits).unwrap_or(1)
        };
        let strokes = strokes.into_iter().map(|(group, found)| (group, fitting(found))).collect();
        let mut names = Self { strokes, taken: FxHashSet::default() };
        if made {
            for (number, path) in paths() {
                for repeat in 0..part.contents.plan.repeat(number).max(1) {
                    names.taken.insert(xxh3_64(names.repeated(&path, repeat).as_bytes()));
                }
            }
        }
        names
    }

    /// The name of a picture for the first time, `repeat` 0, or once more.
    pub(super) fn repeated(&self, path: &str, repeat: u32) -> String {
        if repeat == 0 {
            return path.to_owned();
        }
        let (stem, ending) = cut(path);
        let group = (without_strokes(stem).0.to_owned(), ending.to_owned());
        let strokes = "-".repeat(self.strokes.get(&group).copied().unwrap_or(1));
        format!("{stem}{strokes}{}.{ending}", repeat + 1)
    }

    /// The name of a picture that was made: in the folder of its seed, with its own ending; strokes follow where another has the name.
    /// They are given in the order of the plan.
    pub(super) fn made(&mut self, seed: &str, item: &Appended<'_>) -> String {
        let picture = item.make.picture.as_deref().unwrap_or(Path::new(seed));
        let folder = seed.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let ending = picture.extension().map_or_else(|| "png".into(), |ending| ending.to_string_lossy());
        let mut stem = format!("{folder}{}", item.id(cut(&seed[folder.len()..]).0));
        loop {
            let name = format!("{stem}.{ending}");
            if self.taken.insert(xxh3_64(name.as_bytes())) {
                return name;
            }
            stem.push('-');
        }
    }
}

/// A path without its ending, and the ending.
fn cut(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or((path, ""))
}

/// A stem without the strokes at its end, and how many they are.
fn without_strokes(stem: &str) -> (&str, usize) {
    let core = stem.trim_end_matches('-');
    (core, stem.len() - core.len())
}
