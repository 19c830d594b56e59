//! COCO and LVIS: the kept images and the annotations that belong to them; everything else in the file stays as it is.
//!
//! A repeated image stands in the list as often as it is kept, its annotations once, as they belong to it by its id. A shard holds
//! its part of the images, and its part of the annotations of all kept images, so that both lists keep the order of the file.
//!
//! Invariant: images, annotations and all that is around the lists are copied byte for byte, in the order of the file.

use std::ops::Range;

use super::super::output::Output;
use super::super::pace::STEP;
use super::super::staging::{Joint, Section, Staging};
use super::super::{ManifestError, Part, appended};
use super::by_file;
use crate::source::{Annotated, Dataset};

/// Writes each file that the part reaches into.
pub(super) fn write(part: &Part<'_>, names: &[String], staging: &Staging) -> Result<(), ManifestError> {
    let dataset = part.contents.dataset;
    let files = dataset.annotated().unwrap_or_default();
    let kept = kept_images(part);
    for (file, instances) in by_file(part) {
        let (Some(name), Some(annotated)) = (names.get(file), files.get(file)) else { continue };
        if staging.is_finished(name) {
            continue;
        }
        let output = staging.output(name)?.replayed();
        File { part, annotated, instances, kept: &kept[file], sections: Vec::new() }.write(output)?;
    }
    Ok(())
}

/// For each file, which of its images are kept at all, in whatever shard.
fn kept_images(part: &Part<'_>) -> Vec<Vec<bool>> {
    let (dataset, plan) = (part.contents.dataset, part.contents.plan);
    let mut kept: Vec<Vec<bool>> = dataset.files().iter().map(|_| Vec::new()).collect();
    for number in (0..dataset.len()).filter(|&number| plan.repeat(number) > 0) {
        // Annotations belong to the first of equal images.
        let Some((file, image)) = dataset.slot(dataset.original(number)) else { continue };
        let images = &mut kept[file];
        images.resize(images.len().max(image + 1), false);
        images[image] = true;
    }
    kept
}

struct File<'a> {
    part: &'a Part<'a>,
    annotated: &'a Annotated<'a>,
    instances: Range<usize>,
    kept: &'a [bool],
    sections: Vec<Section>,
}

impl File<'_> {
    fn write(mut self, mut output: Output<'_>) -> Result<(), ManifestError> {
        let bytes = self.annotated.bytes;
        let images = self.annotated.images.clone();
        let annotations = self.annotated.annotations.clone();
        let mut rows = 0;
        let mut at = 0;
        for list in ordered(images.clone(), annotations) {
            output.put(&bytes[at..list.start])?;
            at = list.end;
            if list == images { rows = self.images(list, &mut output)? } else { self.annotations(list, &mut output)? }
        }
        output.put(&bytes[at..])?;
        if bytes.get(at) != Some(&b']') {
            // The file ends inside its last list.
            output.put(b"\n]}\n")?;
        }
        output.finish(rows, Joint::Sections(self.sections)).map(drop)
    }

    fn images(&mut self, list: Range<usize>, output: &mut Output<'_>) -> Result<u64, ManifestError> {
        let (dataset, plan) = (self.part.contents.dataset, self.part.contents.plan);
        let places: Vec<Range<usize>> = first_two(self.annotated, dataset, &self.instances);
        let mut body = Body::begin(self.annotated.bytes, (list, &places), output)?;
        for number in self.instances.clone() {
            let done = number - self.part.range.start;
            if done.is_multiple_of(STEP) {
                self.part.pace.reached(done)?;
            }
            for _ in 0..plan.repeat(number) {
                body.put(dataset.raw(number).unwrap_or_default(), output)?;
            }
            output.mark(number + 1, body.records)?;
        }
        let file = dataset.slot(self.instances.start).map_or(0, |(file, _)| file);
        for item in appended::of_file(self.part, (file, &self.instances)) {
            body.put(dataset.raw(item.instance()).unwrap_or_default(), output)?;
        }
        let rows = body.records;
        self.sections.push(body.end(output)?);
        Ok(rows)
    }

    fn annotations(&mut self, list: Range<usize>, output: &mut Output<'_>) -> Result<(), ManifestError> {
        let all = &self.annotated.belonging;
        let places: Vec<Range<usize>> = all.iter().take(2).map(|(place, _)| place.clone()).collect();
        let mut body = Body::begin(self.annotated.bytes, (list, &places), output)?;
        for (at, (place, image)) in all[self.share(all.len())].iter().enumerate() {
            if at.is_multiple_of(STEP) {
                self.part.pace.go_on()?;
            }
            if self.kept.get(*image as usize).copied().unwrap_or(false) {
                body.put(&self.annotated.bytes[place.clone()], output)?;
            }
            output.mark(self.instances.end, body.records)?;
        }
        self.sections.push(body.end(output)?);
        Ok(())
    }

    /// The annotations that fall to this part, in proportion to its share of the file's instances.
    fn share(&self, annotations: usize) -> Range<usize> {
        let dataset = self.part.contents.dataset;
        let file = dataset.slot(self.instances.start).map(|(file, _)| file);
        let belongs = |number: usize| dataset.slot(number).map(|(file, _)| file) == file;
        let first = if self.instances.start > 0 && belongs(self.instances.start - 1) {
            self.share_of(self.instances.start)
        } else {
            0.0
        };
        let last = if belongs(self.instances.end) { self.share_of(self.instances.end) } else { 1.0 };
        let cut = |share: f64| ((annotations as f64 * share).round() as usize).min(annotations);
        cut(first)..cut(last)
    }

    /// How far into the file's usable images an instance is; the same for the part that ends there and the one that begins there.
    fn share_of(&self, instance: usize) -> f64 {
        let image = self.part.contents.dataset.slot(instance).map_or(0, |(_, image)| image);
        let images = self.annotated.belonging.iter().map(|(_, image)| *image as usize + 1).max().unwrap_or(1);
        (image as f64 / images as f64).min(1.0)
    }
}

