//! Guesses from a few records what each member stands for.
//!
//! Invariant: what the user names is never guessed at, and a name that no record has is an error that lists those that are there.

use serde_json::{Map, Value};

use super::exchange;
use super::role::{Role, Roles};
use crate::source::{Columns, Format, Speaker};

/// Names of conversations.
const TURNS: &[&str] = &["conversations", "messages", "conversation", "dialog", "dialogue"];
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

/// Who says what stands in a member of this name; `None` for a name that says nothing.
pub(crate) fn text_speaker(name: &str) -> Option<Speaker> {
    let lower = name.to_ascii_lowercase();
    Some(match lower.as_str() {
        "caption" | "captions" | "text" | "texts" | "description" | "sentence" | "sentences" | "sentence1"
        | "title" | "content" | "body" | "alt_text" | "alt" | "en" => Speaker::Caption,
        "question" | "questions" | "instruction" | "prompt" | "query" | "input" => Speaker::Human,
        "answer" | "answers" | "response" | "output" | "completion" | "rationale" => Speaker::Assistant,
        "system" | "system_prompt" => Speaker::System,
        _ => return None,
    })
}

/// The first of `names` that is present, ignoring case; the spelling of the data.
pub(crate) fn first_of<'n>(names: &[&str], present: &'n [String]) -> Option<&'n str> {
    names.iter().find_map(|name| present.iter().find(|other| other.eq_ignore_ascii_case(name))).map(String::as_str)
}

/// What the members of these records stand for, and the format that this makes them.
pub(crate) fn roles(samples: &[Map<String, Value>], columns: &Columns) -> Result<(Roles, Format), String> {
    let present = present(samples);
    let mut roles = Roles::default();
    named(columns, &present, &mut roles)?;
    let turns = conversations(&mut roles, &present, samples);
    let format = if turns { Format::Llava } else { Format::Jsonl };
    known(&mut roles, columns, &present, samples);
    if !turns && columns.text.is_none() {
        texts(&mut roles, &present, samples);
    }
    Ok((roles, format))
}

/// The members of the samples, those of most records first, so that a misspelt one comes last.
pub(crate) fn present(samples: &[Map<String, Value>]) -> Vec<String> {
    let mut counted: Vec<(&String, usize)> = Vec::new();
    for member in samples.iter().flat_map(Map::keys) {
        match counted.iter_mut().find(|(other, _)| *other == member) {
            Some((_, count)) => *count += 1,
            None => counted.push((member, 1)),
        }
    }
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counted.into_iter().map(|(member, _)| member.clone()).collect()
}

fn named(columns: &Columns, present: &[String], roles: &mut Roles) -> Result<(), String> {
    let texts =
        columns.text.iter().flatten().map(|name| (name, Role::Text(text_speaker(name).unwrap_or(Speaker::Caption))));
    let single = [
        (columns.id.as_ref(), Role::Id),
        (columns.image.as_ref(), Role::Image),
        (columns.label.as_ref(), Role::Label),
        (columns.objects.as_ref(), Role::Objects),
    ];
    let single = single.into_iter().filter_map(|(name, role)| name.map(|name| (name, role)));
    for (name, role) in single.chain(texts) {
        if !present.contains(name) {
            return Err(missing_column(role.name(), name, present));
        }
        roles.insert(name, role);
    }
    Ok(())
}

/// The message for a table of which no column is read.
pub(crate) fn nothing_mapped(present: &[String]) -> String {
    format!(
        "no column says what a row is about; columns are {}; set columns in the recipe's [dataset]",
        present.join(", ")
    )
}

/// The message for a column that the recipe names and the data lacks.
pub(crate) fn missing_column(role: &str, name: &str, present: &[String]) -> String {
    format!("the recipe maps {role} to '{name}', which it has not; it has {}", present.join(", "))
}

/// Members that hold entities under one name alone, as lists or objects.
const OF_ENTITIES: [(&str, Role); 5] = [
    ("statistics", Role::Statistics),
    ("tokens", Role::Tokens),
    ("co_occurrence", Role::Pairs),
    ("what_word", Role::Interrogations),
    ("interrogations", Role::Interrogations),
];

