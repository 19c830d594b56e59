//! Reads a recipe strictly: grammar first, then types, then ranges, each fault with its place in the file.
//!
//! Invariant: a recipe that passes can be used as it stands; nothing in it is silently ignored or clamped.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::grammar::{self, Status};
use super::{Line, Lines, Place, Recipe, RecipeError, kind, overrides, ranges, syntax, synthesis};
use crate::entity::Perspective;

/// A fault before its file is known: a byte range of the text and what is wrong there.
struct Fault(Range<usize>, String);

/// Parses and checks the text of the recipe at `path`.
pub(super) fn parse(text: &str, path: &Path) -> Result<Recipe, RecipeError> {
    checked(text).map_err(|Fault(span, message)| RecipeError::at(path, text, span.start, message))
}

fn checked(text: &str) -> Result<Recipe, Fault> {
    let document = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = syntax::told(text, &span, &one_line(&error));
        Fault(span, message)
    })?;
    check_table(document.get_ref(), "")?;
    let mut recipe: Recipe = toml::from_str(text).map_err(|error| refused(&error, document.get_ref()))?;
    let line = |path: &str| {
        let start = span_of(document.get_ref(), path).start;
        Line(text.is_char_boundary(start).then(|| Place::of(text, start)))
    };
    for (number, entry) in recipe.rebalance.overrides.iter_mut().enumerate() {
        entry.line = line(&format!("rebalance.override.{number}.entity"));
    }
    for (number, entry) in recipe.synthesis.entities.iter_mut().enumerate() {
        entry.line = line(&format!("synthesis.entity.{number}.entity"));
    }
    let lines = &mut recipe.rebalance.lines;
    let keys = ["policy", "perspective", "pass_count", "size", "stages", "balance_by", "no_entity", "subclasses"];
    let [policy, perspective, pass_count, size, stages, balance_by, no_entity, subclasses] =
        keys.map(|key| line(&format!("rebalance.{key}")));
    let thresholds = Perspective::ALL.map(|perspective| line(&format!("threshold.{}", perspective.key())));
    *lines = Lines { policy, perspective, pass_count, size, stages, balance_by, subclasses, no_entity, thresholds };
    check_ranges(&recipe, document.get_ref())?;
    Ok(recipe)
}

/// What is said of a value that does not go into a recipe.
fn refused(error: &toml::de::Error, document: &DeTable<'_>) -> Fault {
    let (span, message) = (error.span().unwrap_or(0..0), one_line(error));
    // A threshold is a table of one of two keys, and a text in its place names neither.
    let variant = unknown_variant(&message).filter(|(_, known)| !known.contains(&"tail_mass"));
    if let Some((value, known)) = variant {
        return Fault(span, format!("no such value '{value}'; {}", grammar::meant(value, &known)));
    }
    let told = Some(&span).filter(|_| is_about_type(&message)).and_then(|span| kind::told(document, span, &message));
    Fault(span, told.unwrap_or(message))
}

/// True when a value cannot be read as what belongs there, or is not there.
fn is_about_type(message: &str) -> bool {
    ["invalid type", "invalid value", "wanted ", "data did not match", "missing field", "unknown variant"]
        .iter()
        .any(|start| message.starts_with(start))
}

fn one_line(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', "; ")
}

/// Takes serde's "unknown variant `x`, expected one of `a`, `b`" apart.
fn unknown_variant(message: &str) -> Option<(&str, Vec<&str>)> {
    let mut quoted = message.strip_prefix("unknown variant ")?.split('`').skip(1).step_by(2);
    let value = quoted.next()?;
    Some((value, quoted.collect()))
}

fn check_table(table: &DeTable<'_>, path: &str) -> Result<(), Fault> {
    let Some(known) = grammar::table(path) else { return Ok(()) };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match known.keys.iter().find(|&&(candidate, _)| candidate == name) {
            None => {
                let hint = grammar::suggestion(name, known);
                return Err(Fault(key.span(), format!("unknown key '{name}'; {hint}")));
            }
            Some((_, Status::NotYet(missing))) => return Err(Fault(key.span(), (*missing).to_owned())),
            Some((_, Status::Ready)) => {
                let path = joined(path, name);
                check_brackets(value, &path)?;
                check_value(value, &path)?;
            }
        }
    }
    Ok(())
}

