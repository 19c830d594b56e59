//! Single values: whether two are the same, and one in the place of another.
//!
//! Invariant: what is put in the place of a value keeps the comments, the spaces and the form of the old one.

use toml_edit::{Decor, InlineTable, Item, Key, TableLike, Value};

use super::place::{prefix, suffix};

/// `{ count = 304 }` and `{ cap = 5000 }` are one value, not a table to merge into.
pub(super) fn is_choice(table: &dyn TableLike) -> bool {
    const CHOICES: [&str; 4] = ["count", "tail_mass", "cap", "floor"];
    table.len() == 1 && CHOICES.iter().any(|key| table.contains_key(key))
}

/// True when both say the same, or neither is there; of values as the program writes them.
pub(super) fn same(one: Option<&Item>, other: Option<&Item>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() == other.is_none() };
    match (one.as_table_like(), other.as_table_like()) {
        (Some(one), Some(other)) => same_table(one, other),
        _ => one.to_string().trim() == other.to_string().trim(),
    }
}

fn same_table(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    let mut keys = one.iter().chain(other.iter()).map(|(key, _)| key);
    keys.all(|key| same(one.get(key), other.get(key)))
}

/// Sets a key, in the place and the form of what it held.
pub(super) fn put(table: &mut dyn TableLike, key: &str, value: &Item) {
    let Some(old) = table.get_mut(key) else {
        table.insert(key, plain(value));
        return;
    };
    if choose(old, value) {
        return;
    }
    let above = old.as_table_like().filter(|_| !old.is_inline_table() || is_dotted(old)).and_then(key_of_inner);
    if let Some((around, decor)) = above {
        let header = old
            .as_table()
            .map_or_else(String::new, |table| format!("{}{}", prefix(table.decor()), suffix(table.decor())));
        *old = plain(value);
        if let Some(value) = old.as_value_mut() {
            *value.decor_mut() = decor;
        }
        if let Some(mut key) = table.key_mut(key) {
            let comments = if header.contains('#') { format!("{}\n", header.trim()) } else { String::new() };
            let space = around.suffix().and_then(toml_edit::RawString::as_str).unwrap_or(" ");
            *key.leaf_decor_mut() = Decor::new(format!("{comments}{}", prefix(&around)), space);
        }
        return;
    }
    set(old, value);
}

fn is_dotted(item: &Item) -> bool {
    item.as_table_like().is_some_and(TableLike::is_dotted)
}

/// What is around the key and the value of a table's only entry.
fn key_of_inner(table: &dyn TableLike) -> Option<(Decor, Decor)> {
    let (name, value) = table.iter().next()?;
    Some((table.key(name)?.leaf_decor().clone(), value.as_value()?.decor().clone()))
}

/// Puts `{ floor = 7 }` in the place of `{ cap = 40 }`, however that is written; false where there is no such choice.
fn choose(old: &mut Item, value: &Item) -> bool {
    let one = |item: &Item| {
        let (key, value) = item.as_table_like().filter(|table| is_choice(*table))?.iter().next()?;
        Some((key.to_owned(), value.clone()))
    };
    let (Some((was, _)), Some((name, inner))) = (one(old), one(value)) else { return false };
    if was == name {
        let slot = old.as_table_like_mut().and_then(|table| table.get_mut(&name));
        if let Some(slot) = slot {
            set(slot, &inner);
        }
        return true;
    }
    let renamed = |key: &Key| {
        Key::new(&name).with_leaf_decor(key.leaf_decor().clone()).with_dotted_decor(key.dotted_decor().clone())
    };
    match old {
        Item::Table(table) => {
            if let Some((key, mut item)) = table.remove_entry(&was) {
                set(&mut item, &inner);
                table.insert_formatted(&renamed(&key), item);
            }
        }
        Item::Value(Value::InlineTable(table)) => {
            if let Some((key, value)) = table.remove_entry(&was) {
                let mut item = Item::Value(value);
                set(&mut item, &inner);
                if let Item::Value(value) = item {
                    table.insert_formatted(&renamed(&key), value);
                }
            }
        }
        _ => return false,
    }
    true
}

/// Another value with what is around the old one.
fn set(old: &mut Item, value: &Item) {
    let around = old.as_value().map(|value| value.decor().clone());
    *old = plain(value);
    if let (Some(around), Some(value)) = (around, old.as_value_mut()) {
        *value.decor_mut() = around;
    }
}

/// A value with nothing around it; a choice on one line.
pub(super) fn plain(value: &Item) -> Item {
    match (value.as_table_like(), value.as_value()) {
        (Some(table), _) => Item::Value(Value::InlineTable(inline_table(table))),
        (None, Some(value)) => {
            let mut value = value.clone();
            value.decor_mut().clear();
            Item::Value(value)
        }
        (None, None) => value.clone(),
    }
}

fn inline_table(table: &dyn TableLike) -> InlineTable {
    let mut inline = InlineTable::new();
    for (key, value) in table.iter() {
        if let Item::Value(value) = plain(value) {
            inline.insert(key, value);
        }
    }
    inline
}
