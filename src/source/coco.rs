//! COCO and LVIS annotations: one instance an image, its captions as turns, its categories as objects.
//!
//! Invariant: of each image and annotation only its place is kept, so segmentations are never held; labels stay empty, as a
//! picture's categories are what is seen in it and not its class.

mod annotation;
mod outline;

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use annotation::{Annotation, Annotations};
pub(crate) use outline::{Lists, Outline, outline};

use super::content::Content;
use super::json::{Check, Name, Samples, Sequence, Shape, Text, parse};
use super::part::{Input, Part, id_hash, set_aside};
use super::reader::{Place, Reader};
use super::walk::{Fault, Spans, walk};
use super::{Annotated, Format, Image, Instance, SourceError, Speaker, Turn};

/// Loads one file.
pub(crate) fn load(input: Input<'_>, lists: &Lists) -> Result<(Part, Format), SourceError> {
    let input_format = input.options.format;
    let (categories, format) = categories(&input.content, lists.categories.clone())
        .map_err(|fault| input.malformed("COCO", format!("its categories cannot be read: {}", fault.message)))?;
    let images = Sequence { first_members: first_members(&input.content, &lists.images), check: ImageCheck };
    let bytes = &input.content[..lists.images.end];
    let mut walked = walk(&images, bytes, lists.images.start, &input.phase)?;
    if walked.settle_ids() && walked.rows > 0 {
        return Err(input.malformed("COCO", "its images have no id"));
    }
    let mut by_image: FxHashMap<u64, u32> = FxHashMap::default();
    for (number, &hash) in walked.id_hashes.iter().enumerate() {
        by_image.entry(hash).or_insert(number as u32);
    }
    let (annotations, mut warnings) = match lists.annotations.clone() {
        Some(range) => Annotations::find(&input, range, (&by_image, &categories))?,
        None => (Annotations::default(), vec![format!("{}: it has no annotations", input.path.display())]),
    };
    warnings.extend(lists.cut.iter().map(|cut| format!("{}: {cut}", input.path.display())));
    let part = Part {
        id_hashes: walked.id_hashes,
        set_aside: set_aside(walked.aside, input.path),
        mapping: mapping(!categories.is_empty()),
        warnings,
        rows: walked.rows,
        reader: Box::new(Images {
            content: input.content,
            spans: walked.spans,
            annotations,
            categories,
            lists: lists.clone(),
        }),
    };
    Ok((part, if input_format == Format::Auto { format } else { input_format }))
}

/// What is read as what: categories as objects, or captions as text.
fn mapping(has_categories: bool) -> Vec<(String, String)> {
    let told = if has_categories { ("objects", "categories.name") } else { ("text", "annotations.caption") };
    let pairs = [("id", "images.id"), ("image", "images.file_name"), told];
    pairs.into_iter().map(|(role, name)| (role.to_owned(), name.to_owned())).collect()
}

/// The names of the first members of a list's objects.
fn first_members(bytes: &[u8], list: &Range<usize>) -> Vec<Vec<u8>> {
    Samples::take(bytes, &Shape::Sequence(list.clone())).first_members
}

#[derive(Deserialize)]
struct CategoryRecord<'a> {
    #[serde(borrow)]
    id: Name<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(default)]
    frequency: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    synset: Option<serde::de::IgnoredAny>,
}

/// The categories by id; LVIS is told by what only its categories say.
fn categories(bytes: &[u8], list: Option<Range<usize>>) -> Result<(FxHashMap<String, String>, Format), Fault> {
    let Some(list) = list else { return Ok((FxHashMap::default(), Format::Coco)) };
    // With the opening bracket, as one value; a list that the file's end cuts cannot name its categories.
    let records: Vec<CategoryRecord<'_>> = parse(bytes.get(list.start - 1..list.end + 1).unwrap_or_default())?;
    let lvis = records.iter().any(|record| record.frequency.is_some() || record.synset.is_some());
    let named = records.into_iter().filter_map(|record| Some((record.id.0?.into_owned(), record.name.0.into_owned())));
    Ok((named.collect(), if lvis { Format::Lvis } else { Format::Coco }))
}

#[derive(Deserialize)]
struct ImageRecord<'a> {
    #[serde(borrow)]
    id: Option<Name<'a>>,
    #[serde(borrow)]
    file_name: Option<Text<'a>>,
    #[serde(borrow)]
    coco_url: Option<Text<'a>>,
}

impl<'a> ImageRecord<'a> {
    /// The file's name; of LVIS's address, the folder and the name.
    fn path(self) -> Option<Cow<'a, str>> {
        let from_address = |Text(address): Text<'a>| match address {
            Cow::Borrowed(address) => Cow::Borrowed(last_two(address)),
            Cow::Owned(address) => Cow::Owned(last_two(&address).to_owned()),
        };
        self.file_name.map(|Text(name)| name).or_else(|| self.coco_url.map(from_address))
    }
}

fn last_two(address: &str) -> &str {
    let name = address.rfind('/').unwrap_or(0);
    address[..name].rfind('/').map_or(address, |folder| &address[folder + 1..])
}

struct ImageCheck;

impl Check for ImageCheck {
    fn pass(&self, _bytes: &[u8], _start: usize) -> Option<(usize, Option<u64>)> {
        None
    }

    fn check(&self, record: &[u8]) -> Result<Option<u64>, Fault> {
        let image: ImageRecord<'_> = parse(record)?;
        Ok(image.id.as_ref().and_then(|id| id.0.as_deref()).map(id_hash))
    }
}

struct Images {
    content: Content,
    spans: Spans,
    annotations: Annotations,
    categories: FxHashMap<String, String>,
    lists: Lists,
}

impl Images {
    fn annotate<'a>(&'a self, annotation: Annotation<'a>, objects: &mut Vec<Cow<'a, str>>, turns: &mut Vec<Turn<'a>>) {
        if let Some(name) = annotation.category(&self.categories)
            && !objects.iter().any(|object| object == name)
        {
            objects.push(Cow::Borrowed(name));
        }
        if let Some(Text(text)) = annotation.caption {
            turns.push(Turn { speaker: Speaker::Caption, text });
        }
    }
}

impl Reader for Images {
    fn len(&self) -> usize {
        self.spans.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        into.clear();
        let Ok(image) = parse::<ImageRecord<'a>>(&self.content[self.spans.range(row)]) else { return };
        if let Some(Name(Some(id))) = &image.id {
            into.id.clone_from(id);
        }
        into.images.extend(image.path().map(Image::Path));
        let mut objects = Vec::new();
        for span in self.annotations.of(row) {
            if let Ok(annotation) = parse(&self.content[span]) {
                self.annotate(annotation, &mut objects, &mut into.turns);
            }
        }
        if !self.categories.is_empty() {
            into.given.objects = Some(objects);
        }
    }

    fn raw(&self, row: usize) -> Option<&[u8]> {
        Some(&self.content[self.spans.range(row)])
    }

    fn annotated(&self) -> Option<Annotated<'_>> {
        let (images, annotations) = (self.lists.images.clone(), self.lists.annotations.clone());
        Some(Annotated { bytes: &self.content, images, annotations, belonging: self.annotations.in_order() })
    }

    fn place(&self, row: usize) -> Place {
        Place { row: self.spans.row(row), offset: self.spans.range(row).start as u64 }
    }
}
