//! Why a Parquet file or one of its columns cannot be read: damaged, cut short, or of a kind that is not read.
//!
//! Invariant: only what says of itself that it is not supported is no damage.

use std::any::Any;

/// What every Parquet file ends with, and what one ends with whose footer is encrypted.
const ENDINGS: [&[u8]; 2] = [b"PAR1", b"PARE"];

/// Why one column cannot be read.
pub(super) enum Flaw {
    /// What is stored is not what was written.
    Damage { column: String, cause: String },
    /// It is stored in a way that is not read.
    Strange { column: String, cause: String },
}

impl Flaw {
    /// What the words of an error come to.
    pub(super) fn of(column: &str, cause: String) -> Self {
        let (column, lower) = (column.to_owned(), cause.to_lowercase());
        let strange = ["not supported", "unsupported", "not implemented", "not yet implemented", "not compiled"];
        if strange.iter().any(|words| lower.contains(words)) {
            Self::Strange { column, cause }
        } else {
            Self::Damage { column, cause }
        }
    }

    pub(super) const fn is_damage(&self) -> bool {
        matches!(self, Self::Damage { .. })
    }

    /// The column, the cause, and for a damaged one what to do.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Damage { column, cause } => {
                format!("column '{column}' is damaged ({cause}); copy or download the file again")
            }
            Self::Strange { column, cause } => {
                format!("column '{column}' is not read: it is stored in a way that fantail does not know ({cause})")
            }
        }
    }
}

/// What a panic said.
pub(super) fn said(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    words
        .and_then(|words| words.lines().next())
        .filter(|words| !words.is_empty())
        .unwrap_or("decoding broke")
        .to_owned()
}

/// What to do about a file whose description cannot be read.
pub(super) fn unreadable(bytes: &[u8]) -> &'static str {
    if ENDINGS.iter().any(|ending| bytes.ends_with(ending)) {
        "; if it is a Parquet file it is damaged; copy or download it again"
    } else {
        "; it may be cut short; copy or download it again"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_is_not_supported() {
        let cases = [
            ("snappy: corrupt input (expected valid offset)", true),
            ("parquet: File out of specification: a page is short", true),
            ("not yet implemented: Decoding INT96", false),
            ("parquet: The feature \"lzo\" is not supported", false),
        ];
        for (cause, damage) in cases {
            let flaw = Flaw::of("label", cause.into());
            assert_eq!(flaw.is_damage(), damage, "{cause}");
            assert_eq!(flaw.words().contains("again"), damage, "{}", flaw.words());
        }
    }
}