/// The lists in the order of the file.
fn ordered(images: Range<usize>, annotations: Option<Range<usize>>) -> Vec<Range<usize>> {
    let mut lists: Vec<Range<usize>> = std::iter::once(images).chain(annotations).collect();
    lists.sort_by_key(|list| list.start);
    lists
}

/// The places of the file's first two images, between which stands what stands between any two.
fn first_two(annotated: &Annotated<'_>, dataset: &Dataset, instances: &Range<usize>) -> Vec<Range<usize>> {
    let Some((file, _)) = dataset.slot(instances.start) else { return Vec::new() };
    let mut first = instances.start;
    while first > 0 && dataset.slot(first - 1).is_some_and(|(other, _)| other == file) {
        first -= 1;
    }
    let place = |number: usize| {
        let start = dataset.place(number).filter(|_| dataset.slot(number).is_some_and(|(other, _)| other == file))?;
        let start = start.offset as usize;
        // The bytes of a repetition are those of the first; only their length is asked for.
        let end = start + dataset.raw(number)?.len();
        (end <= annotated.bytes.len()).then_some(start..end)
    };
    (first..first + 2).filter_map(place).collect()
}

/// A list whose records are being written.
struct Body {
    start: u64,
    records: u64,
    between: Vec<u8>,
    trailing: Vec<u8>,
}

impl Body {
    /// Begins with the white space that the list begins with; the one before its bracket ends it.
    fn begin(
        bytes: &[u8],
        (list, places): (Range<usize>, &[Range<usize>]),
        output: &mut Output<'_>,
    ) -> Result<Self, ManifestError> {
        let inside = &bytes[list];
        let leading = inside.len() - inside.trim_ascii_start().len();
        let trailing = if leading == inside.len() { inside.len() } else { inside.trim_ascii_end().len() };
        output.put(&inside[..leading])?;
        let joint = match places {
            [one, two] => bytes.get(one.end..two.start).filter(|joint| joint.trim_ascii() == b","),
            _ => None,
        };
        let between = joint.unwrap_or(b", ").to_vec();
        Ok(Self { start: output.bytes(), records: 0, between, trailing: inside[trailing..].to_vec() })
    }

    fn put(&mut self, record: &[u8], output: &mut Output<'_>) -> Result<(), ManifestError> {
        if self.records > 0 {
            output.put(&self.between)?;
        }
        self.records += 1;
        output.put(record)
    }

    fn end(self, output: &mut Output<'_>) -> Result<Section, ManifestError> {
        let end = output.bytes();
        output.put(&self.trailing)?;
        Ok(Section { start: self.start, end, between: self.between })
    }
}
