//! Records that cannot be used, and why.
//!
//! Invariant: each names its file, its row and its byte, so that the user finds it.

use std::path::PathBuf;

/// Why a record was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideKind {
    /// Not JSON.
    BadJson,
    /// A row of a table or a list that cannot be taken apart into its fields.
    BadRow,
    /// A member has a type that cannot be used.
    WrongType,
    /// No id where the format needs one.
    MissingId,
    /// An id that an earlier record has.
    DuplicateId,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// The file ends inside the record.
    Truncated,
    /// A file that is not an image where one is expected, or cannot be read.
    Unreadable,
}

/// A record that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SetAside {
    /// Which file, when the dataset has several.
    pub file: PathBuf,
    /// 0-based row among all records of that file.
    pub row: u64,
    /// Byte offset of the record in the (decompressed) file.
    pub offset: u64,
    /// The class of the fault.
    pub kind: SetAsideKind,
    /// What exactly is wrong, in words.
    pub message: String,
}
