//! One column of a frame as a tree: texts, bytes, lists and structs, each readable by row without copies.
//!
//! Invariant: a row past the end reads as null.

use polars::prelude::{BinaryChunked, DataType, PolarsResult, Series, StringChunked};
use serde_json::Value;

/// A column.
pub(super) enum Column {
    /// Texts.
    Text(StringChunked),
    /// Numbers and booleans, as texts.
    Number(StringChunked),
    /// Encoded pictures and other bytes.
    Bytes(BinaryChunked),
    /// Lists: `starts[row]..starts[row + 1]` are the rows of `elements`; and which lists are null.
    List { starts: Vec<usize>, nulls: Vec<bool>, elements: Box<Column> },
    /// Structs.
    Struct { length: usize, members: Vec<(String, Column)> },
    /// A type that is not read.
    Unread { length: usize },
}

impl Column {
    /// Takes a series apart.
    pub(super) fn new(series: &Series) -> PolarsResult<Self> {
        let series = series.rechunk();
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Categorical(..) | DataType::Enum(..) => {
                Self::Text(series.cast(&DataType::String)?.str()?.clone())
            }
            DataType::Binary => Self::Bytes(series.binary()?.clone()),
            DataType::Boolean => Self::Number(series.cast(&DataType::String)?.str()?.clone()),
            dtype if dtype.is_primitive_numeric() => Self::Number(series.cast(&DataType::String)?.str()?.clone()),
            DataType::List(_) => Self::list(&series)?,
            DataType::Array(inner, _) => Self::list(&series.cast(&DataType::List(inner.clone()))?.rechunk())?,
            DataType::Struct(_) => {
                let fields = series.struct_()?.fields_as_series();
                let member = |field: &Series| Ok((field.name().to_string(), Self::new(field)?));
                let members = fields.iter().map(member).collect::<PolarsResult<_>>()?;
                Self::Struct { length: series.len(), members }
            }
            _ => Self::Unread { length: series.len() },
        })
    }

    fn list(series: &Series) -> PolarsResult<Self> {
        let list = series.list()?;
        let nulls: Vec<bool> = list.is_null().iter().map(|null| null.unwrap_or(true)).collect();
        // The series is one chunk, so its offsets count from the start of its elements.
        let starts = list.downcast_iter().flat_map(|chunk| chunk.offsets().as_slice()).map(|&at| at as usize).collect();
        Ok(Self::List { starts, nulls, elements: Box::new(Self::new(&list.get_inner())?) })
    }

    /// Gives numbers the names of their classes.
    pub(super) fn with_classes(self, names: Option<&Vec<String>>) -> Self {
        let Some(names) = names else { return self };
        match self {
            Self::Number(numbers) => {
                let name = |number: Option<&str>| {
                    let class = number.and_then(|number| number.parse::<usize>().ok());
                    class.and_then(|class| names.get(class)).map(String::as_str).or(number).map(str::to_owned)
                };
                Self::Text(numbers.iter().map(name).collect())
            }
            Self::List { starts, nulls, elements } => {
                Self::List { starts, nulls, elements: Box::new(elements.with_classes(Some(names))) }
            }
            other => other,
        }
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(texts) | Self::Number(texts) => texts.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::List { nulls, .. } => nulls.len(),
            Self::Struct { length, .. } | Self::Unread { length } => *length,
        }
    }

    /// The text or number in a row.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(texts) | Self::Number(texts) if row < texts.len() => texts.get(row),
            _ => None,
        }
    }

    /// The bytes in a row.
    pub(super) fn bytes(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) if row < bytes.len() => bytes.get(row).filter(|bytes| !bytes.is_empty()),
            _ => None,
        }
    }

    /// A member of structs.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct { members, .. } => members.iter().find(|(other, _)| other == name).map(|(_, column)| column),
            _ => None,
        }
    }

    /// The names of the members of structs.
    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        let members: &[(String, Self)] = match self {
            Self::Struct { members, .. } => members,
            _ => &[],
        };
        members.iter().map(|(name, _)| name.as_str())
    }

    /// What is in the lists of lists.
    pub(super) fn innermost(&self) -> &Self {
        match self {
            Self::List { elements, .. } => elements.innermost(),
            other => other,
        }
    }

    /// True when its rows have members.
    pub(super) const fn is_struct(&self) -> bool {
        matches!(self, Self::Struct { .. })
    }

    /// True when a row holds nothing at all.
    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Text(_) | Self::Number(_) => self.text(row).is_none(),
            Self::Bytes(_) => self.bytes(row).is_none(),
            Self::List { nulls, .. } => nulls.get(row).copied().unwrap_or(true),
            Self::Struct { .. } => row >= self.len(),
            Self::Unread { .. } => true,
        }
    }

    /// Calls `each` with the column and row of every element of a row's list; with the row itself if it is no list.
    pub(super) fn each_element<'a>(&'a self, row: usize, each: &mut dyn FnMut(&'a Self, usize)) {
        match self {
            Self::List { starts, elements, .. } if !self.is_null(row) && row + 1 < starts.len() => {
                (starts[row]..starts[row + 1]).for_each(|at| each(elements, at));
            }
            Self::List { .. } => {}
            _ => each(self, row),
        }
    }

    /// Calls `each` with every text of a row: its own, those of its list, and of structs the first of `members` that is there.
    pub(super) fn each_text<'a>(&'a self, row: usize, members: &[&str], each: &mut dyn FnMut(&'a str)) {
        self.each_element(row, &mut |column, at| match column {
            Self::List { .. } => column.each_text(at, members, each),
            Self::Struct { .. } => {
                if let Some(member) = members.iter().find_map(|name| column.member(name)) {
                    member.each_text(at, members, each);
                }
            }
            _ => {
                if let Some(text) = column.text(at).filter(|text| !text.is_empty()) {
                    each(text);
                }
            }
        });
    }

    /// A row as JSON, without bytes.
    pub(super) fn value(&self, row: usize) -> Value {
        match self {
            Self::Text(_) => self.text(row).map_or(Value::Null, |text| Value::String(text.to_owned())),
            Self::Number(_) => self.text(row).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            Self::Bytes(_) | Self::Unread { .. } => Value::Null,
            Self::List { .. } if self.is_null(row) => Value::Null,
            Self::List { .. } => {
                let mut list = Vec::new();
                self.each_element(row, &mut |column, at| list.push(column.value(at)));
                Value::Array(list)
            }
            Self::Struct { members, .. } => {
                members.iter().map(|(name, column)| (name.clone(), column.value(row))).collect()
            }
        }
    }
}
