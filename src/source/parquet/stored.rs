//! What polars reads of a Parquet file: its columns, their names, its length, the names of its classes.
//!
//! Invariant: nothing that a file holds makes polars' errors or panics more than words.

use std::collections::HashMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::{ParquetReader, PlSmallStr, SerReader};
use serde_json::Value;

use super::column::Column;
use super::flaw::{self, Flaw};

/// Runs polars on bytes that may be damaged: its errors and its panics become words.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(flaw::said(&*panic)))
}

/// A column, or its first rows.
pub(super) fn decoded(bytes: &[u8], name: &str, rows: Option<usize>) -> Result<Column, Flaw> {
    guarded(|| read_column(bytes, name, rows)).map_err(|cause| Flaw::of(name, cause))
}

/// The columns' names.
pub(super) fn names(bytes: &[u8]) -> Result<Vec<String>, String> {
    let schema = ParquetReader::new(Cursor::new(bytes)).schema().map_err(|error| error.to_string())?;
    Ok(schema.iter_names().map(PlSmallStr::to_string).collect())
}

/// How many rows it says that it has.
pub(super) fn rows(bytes: &[u8]) -> Result<usize, String> {
    ParquetReader::new(Cursor::new(bytes)).num_rows().map_err(|error| error.to_string())
}

fn read_column(bytes: &[u8], name: &str, rows: Option<usize>) -> Result<Column, String> {
    let reader = ParquetReader::new(Cursor::new(bytes)).with_columns(Some(vec![name.to_owned()]));
    let frame = reader.with_slice(rows.map(|rows| (0, rows))).finish().map_err(|error| error.to_string())?;
    let column = frame.column(name).map_err(|error| error.to_string())?;
    Column::new(column.as_materialized_series()).map_err(|error| error.to_string())
}

/// The names of class labels, by column, as Hugging Face keeps them in the file's metadata.
pub(super) fn classes(bytes: &[u8]) -> Result<HashMap<String, Vec<String>>, String> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(|error| error.to_string())?;
    let pairs = metadata.key_value_metadata.iter().flatten();
    let json = pairs.filter(|pair| pair.key == "huggingface").find_map(|pair| pair.value.as_deref());
    let features: Value = json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let features = features.pointer("/info/features").and_then(Value::as_object).cloned().unwrap_or_default();
    let names = |feature: &Value| -> Option<Vec<String>> {
        let names = feature.get("names").or_else(|| feature.pointer("/feature/names"))?.as_array()?;
        names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
    };
    Ok(features.into_iter().filter_map(|(column, feature)| Some((column, names(&feature)?))).collect())
}
