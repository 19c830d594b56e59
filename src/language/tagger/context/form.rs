//! Owns what the shape of a word allows it to be: a base form, a participle, a noun, a verb.
//!
//! Invariant: asks WordNet about the word alone.

use crate::language::Language;
use crate::language::fold::Folded;
use crate::language::words::WordId;

/// The readings of one word, a bit each.
#[derive(Clone, Copy, Default)]
pub(super) struct Form(u8);

const NOUN: u8 = 1;
const LISTED_NOUN: u8 = 2;
const VERB: u8 = 4;
const BASE: u8 = 8;
const PARTICIPLE: u8 = 16;

impl Form {
    /// The readings of the word `written`, whose entry is `id`.
    pub(super) fn of(language: &Language, written: &str, id: WordId) -> Self {
        let Some(folded) = Folded::new(written) else {
            return Self::default();
        };
        let form = folded.bytes();
        let verb = language.lemmatizer.verb(&language.words, form, id);
        let noun = language.lemmatizer.noun(&language.words, form, id);
        let listed = language.words.entry(id).file != 0;
        let participle = form.ends_with(b"ed") || form.ends_with(b"ing") || form.ends_with(b"en");
        let bit = |bit: u8, set: bool| if set { bit } else { 0 };
        let verbal = match verb {
            None => 0,
            Some(base) if base == id => VERB | BASE,
            Some(_) => VERB | bit(PARTICIPLE, participle),
        };
        Self(verbal | bit(NOUN, noun.is_some()) | bit(LISTED_NOUN, listed))
    }

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    /// The word or its singular is a noun.
    pub(super) fn can_be_noun(self) -> bool {
        self.has(NOUN)
    }

    /// The word itself is listed as a noun.
    pub(super) fn is_listed_noun(self) -> bool {
        self.has(LISTED_NOUN)
    }

    /// The word or its base form is a verb.
    pub(super) fn can_be_verb(self) -> bool {
        self.has(VERB)
    }

    /// The word is a verb's base form.
    pub(super) fn is_base(self) -> bool {
        self.has(BASE)
    }

    /// A present or past participle.
    pub(super) fn is_participle(self) -> bool {
        self.has(PARTICIPLE)
    }
}
