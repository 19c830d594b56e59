//! Finds the lists of a COCO file, and tells what is missing of one that is cut short or damaged.
//!
//! Invariant: a list is used only where all that its meaning hangs on is whole: annotations are nothing without the categories
//! that they name, and an image is told without objects only where the file says that it has none.

use std::ops::Range;

use crate::number::count;
use crate::source::guess;
use crate::source::json::text_start;
use crate::source::span::{Flaw, Member, Members, members, skip_space, value_end};

/// How much of a file is looked at before the whole of it is.
const SAMPLE: usize = 1 << 20;
/// The lists that are read.
const READ: [&str; 3] = ["images", "annotations", "categories"];
/// All members by which a file may be COCO.
const MEMBERS: [&str; 5] = ["images", "annotations", "categories", "info", "licenses"];
/// Members of what these hold that nothing but COCO has there.
const TELLING: [(&str, &[&str]); 5] = [
    ("images", &["id", "file_name", "coco_url", "flickr_url", "height", "width", "date_captured", "license"]),
    ("annotations", &["image_id", "category_id", "bbox", "segmentation", "iscrowd"]),
    ("categories", &["id", "name", "supercategory", "synset", "frequency"]),
    ("info", &["description", "year", "version", "contributor", "date_created", "url"]),
    ("licenses", &["id", "name", "url"]),
];
/// Members by which an object is a record of its own.
const FOREIGN: [&str; 8] = ["id", "image", "caption", "captions", "text", "label", "labels", "statistics"];

/// Where the lists of a COCO file are.
#[derive(Clone, Debug)]
pub(crate) struct Lists {
    pub(super) images: Range<usize>,
    pub(super) annotations: Option<Range<usize>>,
    pub(super) categories: Option<Range<usize>>,
    /// What is missing of the file, though what is read of it is right.
    pub(super) cut: Option<String>,
}

/// What a file that is COCO by its beginning is good for.
pub(crate) enum Outline {
    /// It can be read.
    Lists(Lists),
    /// It cannot: what is wrong, where, and what to do.
    Broken(String),
}

/// The outline of a COCO file, or why the text is none.
pub(crate) fn outline(bytes: &[u8]) -> Result<Outline, String> {
    let start = skip_space(bytes, text_start(bytes));
    if bytes.get(start) != Some(&b'{') {
        return Err("it is not one object".into());
    }
    let sampled = members(&bytes[..bytes.len().min(start + SAMPLE)], start);
    if !sampled.found.iter().any(|member| MEMBERS.contains(&member.name)) {
        return Err("its object has no images and annotations".into());
    }
    let Members { found, end } = members(bytes, start);
    let file = File { bytes, members: found };
    if !file.is_coco(end.is_ok()) {
        return Err("its object has no list of images beside annotations or categories".into());
    }
    Ok(match end {
        Ok(end) if skip_space(bytes, end) < bytes.len() => Outline::Broken(format!(
            "its object ends at byte {}, and more follows; split it if these are several files, and set dataset.format to jsonl \
             in the recipe if it is an object a line",
            count(end as u64)
        )),
        Ok(_) => file.whole(None),
        Err(Flaw::Unclosed) => file.cut(),
        Err(Flaw::Stray(at) | Flaw::TooDeep(at)) => file.damaged(at),
    })
}

/// The one object of a file, as far as it goes.
struct File<'b> {
    bytes: &'b [u8],
    members: Vec<Member<'b>>,
}

