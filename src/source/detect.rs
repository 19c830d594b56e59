//! Tells a file's format from its content.
//!
//! Invariant: file names decide nothing; what was tried and why it did not fit is told.

use super::coco::{self, Outline};
use super::content::Content;
use super::json::{self, Shape};
use super::{Format, csv, list};

/// A format with what its reader needs to know.
pub(crate) enum Detected {
    /// JSON records in this arrangement.
    Json(Shape),
    /// COCO or LVIS.
    Coco(Outline),
    /// Parquet.
    Parquet,
    /// A table with this delimiter.
    Csv(u8),
    /// A list with this separator.
    List(u8),
}

/// The format of `content`, or what was tried.
pub(crate) fn detect(content: &Content, wanted: Format) -> Result<Detected, String> {
    match wanted {
        Format::Auto => guess(content),
        Format::Llava | Format::Jsonl => {
            json::shape(content).map(Detected::Json).map_err(|reason| format!("JSON ({reason})"))
        }
        Format::Coco | Format::Lvis => {
            coco::outline(content).map(Detected::Coco).map_err(|reason| format!("COCO ({reason})"))
        }
        Format::Parquet if is_parquet(content) => Ok(Detected::Parquet),
        Format::Parquet => Err("Parquet (it does not start with PAR1)".into()),
        Format::Csv => Ok(Detected::Csv(csv::delimiter(content).unwrap_or(b','))),
        Format::List => Ok(Detected::List(list::likely_separator(content))),
        Format::ImageFolder => Err("image folder (it is a file)".into()),
    }
}

fn is_parquet(content: &[u8]) -> bool {
    content.starts_with(b"PAR1")
}

fn guess(content: &Content) -> Result<Detected, String> {
    if is_parquet(content) {
        return Ok(Detected::Parquet);
    }
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err("text, but it is UTF-16: convert it to UTF-8 first".into());
    }
    let coco = match coco::outline(content) {
        Ok(outline) => return Ok(Detected::Coco(outline)),
        Err(reason) => format!("COCO ({reason})"),
    };
    let json = match json::shape(content) {
        Ok(shape) => return Ok(Detected::Json(shape)),
        Err(reason) => format!("JSON ({reason})"),
    };
    let list = match list::separator(content) {
        Ok(separator) => return Ok(Detected::List(separator)),
        Err(reason) => format!("list ({reason})"),
    };
    let csv = match csv::delimiter(content) {
        Ok(delimiter) => return Ok(Detected::Csv(delimiter)),
        Err(reason) => format!("CSV ({reason})"),
    };
    Err(format!("Parquet (it does not start with PAR1), {coco}, {json}, {list}, {csv}"))
}
