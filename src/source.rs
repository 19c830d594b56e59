//! Opens a dataset of any supported format and hands out its instances one by one.
//!
//! Invariant: a source never changes what it reads, never holds a record twice, and loses nothing:
//! a record that cannot be used is set aside with its row, byte offset and reason.

mod assembly;
mod coco;
mod content;
mod contents;
mod csv;
mod dataset;
mod demo;
mod detect;
mod error;
mod exchange;
mod frame;
mod guess;
mod identity;
mod image_folder;
mod images;
mod instance;
mod json;
mod list;
mod mapping;
mod meter;
mod opening;
mod parquet;
mod part;
mod reader;
mod repetition;
mod role;
mod set_aside;
mod shards;
mod sidecar;
mod span;
mod state;
mod stdin;
mod walk;

pub use contents::Opening;
pub(crate) use csv::quoted_field;
pub use dataset::Dataset;
pub use demo::{DEMO, is_demo, open_demo};
pub use error::SourceError;
pub use frame::{Annotated, Frame};
pub use images::read_picture;
pub use instance::{Given, Image, Instance, Speaker, Turn};
pub use opening::{fingerprint, open};
pub use reader::{Place, Reader};
pub use repetition::occurrence_hash;
pub use set_aside::{SetAside, SetAsideKind};
pub use state::Fingerprint;
pub use stdin::{STDIN, STDIN_NAME, is_stdin};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The formats that [`open`] knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Decide from the content.
    #[default]
    Auto,
    /// A JSON array, or lines, of conversations (`conversations` with from/value, `messages` with role/content).
    Llava,
    /// COCO instances or captions; LVIS is a COCO dialect with the same members.
    Coco,
    /// LVIS: COCO with image counts and frequency groups in its categories.
    Lvis,
    /// A Parquet table.
    Parquet,
    /// A comma- or tab-separated table.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// One folder a class, images in them.
    ImageFolder,
    /// `path label` lines.
    List,
}

impl Format {
    /// The name in recipes and in `stats`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Llava => "llava",
            Self::Coco => "coco",
            Self::Lvis => "lvis",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::ImageFolder => "image-folder",
            Self::List => "list",
        }
    }
}

/// Which columns or members of a table hold what; `None` is guessed from names and content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// The instance's unique name.
    pub id: Option<String>,
    /// Image path, or a struct with bytes.
    pub image: Option<String>,
    /// Captions or other text.
    pub text: Option<Vec<String>>,
    /// Class label.
    pub label: Option<String>,
    /// A list of object names.
    pub objects: Option<String>,
}

/// How to open a dataset; the recipe's `[dataset]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The format, `auto` to decide from the content.
    pub format: Format,
    /// Column mapping of tables.
    pub columns: Columns,
    /// The folder that image paths are relative to; the dataset's own folder without it.
    pub image_root: Option<PathBuf>,
    /// A JSONL of entities that another tool found, joined by id.
    pub entities: Option<PathBuf>,
}
