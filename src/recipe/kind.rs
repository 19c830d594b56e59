//! What is said of a value of the wrong type: what was found, what belongs there, and an example of it.
//!
//! Invariant: an example can be written as it is told; the defaults are their own examples.

use std::ops::Range;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::Recipe;

/// Examples for keys without a default; `*` stands for any name.
const EXAMPLES: &[(&str, &str)] = &[
    ("dataset.columns", "{ id = \"id\", text = [\"caption\"] }"),
    ("dataset.columns.text", "[\"caption\"]"),
    ("dataset.columns.*", "\"id\""),
    ("dataset.image_root", "\"images\""),
    ("dataset.entities", "\"objects.jsonl\""),
    ("entities.vocabulary", "\"things.txt\""),
    ("threshold", "{ token = { count = 120 } }"),
    ("threshold.*", "{ count = 120 }"),
    ("threshold.*.count", "120"),
    ("threshold.*.tail_mass", "0.1"),
    ("entities.perspectives", "[\"token\", \"label\"]"),
    ("rebalance.perspective", "\"label\""),
    ("rebalance.stages", "[5.0, 2.0]"),
    ("rebalance.size", "500000"),
    ("rebalance.subclasses", "\"subclasses.jsonl\""),
    ("rebalance.override", "[{ entity = \"token:man\", action = { cap = 5000 } }]"),
    ("rebalance.override.entity", "\"token:man\""),
    ("rebalance.override.action", "{ cap = 5000 }"),
    ("rebalance.override.action.*", "5000"),
    ("synthesis.policies", "[\"repeat\"]"),
    ("synthesis.perspectives", "[\"label\"]"),
    ("synthesis.ceiling", "500"),
    ("synthesis.entity", "[{ entity = \"label:toaster\", ceiling = 20 }]"),
    ("synthesis.entity.entity", "\"label:toaster\""),
    ("synthesis.entity.ceiling", "20"),
    ("synthesis.dropped_seeds", "[\"id\"]"),
    ("synthesis.diffusion.bundle", "\"folder\""),
];

/// What belongs where an example alone would not tell.
const WANTED: &[(&str, &str)] = &[
    ("synthesis.budget", "\"restore\", \"none\" or a whole number"),
    ("rebalance.override.action", "\"pin\", \"exclude\", { cap = n } or { floor = n }"),
];

/// Whole numbers that can be 0; others are at least 1.
const FROM_ZERO: &[&str] = &["seed", "synthesis.budget", "synthesis.entity.ceiling"];
/// Whole numbers without another limit than TOML's own.
const LONG: &[&str] = &["seed", "synthesis.budget", "rebalance.size"];

/// What belongs where a text does.
pub(super) const TEXT: &str = "a text in quotes";

/// A value and where it stands.
struct Found<'a> {
    /// The key, dotted and without places in lists.
    path: String,
    value: &'a DeValue<'a>,
    /// True for an item of the key's list.
    item: bool,
}

/// What is said of the value at `span`, which serde refused with `message`; `None` where its place or an example is not known.
pub(super) fn told(document: &DeTable<'_>, span: &Range<usize>, message: &str) -> Option<String> {
    let found = at(document, span)?;
    let name = found.path.rsplit('.').next()?;
    if let Some(missing) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let example = written(&format!("{}.{missing}", found.path))?;
        return Some(format!("this entry lacks {missing}; write for example {missing} = {example}"));
    }
    let example: Value = example(&found.path)?;
    if let (DeValue::Table(table), Value::Table(_)) = (found.value, &example) {
        let keys: Vec<&str> = table.keys().map(|key| key.get_ref().as_ref()).collect();
        let says = if keys.is_empty() { "says nothing".to_owned() } else { format!("says {}", keys.join(" and ")) };
        return Some(format!("{name} {says}, where one key belongs; write for example {name} = {example}"));
    }
    if matches!(example, Value::Table(_)) && !found.path.contains('.') {
        let what = described(found.value);
        return Some(format!(
            "{name} is {what} where a table belongs; write [{name}] on a line, and its keys under it"
        ));
    }
    if let Some(limit) = out_of_range(&found) {
        return Some(format!("{name} = {limit}"));
    }
    let what = described(found.value);
    if let Some(choice) = threshold(&found) {
        return Some(format!("{name} is {what} where a table belongs; write {name} = {choice}"));
    }
    let wanted = match &example {
        Value::Array(items) if found.item => kind(items.first()?),
        example => wanted_of(&found.path, example),
    };
    let verb = if found.item { "holds" } else { "is" };
    Some(format!("{name} {verb} {what} where {wanted} belongs; write for example {name} = {example}"))
}

