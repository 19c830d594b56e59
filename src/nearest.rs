//! The nearest valid name to a misspelt one.
//!
//! Invariant: only a name that is plausibly meant is offered.

/// The nearest of several names, when one is near.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (edits, found) = known.into_iter().map(|known| (distance(name, known), known)).min()?;
    (edits <= 2.max(found.chars().count() / 3)).then_some(found)
}

/// A hint such as "; did you mean 'chart.head'?", or nothing when no name is near.
#[must_use]
pub fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |name| format!("; did you mean '{name}'?"))
}

/// Levenshtein's edit distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &right) in b.iter().enumerate() {
            let replaced = previous[column] + usize::from(left != right);
            current.push(replaced.min(previous[column + 1] + 1).min(current[column] + 1));
        }
        previous = current;
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_offered() {
        let known = ["worker", "theme", "libtorch", "device"];
        let cases = [("workr", Some("worker")), ("thme", Some("theme")), ("devise", Some("device")), ("colour", None)];
        for (name, found) in cases {
            assert_eq!(nearest(name, known), found, "{name}");
        }
        assert_eq!(distance("größe", "grosse"), 3);
        assert_eq!(hint("libtroch", known), "; did you mean 'libtorch'?");
        assert_eq!(hint("x", []), "");
    }
}
