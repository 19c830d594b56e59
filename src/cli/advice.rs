//! Advice about a recipe, as the command line tells it.
//!
//! Invariant: on stderr, one line each, in the form of a compiler's warnings; never fails.

use std::path::Path;

use crate::recipe::Advice;

/// Tells what in the recipe read from `file` does nothing, or more than is good.
pub(super) fn tell(advice: &[Advice], file: &Path) {
    lines(advice, file).for_each(|line| eprintln!("{line}"));
}

/// The same for a report: each with its place in the file.
pub(super) fn placed(advice: &[Advice], file: &Path) -> Vec<String> {
    let placed = |Advice { line, message }: &Advice| match line.0 {
        Some(place) => format!("{}:{}:{}: {message}", file.display(), place.line, place.column),
        None => format!("{}: {message}", file.display()),
    };
    advice.iter().map(placed).collect()
}

/// The lines of [`tell`].
pub(super) fn lines(advice: &[Advice], file: &Path) -> impl Iterator<Item = String> {
    advice.iter().map(move |Advice { line, message }| {
        let place = line.0.map_or_else(String::new, |place| format!("{}:{}:", place.line, place.column));
        format!("{}:{place} warning: {message}", file.display())
    })
}
