//! Owns the universal part-of-speech tags and the names that the model's files call them by.
//!
//! Invariant: a tag is one byte, and the order of [`Tag::ALL`] is the order in the embedded files.

/// A universal part-of-speech tag (Universal Dependencies v2, `UPOS`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Tag {
    #[default]
    Unknown,
    Adj,
    Adp,
    Adv,
    Aux,
    Cconj,
    Det,
    Intj,
    Noun,
    Num,
    Part,
    Pron,
    Propn,
    Punct,
    Sconj,
    Sym,
    Verb,
    X,
}

impl Tag {
    /// Every tag, by its number.
    pub const ALL: [Self; 18] = [
        Self::Unknown,
        Self::Adj,
        Self::Adp,
        Self::Adv,
        Self::Aux,
        Self::Cconj,
        Self::Det,
        Self::Intj,
        Self::Noun,
        Self::Num,
        Self::Part,
        Self::Pron,
        Self::Propn,
        Self::Punct,
        Self::Sconj,
        Self::Sym,
        Self::Verb,
        Self::X,
    ];
    const NAMES: [&'static str; 18] = [
        "", "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT",
        "SCONJ", "SYM", "VERB", "X",
    ];

    /// The tag with this number; `Unknown` where there is none.
    #[must_use]
    pub fn numbered(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// The tag that Universal Dependencies calls `name`; `Unknown` where there is none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::NAMES.iter().position(|known| *known == name).map_or(Self::Unknown, |number| Self::ALL[number])
    }

    /// A noun or a proper noun: what the token perspective counts.
    #[must_use]
    pub fn is_noun(self) -> bool {
        matches!(self, Self::Noun | Self::Propn)
    }

    /// One bit a tag, for sets of tags.
    #[must_use]
    pub(crate) fn bit(self) -> u32 {
        1 << self as u8
    }
}