impl File<'_> {
    /// Whether the members are those of COCO; of an object that is not `closed`, some that nothing else has are enough.
    fn is_coco(&self, closed: bool) -> bool {
        let told = |name: &&str| self.tells(name);
        if READ.iter().filter(|name| told(name)).count() > 1 {
            return true;
        }
        let foreign = |name: &str| FOREIGN.contains(&name) || guess::TURNS.contains(&name);
        if self.members.iter().any(|member| foreign(member.name)) {
            return false;
        }
        if !closed {
            return MEMBERS.iter().any(told);
        }
        let empty = self.first("images").is_some_and(|first| self.bytes.get(first) == Some(&b']'));
        told(&"images") || empty && (self.list("annotations").is_some() || self.list("categories").is_some())
    }

    /// Whether what the member holds is what COCO has there.
    fn tells(&self, name: &str) -> bool {
        let telling = TELLING.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, telling)| telling);
        self.has(name, telling)
    }

    /// Whether the object that a member holds, or the first of its list, has one of these members.
    fn has(&self, name: &str, wanted: &[&str]) -> bool {
        let Some(first) = self.first(name).filter(|&first| self.bytes.get(first) == Some(&b'{')) else { return false };
        members(self.bytes, first).found.iter().any(|member| wanted.contains(&member.name))
    }

    fn member(&self, name: &str) -> Option<&Member<'_>> {
        self.members.iter().find(|member| member.name == name)
    }

    /// Where the first element of a list starts, or an object.
    fn first(&self, name: &str) -> Option<usize> {
        let start = self.member(name)?.value.start;
        Some(if self.bytes.get(start) == Some(&b'[') { skip_space(self.bytes, start + 1) } else { start })
    }

    /// The bytes between the brackets of a list.
    fn list(&self, name: &str) -> Option<Range<usize>> {
        let Member { value, complete, .. } = self.member(name)?;
        (self.bytes.get(value.start) == Some(&b'[')).then_some(())?;
        Some(value.start + 1..if *complete { value.end - 1 } else { value.end })
    }

    /// Whether the first element of a list is whole.
    fn begins_whole(&self, name: &str) -> bool {
        self.list(name).is_some() && self.first(name).is_some_and(|first| value_end(self.bytes, first).is_ok())
    }

    fn is_complete(&self, name: &str) -> bool {
        self.member(name).is_some_and(|member| member.complete)
    }

    fn whole(&self, cut: Option<String>) -> Outline {
        match self.list("images") {
            Some(images) => {
                let (annotations, categories) = (self.list("annotations"), self.list("categories"));
                Outline::Lists(Lists { images, annotations, categories, cut })
            }
            None => Outline::Broken("its images are no list".into()),
        }
    }

    /// What a file that ends early is good for: annotations that are whole, with their categories, tell all of every image.
    fn cut(&self) -> Outline {
        let captions = self.has("annotations", &["caption"]) && !self.has("annotations", &["category_id"]);
        let needed = |name: &&&str| !(captions && **name == "categories" || self.is_complete(name));
        let missing: Vec<String> = READ.iter().filter(needed).map(|name| self.lacking(name)).collect();
        let end = format!("the file ends at byte {} {}", count(self.bytes.len() as u64), self.place());
        let advice = "copy or download it again";
        match missing.as_slice() {
            [] => self.whole(Some(format!("{end}, before its object is closed; nothing is missing of what is read"))),
            [_] if self.begins_whole("images") && !self.is_complete("images") => self.whole(Some(format!(
                "{end}; the images before that are read with all their annotations, {advice} for the rest"
            ))),
            missing => Outline::Broken(format!("{end}, so that {} are missing; {advice}", missing.join(" and "))),
        }
    }

    fn lacking(&self, name: &str) -> String {
        if self.member(name).is_some() { format!("the rest of its {name}") } else { format!("its {name}") }
    }

    fn damaged(&self, at: usize) -> Outline {
        let shown = String::from_utf8_lossy(&self.bytes[at..self.bytes.len().min(at + 24)]).into_owned();
        Outline::Broken(format!(
            "byte {}, {}, cannot stand where it does: {:?}; repair it there, or copy or download the file again",
            count(at as u64),
            self.place(),
            shown.trim_end_matches('\u{fffd}')
        ))
    }

    /// Where in the file its readable part ends.
    fn place(&self) -> String {
        match self.members.last() {
            Some(Member { name, complete: false, .. }) => format!("inside its {name}"),
            Some(Member { name, .. }) => format!("after its {name}"),
            None => "at its beginning".to_owned(),
        }
    }
}
