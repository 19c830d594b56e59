//! Owns the small-letter form of a word, the form in which lexica are asked.
//!
//! Invariant: never allocates; words over [`LONGEST`] bytes have no folded form.

use super::lemmatizer::LONGEST;

/// A word in small letters, its apostrophes straight, without the full stop of an abbreviation.
pub(crate) struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Folded {
    /// The folded form of `word`; `None` where it is too long to be a word.
    pub(crate) fn new(word: &str) -> Option<Self> {
        if word.len() > LONGEST {
            return None;
        }
        let mut folded = Self { bytes: [0; LONGEST], length: word.len() };
        if word.is_ascii() {
            folded.bytes[..word.len()].copy_from_slice(word.as_bytes());
            folded.bytes[..word.len()].make_ascii_lowercase();
        } else {
            folded.length = 0;
            folded.wide(word)?;
        }
        Some(folded)
    }

    /// The form's UTF-8 bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The form as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    fn wide(&mut self, word: &str) -> Option<()> {
        for c in word.chars() {
            let straight = if c == '\u{2019}' { '\'' } else { c };
            for small in straight.to_lowercase() {
                let end = self.length + small.len_utf8();
                small.encode_utf8(self.bytes.get_mut(self.length..end)?);
                self.length = end;
            }
        }
        Some(())
    }
}
