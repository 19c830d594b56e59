//! Owns the interrogation perspective: the ways of asking in a human turn, in reduced form.
//!
//! A question gives its question word with what it asks for ("what color", "how many", "where"), a yes/no
//! question its first auxiliary ("is", "does", "can"; "is there"), a request its verb ("describe").
//! Requests in the form of a question or a wish ("Can you describe …?", "I want you to list …") count as
//! the request, and "tell me what …" as the question inside.
//!
//! Source: ADR (arXiv 2503.12821), the perspective called "what word"; its forms are made by a language
//! model, ours by this grammar.
//!
//! Invariant: a form is given once a turn, and none is empty.

mod clause;
mod question;
mod request;
mod vocabulary;

use super::text::Analysis;
use crate::language::Language;
use clause::Clause;

/// Records the ways of asking in the reading.
pub(super) fn extract(language: &Language, text: &str, out: &mut Analysis) {
    let mut form = std::mem::take(&mut out.phrase);
    let mut last_end = 0;
    for sentence in out.reading.sentences() {
        let clause = Clause::new(language, text, &out.reading, sentence);
        if clause.is_choice(last_end) {
            continue;
        }
        last_end = clause.end;
        let found = &mut out.interrogations;
        clause.ask(&mut form, &mut |span, form| found.add_once(span, form));
    }
    out.phrase = form;
}
