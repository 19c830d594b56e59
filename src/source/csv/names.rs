//! The names in one field: a list as JSON or Python writes it, or names with separators between them.
//!
//! Invariant: a name has neither the brackets nor the quotes of the list that it stands in.

use std::borrow::Cow;

use serde_json::Value;

use crate::source::json::NAMES;

/// The names in a list with separators: `|`, `;` or `,`, the first of these that occurs; brackets around them go.
pub(super) fn listed(text: Cow<'_, str>) -> Vec<Cow<'_, str>> {
    if let Some(names) = quoted(&text) {
        return names.into_iter().map(Cow::Owned).collect();
    }
    match text {
        Cow::Borrowed(text) => separated(bare(text), &['|', ';', ',']).map(Cow::Borrowed).collect(),
        Cow::Owned(text) => separated(bare(&text), &['|', ';', ',']).map(|name| Cow::Owned(name.to_owned())).collect(),
    }
}

/// The labels in a field: those of a list, and where there may be `several`, those with `|` or `;` between them. A comma may be
/// part of a label ("tench, Tinca tinca").
pub(super) fn labels(text: Cow<'_, str>, several: bool) -> Vec<Cow<'_, str>> {
    match quoted(&text) {
        Some(names) => names.into_iter().map(Cow::Owned).collect(),
        None if several && text.contains(['|', ';']) => {
            separated(&text, &['|', ';']).map(|name| Cow::Owned(name.to_owned())).collect()
        }
        None => vec![text],
    }
}

/// What a list of quoted names or numbers holds; `None` for what is no such list.
pub(super) fn quoted(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    serde_json::from_str::<Vec<Value>>(text)
        .map_or_else(|_| python(inner), |list| Some(list.iter().filter_map(name).collect()))
}

fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text)
}

fn separated<'t>(text: &'t str, separators: &[char]) -> impl Iterator<Item = &'t str> + use<'t> {
    let separator = separators.iter().copied().find(|&separator| text.contains(separator)).unwrap_or('|');
    text.split(separator).map(str::trim).filter(|name| !name.is_empty())
}

/// The name that a JSON value is, or that an object has.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Object(members) => NAMES.iter().find_map(|member| name(members.get(*member)?)),
        Value::Null | Value::Array(_) => None,
    }
}

/// The elements of a list as Python, or `NumPy` without commas, prints it.
fn python(inner: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = inner.trim_start_matches(is_joint);
    while let Some(first) = rest.chars().next() {
        let (name, after) = if matches!(first, '\'' | '"') {
            string(&rest[1..], first)?
        } else {
            let end = rest.find(is_joint).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            (word == "None" || word.parse::<f64>().is_ok()).then_some(())?;
            (if word == "None" { String::new() } else { word.to_owned() }, after)
        };
        // What a quote closes ends there.
        (after.is_empty() || after.starts_with(is_joint)).then_some(())?;
        names.extend(Some(name.trim().to_owned()).filter(|name| !name.is_empty()));
        rest = after.trim_start_matches(is_joint);
    }
    Some(names)
}

fn is_joint(letter: char) -> bool {
    letter == ',' || letter.is_whitespace()
}

/// The string that `quote` closes, and what follows it.
fn string(text: &str, quote: char) -> Option<(String, &str)> {
    let (mut name, mut escaped) = (String::new(), false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => {
                name.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if letter == quote => return Some((name, &text[at + 1..])),
            _ => name.push(letter),
        }
    }
    None
}
