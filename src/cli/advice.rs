//! Advice about a recipe, as the command line tells it.
//!
//! Invariant: on stderr, one line each, in the form of a compiler's warnings; never fails.

use std::path::Path;

use crate::recipe::Advice;

/// Tells what in the recipe read from `file` does nothing, or more than is good.
pub(super) fn tell(advice: &[Advice], file: &Path) {
    for Advice { line, message } in advice {
        let place = line.0.map_or_else(String::new, |line| format!("{line}:"));
        eprintln!("{}:{place} warning: {message}", file.display());
    }
}
