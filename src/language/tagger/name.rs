//! Owns the question whether a noun is a common noun or part of a name, which decides how its lemma is
//! written.
//!
//! Invariant: looks at capitals, and at the tags of words before it only.

use super::Sentence;
use crate::language::Language;
use crate::language::tag::Tag;
use crate::language::tokenizer::{Kind, shape};
use crate::language::wordnet;

/// Whether the common noun at `at` is part of a name: it and a word beside it are written with capitals,
/// or WordNet knows a name so written. In a `shouted` sentence only what follows a name is one.
pub(super) fn is_name(language: &Language, sentence: &Sentence<'_>, at: usize, shouted: bool) -> bool {
    let token = sentence.tokens[at];
    if !token.has(shape::CAPITAL) {
        let known = language.words.entry(sentence.words[at]);
        return known.file == 0 && is_listed_name(language, sentence, at);
    }
    let after_name = at > 0 && sentence.tags[at - 1] == Tag::Propn && token.has(shape::SMALL);
    if shouted || token.kind != Kind::Word {
        return after_name;
    }
    let capital = |at: usize| sentence.tokens.get(at).is_some_and(|token| token.has(shape::CAPITAL));
    let linked =
        |at: usize| sentence.tokens.get(at).is_some_and(|token| token.len() == 2 && !token.has(shape::CAPITAL));
    let after = capital(at + 1) || linked(at + 1) && capital(at + 2);
    if token.has(shape::OPENS) {
        return after;
    }
    let opens = |at: usize| sentence.tokens[at].has(shape::OPENS);
    let before = at > 0 && capital(at - 1) && (!opens(at - 1) || after_name);
    let linked_before = at > 1 && linked(at - 1) && capital(at - 2) && !opens(at - 2);
    after || before || linked_before || is_listed_name(language, sentence, at)
}

/// Whether WordNet has the word as a name of a single person, place or thing.
fn is_listed_name(language: &Language, sentence: &Sentence<'_>, at: usize) -> bool {
    let small = language.words.text(sentence.words[at]);
    let Some((first, rest)) = small.split_at_checked(1) else {
        return false;
    };
    let title = first.to_ascii_uppercase() + rest;
    wordnet::is_instance(language.words.entry(language.words.find(title.as_bytes())).file)
}

/// Whether a word that the lexicon has as a name stands here in small letters, and is a common noun to
/// WordNet ("church", "airlines").
pub(super) fn is_common(language: &Language, sentence: &Sentence<'_>, at: usize) -> bool {
    let token = sentence.tokens[at];
    if token.has(shape::CAPITAL) || token.kind != Kind::Word {
        return false;
    }
    let id = sentence.words[at];
    let form = language.words.text(id).as_bytes();
    let noun = language.lemmatizer.noun(&language.words, form, id).map(|lemma| language.words.entry(lemma).file);
    noun.is_some_and(|file| !wordnet::is_instance(file))
}
