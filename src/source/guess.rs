//! Guesses from a few records what each member stands for.
//!
//! Invariant: what the user names is never guessed at, and a name that no record has is an error that lists those that are there.

mod known;

pub(crate) use known::{IDS, IMAGES, LABELS, OBJECTS, TURNS, first_of, text_speaker};
use serde_json::{Map, Value};

use super::exchange;
use super::role::{Role, Roles};
use crate::source::{Columns, Format, Speaker};

/// What the members of these records stand for, and the format that this makes them. A name that the user gave counts even
/// where no record has it: see [`all_there`].
pub(crate) fn roles(samples: &[Map<String, Value>], columns: &Columns) -> (Roles, Format) {
    let present = present(samples);
    let mut roles = Roles::default();
    for (name, role) in named(columns) {
        roles.insert(name, role);
    }
    let turns = conversations(&mut roles, &present, samples);
    let format = if turns { Format::Llava } else { Format::Jsonl };
    known(&mut roles, columns, &present, samples);
    if !turns && columns.text.is_none() {
        texts(&mut roles, &present, samples);
    }
    (roles, format)
}

/// The well-known members that these records lack, and that would have a role beside those that were found if one had them.
pub(crate) fn sought(roles: &Roles, columns: &Columns, samples: &[Map<String, Value>]) -> Vec<&'static str> {
    let present = present(samples);
    let mut names: Vec<&'static str> = known::ENTITIES.iter().map(|&(name, _)| name).collect();
    let mut either =
        |asked: &Option<String>, role: Role, usual: &'static [&'static str], all: &'static [&'static str]| {
            if asked.is_none() && (!roles.has(role) || usual.iter().any(|name| roles.of(name) == Some(role))) {
                names.extend(if roles.has(role) { usual } else { all });
            }
        };
    either(&columns.image, Role::Image, &["image", "images"], IMAGES);
    either(&columns.label, Role::Label, &["label", "labels"], LABELS);
    either(&columns.objects, Role::Objects, &[], OBJECTS);
    if !roles.has(Role::Turns) && columns.text.is_none() {
        names.extend(known::TEXTS.iter().map(|&(name, _)| name));
    }
    names.retain(|name| roles.of(name).is_none() && !present.iter().any(|other| other.eq_ignore_ascii_case(name)));
    names
}

/// Gives the members of these records that were sought the roles that their names and values ask for, where what they hold
/// `reads` as that; true when one got one.
pub(crate) fn add(
    roles: &mut Roles,
    columns: &Columns,
    records: &[Map<String, Value>],
    reads: &dyn Fn(&str, Role) -> bool,
) -> bool {
    let (present, before) = (present(records), roles.mapping().len());
    let mut found = Roles::default();
    known(&mut found, columns, &present, records);
    if !roles.has(Role::Turns) && columns.text.is_none() {
        texts(&mut found, &present, records);
    }
    for name in &present {
        if let Some(role) = found.of(name).filter(|role| *role != Role::Id && reads(name, *role)) {
            roles.insert(name, role);
        }
    }
    roles.mapping().len() > before
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

/// The members that the user names, and as what.
fn named(columns: &Columns) -> impl Iterator<Item = (&String, Role)> {
    let speaker = |name| text_speaker(name).unwrap_or(Speaker::Caption);
    let texts = columns.text.iter().flatten().map(move |name| (name, Role::Text(speaker(name))));
    let single = [
        (columns.id.as_ref(), Role::Id),
        (columns.image.as_ref(), Role::Image),
        (columns.label.as_ref(), Role::Label),
        (columns.objects.as_ref(), Role::Objects),
    ];
    single.into_iter().filter_map(|(name, role)| name.map(|name| (name, role))).chain(texts)
}

/// The members that the user names and none of those `present` is.
pub(crate) fn missing<'c>(columns: &'c Columns, present: &[String]) -> Vec<&'c str> {
    named(columns).map(|(name, _)| name.as_str()).filter(|name| !present.iter().any(|other| other == name)).collect()
}

/// Fails for the first member that the user names and none of those `present` is.
pub(crate) fn all_there(columns: &Columns, present: &[String]) -> Result<(), String> {
    let missing = named(columns).find(|(name, _)| !present.contains(name));
    missing.map_or(Ok(()), |(name, role)| Err(missing_column(role.name(), name, present)))
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
    for &(name, role) in known::ENTITIES {
        if present.iter().any(|other| other == name) && fits(&name, |value| value.is_array() || value.is_object()) {
            roles.insert(name, role);
        }
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
