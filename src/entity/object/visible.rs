//! Owns the exceptions to "the first WordNet sense is visible": words of the medium, which say something
//! of the picture and not of what is in it, and visible things whose first sense is another.
//!
//! Invariant: both lists are sorted, and no word is in both.

/// Whether a noun speaks of the picture itself, or of a place or part in it.
pub(super) fn is_of_the_medium(name: &str) -> bool {
    MEDIUM.binary_search(&name).is_ok()
}

/// Whether a noun is a visible thing although its first sense in WordNet is not.
pub(super) fn is_visible_too(name: &str) -> bool {
    VISIBLE_TOO.binary_search(&name).is_ok()
}

const MEDIUM: [&str; 60] = [
    "article",
    "artwork",
    "back",
    "backdrop",
    "background",
    "base",
    "bottom",
    "center",
    "close-up",
    "closeup",
    "composition",
    "content",
    "copy",
    "corner",
    "creation",
    "depiction",
    "design",
    "detail",
    "display",
    "document",
    "element",
    "end",
    "entity",
    "foreground",
    "front",
    "illustration",
    "image",
    "item",
    "key",
    "left",
    "line",
    "material",
    "matter",
    "middle",
    "multiple",
    "object",
    "part",
    "photo",
    "photograph",
    "pic",
    "picture",
    "piece",
    "point",
    "portion",
    "print",
    "right",
    "scene",
    "scenery",
    "screenshot",
    "section",
    "shot",
    "side",
    "snapshot",
    "structure",
    "subject",
    "surface",
    "thing",
    "top",
    "view",
    "way",
];

const VISIBLE_TOO: [&str; 22] = [
    "animal",
    "audience",
    "cloud",
    "couple",
    "crowd",
    "family",
    "fire",
    "food",
    "frisbee",
    "people",
    "person",
    "rain",
    "sky",
    "snow",
    "stop light",
    "stoplight",
    "table",
    "team",
    "television",
    "traffic light",
    "tv",
    "wave",
];
