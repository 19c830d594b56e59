//! Rows of a Parquet dataset for pictures that were made: those of their seeds with an id and a picture of their own.
//!
//! Pictures take the place of the first one in their column, in the column's own form: a path, encoded bytes, Hugging Face's struct of
//! both, or a list of such.
//!
//! Invariant: columns of other roles keep their values; a column that cannot hold what is new is an error.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::{
    BinaryChunked, DataFrame, DataType, IntoSeries, ListChunked, NewChunkedArray, PolarsResult, Series, StringChunked,
    StructChunked,
};

use super::super::appended::Appended;
use super::Fault;
use crate::source::Dataset;

/// What is new in a row.
#[derive(Clone, Debug)]
pub(in super::super) struct New {
    id: String,
    /// The way to the picture as the dataset writes such.
    path: String,
    /// Where the picture lies.
    file: PathBuf,
}

impl New {
    /// What is new in the row of an instance that was made; `None` for a copy.
    pub(in super::super) fn of(item: &Appended<'_>, dataset: &Dataset, folder: &Path) -> Option<Self> {
        let (id, path) = item.own(dataset, folder)?;
        Some(Self { id, path, file: item.make.picture.clone()? })
    }
}

/// The rows with what is new in each, by the columns of a dataset.
pub(super) fn renewed(mut rows: DataFrame, new: &[Option<New>], dataset: &Dataset) -> Result<DataFrame, Fault> {
    if new.iter().all(Option::is_none) {
        return Ok(rows);
    }
    for (role, column) in dataset.mapping() {
        let Ok(series) = rows.column(column).map(|column| column.as_materialized_series().clone()) else { continue };
        let renewed = match role.as_str() {
            "id" => ids(&series, new)?,
            "image" => pictures(&series, new)?,
            _ => continue,
        };
        rows.replace(column, renewed.into())?;
    }
    Ok(rows)
}

fn ids(series: &Series, new: &[Option<New>]) -> Result<Series, Fault> {
    let DataType::String = series.dtype() else {
        let reason =
            format!("its ids in '{}' are no texts, so that pictures that were made cannot be named", series.name());
        return Err(Fault::Unsupported(reason));
    };
    Ok(texts(series, new, |new| new.id.clone())?)
}

fn pictures(series: &Series, new: &[Option<New>]) -> Result<Series, Fault> {
    match series.dtype() {
        DataType::String => Ok(texts(series, new, |new| new.path.clone())?),
        DataType::Binary => encoded(series, new),
        DataType::Struct(_) => structs(series, new),
        DataType::List(_) => lists(series, new),
        other => Err(Fault::Unsupported(format!("its pictures in '{}' are {other}", series.name()))),
    }
}

fn texts(series: &Series, new: &[Option<New>], text: impl Fn(&New) -> String) -> PolarsResult<Series> {
    let old = series.str()?;
    let value = |(row, new): (usize, &Option<New>)| new.as_ref().map(&text).or_else(|| old.get(row).map(str::to_owned));
    let values: Vec<Option<String>> = new.iter().enumerate().map(value).collect();
    Ok(StringChunked::from_iter_options(series.name().clone(), values.into_iter()).into_series())
}

fn encoded(series: &Series, new: &[Option<New>]) -> Result<Series, Fault> {
    let old = series.binary()?;
    let mut values = Vec::with_capacity(new.len());
    for (row, new) in new.iter().enumerate() {
        values.push(match new {
            Some(New { file, .. }) => Some(fs::read(file).map_err(|cause| {
                Fault::Unsupported(format!("the picture {} cannot be read: {cause}", file.display()))
            })?),
            None => old.get(row).map(<[u8]>::to_vec),
        });
    }
    Ok(BinaryChunked::from_iter_options(series.name().clone(), values.into_iter()).into_series())
}

/// Hugging Face's pictures: bytes, and a path that is a mere name beside them.
fn structs(series: &Series, new: &[Option<New>]) -> Result<Series, Fault> {
    let old = series.struct_()?;
    let mut fields = old.fields_as_series();
    let embeds = fields.iter().any(|field| field.name() == "bytes" && *field.dtype() == DataType::Binary);
    for field in &mut fields {
        *field = match (field.name().as_str(), field.dtype()) {
            ("bytes", DataType::Binary) => encoded(field, new)?,
            ("path", DataType::String) if embeds => texts(field, new, name)?,
            ("path", DataType::String) => texts(field, new, |new| new.path.clone())?,
            _ => field.clone(),
        };
    }
    Ok(StructChunked::from_series(series.name().clone(), series.len(), fields.iter())?.into_series())
}

fn name(new: &New) -> String {
    new.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A list holds the new picture alone.
fn lists(series: &Series, new: &[Option<New>]) -> Result<Series, Fault> {
    let old = series.list()?;
    let mut values: Vec<Option<Series>> = Vec::with_capacity(new.len());
    for (row, new) in new.iter().enumerate() {
        let held = old.get_as_series(row);
        values.push(match (new, held) {
            (None, held) => held,
            (Some(_), held) => {
                let first = held.filter(|held| !held.is_empty()).map(|held| held.head(Some(1)));
                let first = first.unwrap_or_else(|| Series::full_null("".into(), 1, old.inner_dtype()));
                Some(pictures(&first, std::slice::from_ref(new))?)
            }
        });
    }
    let mut lists: ListChunked = values.into_iter().collect();
    lists.rename(series.name().clone());
    Ok(lists.into_series().cast(series.dtype())?)
}
