//! The names by which members are known for what they hold.
//!
//! Invariant: every list of names is here once; whoever asks what a name means asks here.

use crate::source::Speaker;
use crate::source::role::Role;

/// Names of conversations.
pub(crate) const TURNS: &[&str] = &["conversations", "messages", "conversation", "dialog", "dialogue"];
/// Names of unique names, the most telling first.
pub(crate) const IDS: &[&str] =
    &["id", "_id", "uid", "uuid", "sample_id", "item_id", "instance_id", "question_id", "key", "idx", "index"];
/// Names of pictures.
pub(crate) const IMAGES: &[&str] = &[
    "image",
    "images",
    "image_path",
    "image_file",
    "img",
    "img_path",
    "file_name",
    "filename",
    "filepath",
    "file_path",
    "path",
    "jpg",
    "png",
    "image_url",
    "url",
];
/// Names of class labels, the most telling first.
pub(crate) const LABELS: &[&str] =
    &["label", "labels", "class", "class_name", "fine_label", "target", "category", "category_name", "class_id", "y"];
/// Names of object lists.
pub(crate) const OBJECTS: &[&str] = &["objects", "object", "object_names", "detections"];
/// Names of entities that another tool found.
pub(crate) const ENTITIES: &[(&str, Role)] = &[
    ("statistics", Role::Statistics),
    ("tokens", Role::Tokens),
    ("co_occurrence", Role::Pairs),
    ("what_word", Role::Interrogations),
    ("interrogations", Role::Interrogations),
];
/// Names of texts, and who says them.
pub(crate) const TEXTS: &[(&str, Speaker)] = &[
    ("caption", Speaker::Caption),
    ("captions", Speaker::Caption),
    ("text", Speaker::Caption),
    ("texts", Speaker::Caption),
    ("description", Speaker::Caption),
    ("sentence", Speaker::Caption),
    ("sentences", Speaker::Caption),
    ("sentence1", Speaker::Caption),
    ("title", Speaker::Caption),
    ("content", Speaker::Caption),
    ("body", Speaker::Caption),
    ("alt_text", Speaker::Caption),
    ("alt", Speaker::Caption),
    ("en", Speaker::Caption),
    ("question", Speaker::Human),
    ("questions", Speaker::Human),
    ("instruction", Speaker::Human),
    ("prompt", Speaker::Human),
    ("query", Speaker::Human),
    ("input", Speaker::Human),
    ("answer", Speaker::Assistant),
    ("answers", Speaker::Assistant),
    ("response", Speaker::Assistant),
    ("output", Speaker::Assistant),
    ("completion", Speaker::Assistant),
    ("rationale", Speaker::Assistant),
    ("system", Speaker::System),
    ("system_prompt", Speaker::System),
];

/// Who says what stands in a member of this name; `None` for a name that says nothing.
pub(crate) fn text_speaker(name: &str) -> Option<Speaker> {
    TEXTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, speaker)| speaker)
}

/// The first of `names` that is present, ignoring case; the spelling of the data.
pub(crate) fn first_of<'n>(names: &[&str], present: &'n [String]) -> Option<&'n str> {
    names.iter().find_map(|name| present.iter().find(|other| other.eq_ignore_ascii_case(name))).map(String::as_str)
}
