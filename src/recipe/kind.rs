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
    ("rebalance.perspective", "\"label\""),
    ("rebalance.stages", "[5.0, 2.0]"),
    ("rebalance.size", "500000"),
    ("rebalance.subclasses", "\"subclasses.jsonl\""),
    ("rebalance.override", "[{ entity = \"token:man\", action = { cap = 5000 } }]"),
    ("rebalance.override.entity", "\"token:man\""),
    ("rebalance.override.action", "{ cap = 5000 }"),
    ("rebalance.override.action.*", "5000"),
    ("synthesis.perspectives", "[\"label\"]"),
    ("synthesis.ceiling", "500"),
    ("synthesis.entity", "[{ entity = \"label:toaster\", ceiling = 20 }]"),
    ("synthesis.entity.entity", "\"label:toaster\""),
    ("synthesis.entity.ceiling", "20"),
    ("synthesis.dropped_seeds", "[\"id\"]"),
    ("synthesis.diffusion.bundle", "\"folder\""),
];

/// What is said of the value at `span`, which serde refused; `None` where its place or an example is not known.
pub(super) fn told(document: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let (path, value) = at(document, span)?;
    let example: Value = example(&path)?;
    let name = path.rsplit('.').next()?;
    let (found, wanted) = (found(value), kind(&example));
    let negative = matches!(value, DeValue::Integer(number) if number.as_str().starts_with('-'));
    let least = if negative { " of at least 0" } else { "" };
    Some(format!("{name} is {found} where {wanted}{least} belongs; write for example {name} = {example}"))
}

/// The key, dotted and without places in lists, and the value that stand at a span: the innermost.
fn at<'a>(document: &'a DeTable<'a>, span: &Range<usize>) -> Option<(String, &'a DeValue<'a>)> {
    let mut pending: Vec<(String, &DeTable<'_>)> = vec![(String::new(), document)];
    let mut best: Option<(String, &DeValue<'_>)> = None;
    while let Some((above, table)) = pending.pop() {
        for (key, value) in table {
            let path = if above.is_empty() { key.get_ref().to_string() } else { format!("{above}.{}", key.get_ref()) };
            let items = match value.get_ref() {
                DeValue::Array(items) => items.iter().collect(),
                _ => Vec::new(),
            };
            for value in std::iter::once(value).chain(items) {
                if value.span() == *span {
                    best = Some((path.clone(), value.get_ref()));
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

fn found(value: &DeValue<'_>) -> String {
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
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}