/// What a threshold without its table is meant to be: a count, or a share, as a number or with a percent sign.
fn threshold(found: &Found<'_>) -> Option<String> {
    found.path.strip_prefix("threshold.").filter(|name| !name.contains('.'))?;
    let written = match found.value {
        DeValue::String(text) => text.trim(),
        DeValue::Integer(number) => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => return None,
    };
    let (digits, unit) = written.strip_suffix('%').map_or((written, 1.0), |digits| (digits.trim_end(), 100.0));
    let value = digits.replace('_', "").parse::<f64>().ok()? / unit;
    if value > 0.0 && value < 1.0 {
        return Some(format!("{{ tail_mass = {value} }}"));
    }
    let counts = unit < 2.0 && value >= 1.0 && value.fract() == 0.0 && value <= f64::from(u32::MAX);
    counts.then(|| format!("{{ count = {value} }}"))
}

/// A whole number that is none that can be held: what it is, and the limit that it is beyond.
fn out_of_range(found: &Found<'_>) -> Option<String> {
    let DeValue::Integer(number) = found.value else { return None };
    let (path, number) = (found.path.as_str(), number.as_str());
    if !matches!(example(path)?, Value::Integer(_)) && !LONG.contains(&path) {
        return None;
    }
    if number.starts_with('-') {
        let least = u8::from(!FROM_ZERO.contains(&path));
        return Some(format!("{number} is out of range; write a whole number of at least {least}"));
    }
    let most = if LONG.contains(&path) { i64::MAX } else { i64::from(u32::MAX) };
    let beyond = number.replace('_', "").parse().map_or(true, |number: i64| number > most);
    beyond.then(|| format!("{number} is too large; write a whole number of at most {most}"))
}

/// An example of a key's value, as it is written.
pub(super) fn written(path: &str) -> Option<String> {
    example(path)
        .filter(|example| !matches!(example, Value::Table(table) if table.len() > 2))
        .map(|example| example.to_string())
}

/// What belongs under a key, in words.
pub(super) fn wanted(path: &str) -> Option<&'static str> {
    Some(wanted_of(path, &example(path)?))
}

fn wanted_of(path: &str, example: &Value) -> &'static str {
    WANTED.iter().find(|(known, _)| *known == path).map_or_else(|| kind(example), |(_, wanted)| wanted)
}

/// What stands at a span: the innermost.
fn at<'a>(document: &'a DeTable<'a>, span: &Range<usize>) -> Option<Found<'a>> {
    let mut pending: Vec<(String, &DeTable<'_>)> = vec![(String::new(), document)];
    let mut best: Option<Found<'_>> = None;
    while let Some((above, table)) = pending.pop() {
        for (key, value) in table {
            let path = if above.is_empty() { key.get_ref().to_string() } else { format!("{above}.{}", key.get_ref()) };
            let items = match value.get_ref() {
                DeValue::Array(items) => items.iter().collect(),
                _ => Vec::new(),
            };
            let all = std::iter::once((value, false)).chain(items.into_iter().map(|item| (item, true)));
            for (value, item) in all {
                if value.span() == *span {
                    best = Some(Found { path: path.clone(), value: value.get_ref(), item });
                }
                if let DeValue::Table(inner) = value.get_ref() {
                    pending.push((path.clone(), inner));
                }
            }
        }
    }
    best
}

fn example(path: &str) -> Option<Value> {
    let mut generic: Vec<&str> = path.split('.').collect();
    let known = |path: &str| EXAMPLES.iter().find(|(known, _)| *known == path).map(|(_, example)| *example);
    let written = known(path).or_else(|| {
        let place = if generic.first() == Some(&"threshold") { 1 } else { generic.len() - 1 };
        *generic.get_mut(place)? = "*";
        known(&generic.join("."))
    });
    if let Some(text) = written {
        let mut table: toml::Table = toml::from_str(&format!("example = {text}")).ok()?;
        return table.remove("example");
    }
    let defaults = Value::try_from(Recipe::default()).ok()?;
    path.split('.').try_fold(&defaults, |value, key| value.get(key)).cloned()
}

fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{text}\""),
        DeValue::Integer(number) => format!("the number {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

const fn kind(example: &Value) -> &'static str {
    match example {
        Value::String(_) => TEXT,
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}
