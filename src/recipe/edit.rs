//! Writes changed values into a recipe's text and leaves the rest of it alone.
//!
//! Invariant: only keys whose value differs are touched; comments, order and spelling of all others stay byte for byte.

use std::io::Write as _;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

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

/// `{ count = 304 }` and `{ tail_mass = 0.1 }` are one value, not a table to merge into.
fn is_choice(table: &dyn TableLike) -> bool {
    table.len() == 1 && (table.contains_key("count") || table.contains_key("tail_mass"))
}

fn same(one: Option<&Item>, other: Option<&Item>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() == other.is_none() };
    match (one.as_table_like(), other.as_table_like()) {
        (Some(one), Some(other)) => {
            let mut keys = one.iter().chain(other.iter()).map(|(key, _)| key);
            keys.all(|key| same(one.get(key), other.get(key)))
        }
        _ => one.to_string().trim() == other.to_string().trim(),
    }
}

/// Sets a key; a comment behind the old value stays behind the new one.
fn replace(document: &mut dyn TableLike, key: &str, value: &Item) {
    let mut fresh = match value.as_table_like() {
        Some(table) if is_choice(table) => inline(table),
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

fn inline(table: &dyn TableLike) -> Item {
    let mut inline = toml_edit::InlineTable::new();
    for (key, value) in table.iter() {
        if let Some(value) = value.as_value() {
            let mut value = value.clone();
            value.decor_mut().clear();
            inline.insert(key, value);
        }
    }
    Item::Value(Value::InlineTable(inline))
}

pub(super) fn save(recipe: &Recipe, path: &Path) -> Result<(), RecipeError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => super::DEFAULT_TEXT.to_owned(),
        Err(cause) => return Err(RecipeError::Unreadable { path: path.to_path_buf(), cause }),
    };
    let text = merged(recipe, &text, path)?;
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
