//! Writes changed values into a recipe's text and leaves the rest of it alone.
//!
//! Invariant: only keys whose value differs are touched; comments, order and spelling of all others stay byte for byte.

use std::io::Write as _;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{Recipe, RecipeError};

pub(super) fn merged(recipe: &Recipe, text: &str, path: &Path) -> Result<String, RecipeError> {
    let written = Recipe::parse(text, path)?;
    let broken = |error: &dyn std::fmt::Display| RecipeError::at(path, text, 0, error.to_string());
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| broken(&error))?;
    let wanted: DocumentMut = recipe.effective().parse().map_err(|error: toml_edit::TomlError| broken(&error))?;
    let present: DocumentMut = written.effective().parse().map_err(|error: toml_edit::TomlError| broken(&error))?;
    merge(document.as_table_mut(), wanted.as_table(), present.as_table());
    Ok(document.to_string())
}

/// Makes `document` say what `wanted` says wherever that differs from what it says now (`present`).
fn merge(document: &mut dyn TableLike, wanted: &dyn TableLike, present: &dyn TableLike) {
    let nothing = Table::new();
    for (key, value) in wanted.iter().filter(|(key, value)| !same(Some(value), present.get(key))) {
        if let Some(list) = value.as_array_of_tables() {
            merge_list(document, key, (list, present.get(key).and_then(Item::as_array_of_tables)));
            continue;
        }
        let Some(inner) = value.as_table_like().filter(|table| !is_choice(*table)) else {
            replace(document, key, value);
            continue;
        };
        let inner_before = present.get(key).and_then(Item::as_table_like).unwrap_or(&nothing);
        let entry = document.entry(key).or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = entry.as_table_like_mut() {
            merge(table, inner, inner_before);
        }
    }
    let gone: Vec<&str> = present.iter().map(|(key, _)| key).filter(|key| !wanted.contains_key(key)).collect();
    for key in gone {
        document.remove(key);
    }
}

/// Makes a list of tables say what is wanted: entries that are wanted still stay as they were written, in their old order or not.
fn merge_list(document: &mut dyn TableLike, key: &str, (wanted, present): (&ArrayOfTables, Option<&ArrayOfTables>)) {
    let written = |entry: &Table| {
        let mut places = present.into_iter().flat_map(ArrayOfTables::iter);
        places.position(|old| same_table(entry, old))
    };
    if let Some(Item::Value(Value::Array(old))) = document.get(key) {
        let mut fresh = Array::new();
        for entry in wanted {
            let kept = written(entry).and_then(|place| old.get(place)).cloned();
            fresh.push(kept.unwrap_or_else(|| Value::InlineTable(inline_table(entry))));
        }
        *fresh.decor_mut() = old.decor().clone();
        document.insert(key, Item::Value(Value::Array(fresh)));
        return;
    }
    let old = document.get(key).and_then(Item::as_array_of_tables).cloned().unwrap_or_default();
    let mut fresh = ArrayOfTables::new();
    for entry in wanted {
        let kept = written(entry).and_then(|place| old.get(place)).cloned();
        fresh.push(kept.unwrap_or_else(|| {
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            for (key, value) in entry {
                replace(&mut table, key, value);
            }
            table
        }));
    }
    document.insert(key, Item::ArrayOfTables(fresh));
}

fn same_table(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    let mut keys = one.iter().chain(other.iter()).map(|(key, _)| key);
    keys.all(|key| same(one.get(key), other.get(key)))
}

/// `{ count = 304 }` and `{ cap = 5000 }` are one value, not a table to merge into.
fn is_choice(table: &dyn TableLike) -> bool {
    const CHOICES: [&str; 4] = ["count", "tail_mass", "cap", "floor"];
    table.len() == 1 && CHOICES.iter().any(|key| table.contains_key(key))
}

fn same(one: Option<&Item>, other: Option<&Item>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() == other.is_none() };
    match (one.as_table_like(), other.as_table_like()) {
        (Some(one), Some(other)) => same_table(one, other),
        _ => one.to_string().trim() == other.to_string().trim(),
    }
}

/// Sets a key; a comment behind the old value stays behind the new one.
fn replace(document: &mut dyn TableLike, key: &str, value: &Item) {
    let mut fresh = match value.as_table_like() {
        Some(table) if is_choice(table) => Item::Value(Value::InlineTable(inline_table(table))),
        _ => value.clone(),
    };
    if let Some(old) = document.get(key).and_then(Item::as_value)
        && let Some(new) = fresh.as_value_mut()
    {
        *new.decor_mut() = old.decor().clone();
    } else if let Some(new) = fresh.as_value_mut() {
        new.decor_mut().clear();
    }
    match document.get_mut(key) {
        Some(slot) => *slot = fresh,
        None => {
            document.insert(key, fresh);
        }
    }
}

fn inline_table(table: &dyn TableLike) -> InlineTable {
    let mut inline = InlineTable::new();
    for (key, value) in table.iter() {
        if let Some(value) = value.as_value() {
            let mut value = value.clone();
            value.decor_mut().clear();
            inline.insert(key, value);
        } else if let Some(table) = value.as_table_like() {
            inline.insert(key, Value::InlineTable(inline_table(table)));
        }
    }
    inline
}

pub(super) fn save(recipe: &Recipe, path: &Path) -> Result<(), RecipeError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => super::DEFAULT_TEXT.to_owned(),
        Err(cause) => return Err(RecipeError::Unreadable { path: path.to_path_buf(), cause }),
    };
    save_over(recipe, &text, path)
}

pub(super) fn save_over(recipe: &Recipe, text: &str, path: &Path) -> Result<(), RecipeError> {
    let text = merged(recipe, text, path)?;
    write_beside(&text, path).map_err(|cause| RecipeError::Unwritable { path: path.to_path_buf(), cause })
}

/// Writes to a temporary name in the same folder, syncs, and renames over `path`; a symbolic link is followed.
fn write_beside(text: &str, path: &Path) -> std::io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, &target));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