fn known(roles: &mut Roles, columns: &Columns, present: &[String], samples: &[Map<String, Value>]) {
    let free = |asked: &Option<String>| asked.is_none();
    let fits = |name: &&str, fit: fn(&Value) -> bool| {
        let values = || samples.iter().filter_map(|sample| sample.get(*name)).filter(|value| !value.is_null());
        values().next().is_none() || values().any(fit)
    };
    if free(&columns.id)
        && let Some(name) =
            first_of(IDS, present).filter(|name| fits(name, |value| value.is_string() || value.is_number()))
    {
        roles.insert(name, Role::Id);
    }
    let is_there = |name: &&str| present.iter().any(|other| other == name);
    if free(&columns.image) {
        let path = |name: &&str| fits(name, |value| !value.is_number());
        let names: Vec<&str> = ["image", "images"].into_iter().filter(is_there).filter(path).collect();
        let fallback = first_of(IMAGES, present).filter(path);
        for name in if names.is_empty() { fallback.into_iter().collect() } else { names } {
            roles.insert(name, Role::Image);
        }
    }
    if free(&columns.label) {
        // Some records have one label, some have several.
        for name in first_of(LABELS, present).into_iter().chain(["label", "labels"].into_iter().filter(is_there)) {
            roles.insert(name, Role::Label);
        }
    }
    if free(&columns.objects)
        && let Some(name) = first_of(OBJECTS, present)
    {
        roles.insert(name, Role::Objects);
    }
    let structured = |name: &str| is_there(&name) && fits(&name, |value| value.is_array() || value.is_object());
    for (name, role) in OF_ENTITIES.into_iter().filter(|(name, _)| structured(name)) {
        roles.insert(name, role);
    }
}

/// Finds the members that hold conversations, by their names or because questions with their answers are in them.
fn conversations(roles: &mut Roles, present: &[String], samples: &[Map<String, Value>]) -> bool {
    let some = |name: &str, is: fn(Option<&Value>) -> bool| samples.iter().any(|sample| is(sample.get(name)));
    let named = TURNS.iter().any(|name| some(name, is_conversation));
    for name in TURNS.iter().filter(|_| named) {
        roles.insert(name, Role::Turns);
    }
    let free: Vec<&String> = present.iter().filter(|name| !named && roles.of(name).is_none()).collect();
    let exchanges: Vec<&String> = free.into_iter().filter(|name| some(name, is_exchanges)).collect();
    for name in &exchanges {
        roles.insert(name, Role::Turns);
    }
    named || !exchanges.is_empty()
}

/// Whether a value is a question with its answer, or a list of such.
fn is_exchanges(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Array(list)) => list.iter().any(|element| element.is_object() && is_exchanges(Some(element))),
        Some(Value::Object(members)) => exchange::is_whole(members.keys().map(String::as_str)),
        _ => false,
    }
}

fn is_conversation(value: Option<&Value>) -> bool {
    value.and_then(Value::as_array).is_some_and(|turns| turns.is_empty() || turns.iter().any(Value::is_object))
}

/// Text members by name; without any, the one with the longest words that hold a space.
fn texts(roles: &mut Roles, present: &[String], samples: &[Map<String, Value>]) {
    let mut found = false;
    let pair = ["user", "assistant"].iter().all(|name| present.iter().any(|other| other == name));
    for name in present {
        if let Some(speaker) = if pair { exchange::speaker(name) } else { text_speaker(name) }
            && roles.of(name).is_none()
            && samples.iter().any(|sample| sample.get(name).is_some_and(|value| value.is_string() || value.is_array()))
        {
            roles.insert(name, Role::Text(speaker));
            found = true;
        }
    }
    if found {
        return;
    }
    let length = |name: &String| -> usize {
        let texts = samples.iter().filter_map(|sample| sample.get(name).and_then(Value::as_str));
        texts.filter(|text| text.trim().contains(' ')).map(str::len).sum()
    };
    let longest = present.iter().filter(|name| roles.of(name).is_none()).max_by_key(|name| length(name));
    if let Some(name) = longest.filter(|name| length(name) > 0) {
        roles.insert(name, Role::Text(Speaker::Caption));
    }
}

/// The roles of an entities sidecar: fixed, as its form is ours.
pub(crate) fn sidecar_roles() -> Roles {
    let mut roles = Roles::default();
    for (name, role) in [
        ("id", Role::Id),
        ("objects", Role::Objects),
        ("object", Role::Objects),
        ("tokens", Role::Tokens),
        ("token", Role::Tokens),
        ("co_occurrence", Role::Pairs),
        ("pairs", Role::Pairs),
        ("interrogations", Role::Interrogations),
        ("what_word", Role::Interrogations),
        ("labels", Role::Label),
        ("label", Role::Label),
        ("statistics", Role::Statistics),
    ] {
        roles.insert(name, role);
    }
    roles
}
