//! Writes changed values into a recipe's text and leaves the rest of it alone.
//!
//! Invariant: only what differs is touched; comments, order, spelling and line ends of all else stay byte for byte.

mod blocks;
mod endings;
mod list;
mod pairs;
mod place;
mod value;

use std::io::Write as _;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::{Recipe, RecipeError};
use place::Homeless;

pub(super) fn merged(recipe: &Recipe, text: &str, path: &Path) -> Result<String, RecipeError> {
    let written = Recipe::parse(text, path)?;
    let broken = |error: &dyn std::fmt::Display| RecipeError::at(path, text, 0, error.to_string());
    let parsed = |text: &str| text.parse().map_err(|error: toml_edit::TomlError| broken(&error));
    let mut document: DocumentMut = parsed(&endings::plain(text))?;
    let (wanted, present) = (parsed(&recipe.effective())?, parsed(&written.effective())?);
    let mut homeless = Homeless::default();
    merge(document.as_table_mut(), (wanted.as_table(), present.as_table()), &mut homeless);
    homeless.settle(&mut document);
    Ok(endings::as_in(text, &document.to_string()))
}

/// Makes `document` say what `wanted` says wherever that differs from what it says now (`present`).
fn merge(document: &mut dyn TableLike, (wanted, present): (&dyn TableLike, &dyn TableLike), homeless: &mut Homeless) {
    let nothing = Table::new();
    for (key, value) in wanted.iter().filter(|(key, value)| !value::same(Some(value), present.get(key))) {
        if value.is_array() || value.is_array_of_tables() {
            merge_list(document, key, (Some(value), present.get(key)), homeless);
            continue;
        }
        let Some(inner) = value.as_table_like().filter(|table| !value::is_choice(*table)) else {
            value::put(document, key, value);
            continue;
        };
        let inner_before = present.get(key).and_then(Item::as_table_like).unwrap_or(&nothing);
        let entry = document.entry(key).or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = entry.as_table_like_mut() {
            merge(table, (inner, inner_before), homeless);
        }
    }
    for (key, before) in present.iter().filter(|(key, _)| !wanted.contains_key(key)) {
        if before.is_array_of_tables() {
            merge_list(document, key, (None, Some(before)), homeless);
        } else {
            place::take_out(document, key);
        }
    }
}

/// Makes a list say what is wanted, in the form in which it is written.
fn merge_list(
    document: &mut dyn TableLike,
    key: &str,
    (wanted, present): (Option<&Item>, Option<&Item>),
    homeless: &mut Homeless,
) {
    let commented = document.key(key).is_some_and(|key| place::prefix(key.leaf_decor()).contains('#'));
    let (of_blocks, wanted, present) =
        (wanted.or(present).is_some_and(Item::is_array_of_tables), items(wanted), items(present));
    if let Some(Item::Value(Value::Array(array))) = document.get_mut(key) {
        list::merge(array, (&wanted, &present));
        if array.is_empty() && of_blocks && !commented && !place::text(array.trailing()).contains('#') {
            document.remove(key);
        }
    } else if of_blocks {
        blocks::merge(document, key, (&wanted, &present), homeless);
    } else {
        let array = wanted.into_iter().filter_map(|item| item.into_value().ok()).collect();
        value::put(document, key, &Item::Value(Value::Array(array)));
    }
}

/// The entries of a list of either form.
fn items(list: Option<&Item>) -> Vec<Item> {
    match list {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().map(Item::Table).collect(),
        Some(Item::Value(Value::Array(array))) => array.iter().cloned().map(Item::Value).collect(),
        _ => Vec::new(),
    }
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
