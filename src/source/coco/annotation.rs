//! The annotations of a COCO file, grouped by image.
//!
//! Invariant: keeps the place of each annotation and which image it belongs to, nothing of its content.

use std::ops::Range;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::first_members;
use crate::source::json::{Check, Name, Sequence, Text, parse};
use crate::source::part::{Input, id_hash};
use crate::source::walk::{Aside, Fault, Spans, walk};
use crate::source::{SetAsideKind, SourceError};

/// What is read of an annotation.
#[derive(Deserialize)]
pub(super) struct Annotation<'a> {
    #[serde(borrow)]
    image_id: Option<Name<'a>>,
    #[serde(borrow)]
    category_id: Option<Name<'a>>,
    /// What a caption annotation says.
    #[serde(borrow)]
    pub(super) caption: Option<Text<'a>>,
}

impl Annotation<'_> {
    /// The name of its category.
    pub(super) fn category<'c>(&self, categories: &'c FxHashMap<String, String>) -> Option<&'c str> {
        categories.get(self.category_id.as_ref()?.0.as_deref()?).map(String::as_str)
    }
}

/// All annotations, by image.
#[derive(Default)]
pub(super) struct Annotations {
    spans: Spans,
    /// `starts[i]..starts[i + 1]` are the entries of `order` of image `i`.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Annotations {
    /// Finds the annotations in `list`; the strings are warnings about those that cannot be used.
    pub(super) fn find(
        input: &Input<'_>,
        list: Range<usize>,
        (by_image, categories): (&FxHashMap<u64, u32>, &FxHashMap<String, String>),
    ) -> Result<(Self, Vec<String>), SourceError> {
        let check = AnnotationCheck { by_image, categories };
        let sequence = Sequence { first_members: first_members(&input.content, &list), check };
        let walked = walk(&sequence, &input.content[..list.end], list.start, &input.phase)?;
        let mut starts = vec![0_u32; by_image.len() + 1];
        let image = |hash: &u64| by_image.get(hash).map(|&number| number as usize);
        starts.resize(by_image.values().max().map_or(1, |&last| last as usize + 2), 0);
        for at in walked.id_hashes.iter().filter_map(image) {
            starts[at + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0; starts.last().copied().unwrap_or(0) as usize];
        for (number, at) in walked.id_hashes.iter().map(image).enumerate() {
            if let Some(at) = at {
                order[next[at] as usize] = number as u32;
                next[at] += 1;
            }
        }
        let warnings = warning(input, &walked.aside).into_iter().collect();
        Ok((Self { spans: walked.spans, starts, order }, warnings))
    }

    /// Where the annotations of an image are.
    pub(super) fn of(&self, image: usize) -> impl Iterator<Item = Range<usize>> {
        let range = match (self.starts.get(image), self.starts.get(image + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        };
        self.order[range].iter().map(|&number| self.spans.range(number as usize))
    }
}

impl Annotations {
    /// The place and the image of each annotation, in the order of the file.
    pub(super) fn in_order(&self) -> Vec<(Range<usize>, u32)> {
        let mut images = vec![0_u32; self.spans.len()];
        for (image, ends) in self.starts.windows(2).enumerate() {
            for &number in &self.order[ends[0] as usize..ends[1] as usize] {
                images[number as usize] = image as u32;
            }
        }
        images.into_iter().enumerate().map(|(number, image)| (self.spans.range(number), image)).collect()
    }
}

fn warning(input: &Input<'_>, aside: &[Aside]) -> Option<String> {
    let first = aside.first()?;
    let (file, count, offset) = (input.path.display(), aside.len(), first.offset);
    Some(format!("{file}: {count} annotations cannot be used, the first at byte {offset}: {}", first.fault.message))
}

struct AnnotationCheck<'m> {
    by_image: &'m FxHashMap<u64, u32>,
    categories: &'m FxHashMap<String, String>,
}

impl Check for AnnotationCheck<'_> {
    fn pass(&self, _bytes: &[u8], _start: usize) -> Option<(usize, Option<u64>)> {
        None
    }

    /// The hash of the image's id.
    fn check(&self, record: &[u8]) -> Result<Option<u64>, Fault> {
        let annotation: Annotation<'_> = parse(record)?;
        let wrong = |message: &str| Fault::new(SetAsideKind::WrongType, message);
        let image = annotation.image_id.as_ref().and_then(|id| id.0.as_deref());
        let hash = id_hash(image.ok_or_else(|| wrong("the annotation has no image_id"))?);
        if !self.by_image.contains_key(&hash) {
            return Err(wrong("the annotation's image_id is that of no image"));
        }
        if annotation.caption.is_none() && annotation.category(self.categories).is_none() {
            return Err(wrong("the annotation has neither a caption nor a known category_id"));
        }
        Ok(Some(hash))
    }
}
