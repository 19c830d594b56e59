//! The demo dataset that is part of the program: emoji with their pictures, names and groups.
//!
//! Invariant: needs no file and no network.

use super::images::ImageStore;
use super::opening::open_embedded;
use super::{Dataset, SourceError};

/// The name under which commands open the embedded demo.
pub const DEMO: &str = "demo";

/// Whether a path stands for the embedded demo: its name, where no file of that name is in the way.
#[must_use]
pub fn is_demo(path: &std::path::Path) -> bool {
    path.as_os_str() == DEMO && !path.exists()
}

/// Opens the embedded demo: 1,911 named pictures under 99 long-tailed labels.
///
/// # Errors
/// None that a build with its assets in place can meet.
pub fn open_demo() -> Result<Dataset, SourceError> {
    let images = ImageStore::pack(
        include_str!("../../assets/demo/emoji.index.tsv"),
        include_bytes!("../../assets/demo/emoji.pack"),
    );
    open_embedded(DEMO, include_bytes!("../../assets/demo/emoji.jsonl"), images)
}
