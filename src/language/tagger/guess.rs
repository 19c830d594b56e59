//! Owns the first tag of a word that the tagger's lexicon lacks: from its shape, from WordNet, from its
//! ending.
//!
//! Invariant: looks at the word alone, never at its neighbours.

use crate::language::Language;
use crate::language::fold::Folded;
use crate::language::tag::Tag;
use crate::language::tokenizer::{Kind, Token, shape};
use crate::language::wordnet::part;

/// The likely tag of the word `text`. In a `shouted` sentence a capital tells nothing.
pub(super) fn tag(language: &Language, text: &str, token: Token, shouted: bool) -> Tag {
    match token.kind {
        Kind::Punctuation => Tag::Punct,
        Kind::Symbol => Tag::Sym,
        Kind::Address => address(text),
        Kind::Number => number(text),
        Kind::Word => word(language, text, token, shouted),
    }
}

/// A file is a thing, a place in the web has a name.
fn address(text: &str) -> Tag {
    let ending = text.rsplit('.').next().unwrap_or_default();
    let file = matches!(
        ending,
        "pdf" | "doc" | "docx" | "txt" | "htm" | "html" | "xls" | "jpg" | "png" | "gif" | "zip" | "csv"
    );
    if file && !text.contains(['/', '@']) { Tag::Noun } else { Tag::Propn }
}

/// "3rd" is an adjective, "1990s" and "3D" are nouns, the rest are numbers.
fn number(text: &str) -> Tag {
    let ending = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match ending {
        "st" | "nd" | "rd" | "th" => Tag::Adj,
        "" => Tag::Num,
        _ if ending.chars().any(char::is_alphabetic) => Tag::Noun,
        _ => Tag::Num,
    }
}

fn word(language: &Language, text: &str, token: Token, shouted: bool) -> Tag {
    let capital = token.has(shape::CAPITAL);
    if text.as_bytes().get(1) == Some(&b'-') {
        return Tag::Noun;
    }
    if capital && !shouted && !token.has(shape::OPENS) {
        return Tag::Propn;
    }
    let Some(folded) = Folded::new(text) else {
        return Tag::X;
    };
    let form = folded.bytes();
    if let Some(tag) = spoken(folded.text()) {
        return tag;
    }
    let id = language.words.find(form);
    let parts = language.words.entry(id).parts;
    if parts & 15 != 0 {
        return most_frequent(parts);
    }
    inflected(language, form, id).or_else(|| capital.then_some(Tag::Propn)).unwrap_or_else(|| by_ending(form))
}

/// Function words as people type them, which the lexicon has in their proper spelling only.
fn spoken(form: &str) -> Option<Tag> {
    Some(match form {
        "cannot" | "cant" | "wont" | "dont" | "didnt" | "doesnt" | "isnt" | "arent" | "wasnt" | "couldnt"
        | "wouldnt" | "shouldnt" | "havent" | "hasnt" | "gotta" | "gonna" => Tag::Aux,
        "im" | "ive" | "thats" | "theres" | "whats" | "youre" | "theyre" | "youve" | "iam" => Tag::Pron,
        "wanna" | "lemme" | "gimme" => Tag::Verb,
        "plz" | "pls" | "lol" | "lmao" | "omg" | "yum" | "yuck" | "hmm" | "heh" => Tag::Intj,
        "outta" | "abt" => Tag::Adp,
        "cuz" | "cos" | "coz" | "altho" => Tag::Sconj,
        _ if is_drawn_out(form) => Tag::Intj,
        _ => return None,
    })
}

/// "sooooo": the same letter three times.
fn is_drawn_out(form: &str) -> bool {
    form.as_bytes()
        .windows(3)
        .any(|three| three[0] == three[1] && three[1] == three[2] && three[0].is_ascii_alphabetic())
        && form != "www"
}

fn most_frequent(parts: u8) -> Tag {
    match part::most(parts) {
        part::VERB => Tag::Verb,
        part::ADJECTIVE => Tag::Adj,
        part::ADVERB => Tag::Adv,
        _ => Tag::Noun,
    }
}

/// The tag of a regular inflection of a word that WordNet knows.
fn inflected(language: &Language, form: &[u8], id: crate::language::words::WordId) -> Option<Tag> {
    let noun = language.lemmatizer.noun(&language.words, form, id);
    let verb = language.lemmatizer.verb(&language.words, form, id);
    match (noun, verb) {
        (Some(_), None) => Some(Tag::Noun),
        (None, Some(_)) => Some(Tag::Verb),
        (Some(noun), Some(_)) => Some(most_frequent(language.words.entry(noun).parts)),
        (None, None) => comparative(language, form),
    }
}

fn comparative(language: &Language, form: &[u8]) -> Option<Tag> {
    let stem = form.strip_suffix(b"er").or_else(|| form.strip_suffix(b"est"))?;
    let is_adjective = |stem: &[u8]| {
        let parts = language.words.entry(language.words.find(stem)).parts;
        parts & part::ADJECTIVE != 0 && part::most(parts) == part::ADJECTIVE
    };
    let y = stem.strip_suffix(b"i").map(|stem| [stem, b"y"].concat());
    let found = is_adjective(stem) || y.is_some_and(|stem| is_adjective(&stem));
    found.then_some(Tag::Adj)
}

const ENDINGS: [(&[u8], Tag); 22] = [
    (b"ly", Tag::Adv),
    (b"able", Tag::Adj),
    (b"ible", Tag::Adj),
    (b"ous", Tag::Adj),
    (b"ful", Tag::Adj),
    (b"less", Tag::Adj),
    (b"ive", Tag::Adj),
    (b"ical", Tag::Adj),
    (b"ional", Tag::Adj),
    (b"ary", Tag::Adj),
    (b"ish", Tag::Adj),
    (b"like", Tag::Adj),
    (b"esque", Tag::Adj),
    (b"most", Tag::Adj),
    (b"iest", Tag::Adj),
    (b"ing", Tag::Verb),
    (b"ed", Tag::Verb),
    (b"ize", Tag::Verb),
    (b"ise", Tag::Verb),
    (b"ify", Tag::Verb),
    (b"ic", Tag::Adj),
    (b"ian", Tag::Adj),
];

fn by_ending(form: &[u8]) -> Tag {
    ENDINGS
        .iter()
        .find(|(ending, _)| form.ends_with(ending) && form.len() > ending.len() + 2)
        .map_or(Tag::Noun, |(_, tag)| *tag)
}