/// A table that stands once has one pair of brackets, and each entry of a list has two.
fn check_brackets(value: &Spanned<DeValue<'_>>, path: &str) -> Result<(), Fault> {
    let listed = grammar::LISTS.contains(&path);
    match value.get_ref() {
        DeValue::Table(_) if listed => {
            let message = format!("[{path}] is one of a list; write [[{path}]] over each entry");
            Err(Fault(value.span(), message))
        }
        DeValue::Array(items) if !listed && grammar::table(path).is_some() => {
            let mut tables = items.iter().filter(|item| matches!(item.get_ref(), DeValue::Table(_)));
            let message = || format!("[[{path}]] begins a list, and there is one {path} only; write [{path}]");
            tables.next().map_or(Ok(()), |table| Err(Fault(table.span(), message())))
        }
        _ => Ok(()),
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn check_value(value: &Spanned<DeValue<'_>>, path: &str) -> Result<(), Fault> {
    match value.get_ref() {
        DeValue::Table(table) => check_table(table, path),
        DeValue::Array(items) => {
            check_list(items, (path, value.span()))?;
            items.iter().try_for_each(|item| check_value(item, path))
        }
        DeValue::String(text) => {
            let missing = grammar::VALUES_NOT_YET.iter().find(|&&(key, name, _)| key == path && name == text.as_ref());
            missing.map_or(Ok(()), |&(_, _, what)| Err(Fault(value.span(), what.to_owned())))
        }
        _ => Ok(()),
    }
}

/// A list that has to hold something does, and none names the same twice.
fn check_list(items: &[Spanned<DeValue<'_>>], (path, span): (&str, Range<usize>)) -> Result<(), Fault> {
    if let (true, Some((_, needs))) = (items.is_empty(), grammar::NEVER_EMPTY.iter().find(|(known, _)| *known == path))
    {
        return Err(Fault(span, (*needs).to_owned()));
    }
    let mut seen: Vec<&str> = Vec::new();
    for item in items {
        let DeValue::String(text) = item.get_ref() else { continue };
        if seen.contains(&text.as_ref()) {
            return Err(Fault(item.span(), format!("'{text}' stands twice; remove one")));
        }
        seen.push(text);
    }
    Ok(())
}

fn check_ranges(recipe: &Recipe, document: &DeTable<'_>) -> Result<(), Fault> {
    let place = |path: &str| span_of(document, path);
    if recipe.version != 1 {
        let message = format!("version {} is not known; write version = 1", recipe.version);
        return Err(Fault(place("version"), message));
    }
    let thresholds = recipe.threshold.iter().filter_map(|(perspective, choice)| {
        Some((format!("threshold.{}", perspective.key()), ranges::threshold(*choice)?))
    });
    let of_overrides = overrides::fault(&recipe.rebalance.overrides, &recipe.entities.perspectives)
        .map(|(place, message)| (format!("rebalance.{place}"), message));
    let of_synthesis = synthesis::fault(&recipe.synthesis, &recipe.entities.perspectives)
        .map(|(place, message)| (format!("synthesis.{place}"), message));
    let mut faults = thresholds.chain(ranges::rebalance(recipe)).chain(of_overrides).chain(of_synthesis);
    faults.next().map_or(Ok(()), |(path, message)| Err(Fault(place(&path), message)))
}

/// Where a dotted path's value stands, or the deepest part of the path that is there.
fn span_of(document: &DeTable<'_>, path: &str) -> Range<usize> {
    let mut parts = path.split('.');
    let Some(mut value) = parts.next().and_then(|part| document.get(part)) else { return 0..0 };
    for part in parts {
        let inner = match value.get_ref() {
            DeValue::Table(table) => table.get(part),
            DeValue::Array(items) => part.parse().ok().and_then(|number: usize| items.get(number)),
            _ => None,
        };
        let Some(inner) = inner else { break };
        value = inner;
    }
    value.span()
}
