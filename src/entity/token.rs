//! Owns the token perspective: nouns and proper nouns, by their lemmas.
//!
//! Source: ADR (arXiv 2503.12821), whose tokens are the lemmas of words tagged `NN*`. As there, web
//! addresses and file names (Penn tag `ADD`) are none.
//!
//! Invariant: one mention a noun, in the order of the text.

use super::text::Analysis;
use crate::language::{Kind, Language, WordId};

/// Records the nouns of the reading, and the lemmas of its common nouns.
pub(super) fn extract(language: &Language, text: &str, out: &mut Analysis) {
    let reading = &out.reading;
    out.lemmas.clear();
    out.lemmas.resize(reading.tokens.len(), WordId::NONE);
    for (at, token) in reading.tokens.iter().enumerate() {
        let countable = matches!(token.kind, Kind::Word | Kind::Number) && reading.tags[at].is_noun();
        if countable {
            let lemma = &mut out.lemmas[at];
            out.tokens.add(token.start..token.end, |name| *lemma = language.noun_lemma(text, reading, at, name));
        }
    }
}
