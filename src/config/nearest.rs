//! The nearest valid name to a misspelt one.
//!
//! Invariant: only a name that is plausibly meant is offered.

/// A hint such as "; did you mean 'chart.head'?", or nothing when no candidate is near.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let scored = candidates.into_iter().map(|candidate| (distance(name, candidate), candidate));
    let limit = name.chars().count().max(3) / 2;
    match scored.min() {
        Some((distance, candidate)) if distance <= limit => format!("; did you mean '{candidate}'?"),
        _ => String::new(),
    }
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(from != *to)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}
