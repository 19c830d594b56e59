//! Reads one JSON record into an instance.
//!
//! Invariant: the same bytes and roles give the same instance or the same fault, when a dataset is opened and ever after.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::pair::{Pair, Pairs, take_pairs};
use super::turn::Turns;
use super::value::{Name, Strings, Text};
use crate::source::role::{Role, Roles};
use crate::source::walk::Fault;
use crate::source::{Given, Image, Instance, SetAsideKind, Turn};

/// Members that hold the name of an object, a label or a token given as an object.
pub(crate) const NAMES: &[&str] = &["name", "label", "category", "class", "object", "text"];
/// Members that hold the text of a caption given as an object.
pub(crate) const TEXTS: &[&str] = &["caption", "text", "value", "raw", "sentence", "answer", "question"];
/// Members that hold the path of an image given as an object.
pub(crate) const PATHS: &[&str] = &["path", "file_name", "url", "src"];

/// Clears `into` and fills it with the record; an empty id means that the record has none.
pub(crate) fn read<'a>(record: &'a [u8], roles: &Roles, into: &mut Instance<'a>) -> Result<(), Fault> {
    into.clear();
    let text = simdutf8::basic::from_utf8(record).map_err(|_| invalid_utf8(record))?;
    let at = Cell::new(None);
    let mut deserializer = sonic_rs::Deserializer::from_str(text);
    let seed = Record { roles, into, at: &at };
    let used = seed
        .deserialize(&mut deserializer)
        .and_then(|used| deserializer.end().map(|()| used))
        .map_err(|error| fault(&error, at.get()))?;
    if used {
        return Ok(());
    }
    let message = format!("the record has none of the members {}", roles.content_members());
    Err(Fault::new(SetAsideKind::WrongType, message))
}

/// Reads a record of a fixed form.
pub(crate) fn parse<'a, T: serde::Deserialize<'a>>(record: &'a [u8]) -> Result<T, Fault> {
    let text = simdutf8::basic::from_utf8(record).map_err(|_| invalid_utf8(record))?;
    sonic_rs::from_str(text).map_err(|error| fault(&error, None))
}

fn invalid_utf8(record: &[u8]) -> Fault {
    let place = std::str::from_utf8(record).map_or_else(|error| error.valid_up_to(), str::len);
    Fault::new(SetAsideKind::InvalidUtf8, format!("byte {place} of the record is not UTF-8"))
}

fn fault(error: &sonic_rs::Error, member: Option<Role>) -> Fault {
    let message = error.to_string();
    let line = message.lines().next().unwrap_or_default();
    let words = line.split(" at line ").next().unwrap_or(line);
    if error.is_unmatched_type() {
        let place = member.map(|role| format!("{}: ", role.name())).unwrap_or_default();
        return Fault::new(SetAsideKind::WrongType, format!("{place}{words}"));
    }
    Fault::new(SetAsideKind::BadJson, format!("{words} at byte {} of the record", error.offset()))
}

struct Record<'i, 'de> {
    roles: &'i Roles,
    into: &'i mut Instance<'de>,
    /// The member that is being read, for messages.
    at: &'i Cell<Option<Role>>,
}

impl<'de> DeserializeSeed<'de> for Record<'_, 'de> {
    /// True when some member beside the id said something.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut pairs = Vec::new();
        let mut used = false;
        while let Some(Text(member)) = map.next_key()? {
            let role = self.roles.of(&member);
            self.at.set(role);
            match role {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(Role::Id) => self.into.id = map.next_value::<Name<'de>>()?.0.unwrap_or_default(),
                Some(Role::Pairs) => used |= paired(&mut map, &mut self.into.given, &mut pairs)?,
                Some(Role::Statistics) => {
                    used |= map.next_value_seed(Statistics { given: &mut self.into.given, pairs: &mut pairs })?;
                }
                Some(role) => used |= content(&mut map, role, self.into)?,
            }
        }
        take_pairs(pairs, &mut self.into.given);
        distinct(&mut self.into.labels);
        Ok(used)
    }
}

