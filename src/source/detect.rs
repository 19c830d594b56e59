//! Tells a file's format from its content.
//!
//! Invariant: file names decide nothing; what was tried and why it did not fit is told.

use super::content::Content;
use super::json::{self, Shape};
use super::{Format, list};

/// A format with what its reader needs to know.
pub(crate) enum Detected {
    Json(Shape),
    List(u8),
}

/// The format of `content`, or what was tried.
pub(crate) fn detect(content: &Content, wanted: Format) -> Result<Detected, String> {
    match wanted {
        Format::Auto => guess(content),
        Format::Llava | Format::Jsonl => json::shape(content).map(Detected::Json),
        Format::List => Ok(Detected::List(list::likely_separator(content))),
        _ => Err("not yet".into()),
    }
}

fn guess(content: &Content) -> Result<Detected, String> {
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err("UTF-16 text: convert it to UTF-8 first".into());
    }
    let mut tried = Vec::new();
    match json::shape(content) {
        Ok(shape) => return Ok(Detected::Json(shape)),
        Err(reason) => tried.push(format!("JSON ({reason})")),
    }
    match list::separator(content) {
        Ok(separator) => return Ok(Detected::List(separator)),
        Err(reason) => tried.push(format!("list ({reason})")),
    }
    Err(tried.join(", "))
}
