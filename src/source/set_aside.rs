//! Records, files and folders that cannot be used, and why.
//!
//! Invariant: each names its file and, within it, its row and its byte, so that the user finds it.

use std::path::PathBuf;

use crate::number::count;

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
    /// A file or folder that cannot be read, or a file among several that is of no known format.
    Unreadable,
}

/// A record, or a whole file or folder, that could not be used.
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

impl SetAside {
    /// Whether a file or folder could not be used as a whole: then row and offset say nothing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.kind == SetAsideKind::Unreadable
    }

    /// Where it is and what is wrong with it, as one line: a record by its place, a file or folder by its path.
    #[must_use]
    pub fn told(&self) -> String {
        let path = self.file.display().to_string();
        if !self.is_whole() {
            let file = self.file.file_name().map_or_else(String::new, |name| format!("{} ", name.display()));
            return format!("{file}row {}, byte {}: {}", count(self.row), count(self.offset), self.message);
        }
        // What a whole file failed with names it already.
        if self.message.contains(&path) { self.message.clone() } else { format!("{path}: {}", self.message) }
    }
}