/// Reads a member that says something about the instance; false for null.
fn content<'de, A: MapAccess<'de>>(map: &mut A, role: Role, into: &mut Instance<'de>) -> Result<bool, A::Error> {
    let Instance { turns, images, labels, given, .. } = into;
    match role {
        Role::Turns => map.next_value_seed(Turns(into)),
        Role::Text(speaker) => map.next_value_seed(Strings {
            expecting: "a text or a list of texts",
            scalars: false,
            members: TEXTS,
            each: &mut |text| {
                if !text.is_empty() {
                    turns.push(Turn { speaker, text });
                }
            },
        }),
        Role::Image => map.next_value_seed(Strings {
            expecting: "an image's path or a list of them",
            scalars: false,
            members: PATHS,
            each: &mut |path| {
                if !path.is_empty() {
                    images.push(Image::Path(path));
                }
            },
        }),
        Role::Label => map.next_value_seed(names(&mut |name| push(labels, name))),
        Role::Objects => listed(map, &mut given.objects),
        Role::Tokens => listed(map, &mut given.tokens),
        Role::Interrogations => listed(map, &mut given.interrogations),
        Role::Id | Role::Pairs | Role::Statistics => map.next_value::<IgnoredAny>().map(|_| false),
    }
}

/// A list of names where one was given; null gives none.
fn listed<'de, A: MapAccess<'de>>(map: &mut A, list: &mut Option<Vec<Cow<'de, str>>>) -> Result<bool, A::Error> {
    let mut found = Vec::new();
    let given = map.next_value_seed(names(&mut |name| push(&mut found, name)))?;
    if given {
        list.get_or_insert_default().append(&mut found);
    }
    Ok(given)
}

/// Pairs where a list was given; they are taken apart once all objects of the record are known.
fn paired<'de, A: MapAccess<'de>>(
    map: &mut A,
    given: &mut Given<'de>,
    pairs: &mut Vec<Pair<'de>>,
) -> Result<bool, A::Error> {
    let listed = map.next_value_seed(Pairs(pairs))?;
    if listed {
        given.pairs.get_or_insert_default();
    }
    Ok(listed)
}

fn names<'s, 'de>(each: &'s mut dyn FnMut(Cow<'de, str>)) -> Strings<'s, 'de> {
    Strings { expecting: "a name or a list of names", scalars: true, members: NAMES, each }
}

fn push<'de>(list: &mut Vec<Cow<'de, str>>, name: Cow<'de, str>) {
    if !name.trim().is_empty() {
        list.push(name);
    }
}

/// Keeps the first of equal names.
pub(crate) fn distinct(names: &mut Vec<Cow<'_, str>>) {
    if names.len() < 2 {
        return;
    }
    let mut seen = rustc_hash::FxHashSet::default();
    let first: Vec<bool> = names.iter().map(|name| seen.insert(name.as_ref())).collect();
    let mut first = first.into_iter();
    names.retain(|_| first.next().unwrap_or(true));
}

/// The official layout.
struct Statistics<'i, 'de> {
    given: &'i mut Given<'de>,
    pairs: &'i mut Vec<Pair<'de>>,
}

impl<'de> DeserializeSeed<'de> for Statistics<'_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Statistics<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of token, object, co_occurrence, what_word")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut used = false;
        while let Some(Text(member)) = map.next_key()? {
            used |= match member.as_ref() {
                "token" => listed(&mut map, &mut self.given.tokens)?,
                "object" => listed(&mut map, &mut self.given.objects)?,
                "what_word" => listed(&mut map, &mut self.given.interrogations)?,
                "co_occurrence" => paired(&mut map, self.given, self.pairs)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    false
                }
            };
        }
        Ok(used)
    }
}
