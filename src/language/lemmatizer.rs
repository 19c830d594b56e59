//! Owns the way from an inflected noun to its lemma: WordNet's exceptions, then its rules of detachment
//! with membership in the lemma list as the check.
//!
//! Source: WordNet 3.0, `morphy(7WN)`.
//!
//! Invariant: a lemma is never empty, and a word that nothing is known of is its own lemma.

mod plural;
mod proper;

use plural::{is_plural_only, without_plural};

use super::fold::Folded;
use super::wordnet::part;
use super::words::{Entry, WordId, Words};

const NOUN_EXCEPTIONS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/noun.exc"));
const VERB_EXCEPTIONS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/verb.exc"));

/// An ending, and what stands in its place in the lemma.
type Rule = (&'static [u8], &'static [u8]);

const NOUN_RULES: [Rule; 8] = [
    (b"s", b""),
    (b"ses", b"s"),
    (b"xes", b"x"),
    (b"zes", b"z"),
    (b"ches", b"ch"),
    (b"shes", b"sh"),
    (b"men", b"man"),
    (b"ies", b"y"),
];
const VERB_RULES: [Rule; 10] = [
    (b"s", b""),
    (b"ies", b"y"),
    (b"es", b"e"),
    (b"es", b""),
    (b"ed", b"e"),
    (b"ed", b""),
    (b"ing", b"e"),
    (b"ing", b""),
    (b"in", b"e"),
    (b"in", b""),
];

/// A noun as it stands in a text. `id` is the word in small letters.
pub(crate) struct Noun<'t> {
    pub(crate) written: &'t str,
    pub(crate) id: WordId,
    pub(crate) proper: bool,
}

/// Verbs that have come up, or come into descriptions of pictures, since WordNet 3.0.
const NEW_VERBS: [&str; 6] = ["accessorize", "email", "google", "photobomb", "showcase", "text"];

/// The longest word that is lemmatized, in bytes.
pub(crate) const LONGEST: usize = 64;

/// Irregular forms and their lemmas, sorted by the form.
#[derive(Debug)]
pub(crate) struct Lemmatizer {
    nouns: Vec<(WordId, WordId)>,
    verbs: Vec<(WordId, WordId)>,
}

impl Lemmatizer {
    /// Reads the embedded exceptions and makes their forms known words.
    pub(crate) fn load(words: &mut Words) -> Self {
        for verb in NEW_VERBS {
            let id = words.intern(verb.as_bytes());
            if let Some(entry) = words.entry_mut(id) {
                entry.parts |= part::VERB;
            }
        }
        Self { nouns: exceptions(NOUN_EXCEPTIONS, words), verbs: exceptions(VERB_EXCEPTIONS, words) }
    }

    /// The lemma of a noun in small letters, where it is irregular or follows a rule to a known noun.
    /// `id` is the form's own. A regular plural goes before a lemma that looks like one: WordNet lists
    /// "years" too.
    pub(crate) fn noun(&self, words: &Words, form: &[u8], id: WordId) -> Option<WordId> {
        if let Some(lemma) = looked_up(&self.nouns, id) {
            return Some(lemma);
        }
        let own = is_noun(words.entry(id)).then_some(id);
        let inflected = form.ends_with(b"s") || form.ends_with(b"men");
        if !inflected || form.len() < 3 || form.ends_with(b"ss") || is_plural_only(form) {
            return own;
        }
        detach(words, form, &NOUN_RULES, is_noun).or(own)
    }

    /// The singular that a noun has within a collocation, though alone it means something else: the "glass" of "wine glasses".
    pub(crate) fn part(words: &Words, form: &[u8]) -> Option<WordId> {
        let glass = (form == b"glasses").then(|| words.find(b"glass"))?;
        glass.is_some().then_some(glass)
    }

    /// Appends the lemma of a noun to `out`, and returns which it is, where it is a known common noun.
    pub(crate) fn append(&self, words: &Words, noun: &Noun<'_>, out: &mut String) -> WordId {
        let Some(folded) = Folded::new(noun.written) else {
            out.push_str(noun.written);
            return WordId::NONE;
        };
        if let Some(full) = abbreviated(folded.text()) {
            out.push_str(full);
        } else if noun.proper {
            proper::append(words, noun.written, folded.text(), out);
        } else if noun.written.len() == 1 {
            out.push_str(noun.written);
        } else if let Some(lemma) = self.noun(words, folded.bytes(), noun.id) {
            out.push_str(words.text(lemma));
            return lemma;
        } else {
            out.push_str(without_plural(words, folded.text()));
        }
        WordId::NONE
    }

    /// The lemma of a verb in small letters.
    pub(crate) fn verb(&self, words: &Words, form: &[u8], id: WordId) -> Option<WordId> {
        if let Some(lemma) = looked_up(&self.verbs, id) {
            return Some(lemma);
        }
        if is_verb(words.entry(id)) {
            return Some(id);
        }
        detach(words, form, &VERB_RULES, is_verb).or_else(|| undouble(words, form))
    }
}

fn is_noun(entry: Entry) -> bool {
    entry.file != 0
}

fn is_verb(entry: Entry) -> bool {
    entry.parts & part::VERB != 0
}

/// Abbreviations that are written in many ways.
fn abbreviated(form: &str) -> Option<&'static str> {
    Some(match form {
        "am" | "a.m" | "a.m." => "a.m.",
        "pm" | "p.m" | "p.m." => "p.m.",
        "jan" | "jan." => "January",
        "feb" | "feb." => "February",
        "apr." => "April",
        "aug" | "aug." => "August",
        "sept" | "sept." => "September",
        "oct" | "oct." => "October",
        "nov" | "nov." => "November",
        "dec" | "dec." => "December",
        "etc" | "ect" | "etc." | "ect." => "etc.",
        _ => return None,
    })
}

/// Plurals by origin that are singular in today's use.
const MASS: [&str; 6] = ["data", "media", "trivia", "agenda", "insignia", "paraphernalia"];

fn looked_up(table: &[(WordId, WordId)], form: WordId) -> Option<WordId> {
    let at = table.binary_search_by_key(&form, |(form, _)| *form).ok()?;
    Some(table[at].1)
}

fn detach(words: &Words, form: &[u8], rules: &[Rule], accept: fn(Entry) -> bool) -> Option<WordId> {
    let mut lemma = [0; LONGEST];
    for (ending, other) in rules {
        let Some(stem) = form.strip_suffix(*ending).filter(|stem| stem.len() > 1) else {
            continue;
        };
        let length = stem.len() + other.len();
        if length > LONGEST {
            return None;
        }
        lemma[..stem.len()].copy_from_slice(stem);
        lemma[stem.len()..length].copy_from_slice(other);
        let exact = words.find(&lemma[..length]);
        if exact.is_some() && accept(words.entry(exact)) {
            return Some(exact);
        }
        let capital = words.find_any_case(&lemma[..length], accept);
        if capital.is_some() {
            return Some(capital);
        }
    }
    None
}

/// "stopped", "running": the doubled consonant goes too.
fn undouble(words: &Words, form: &[u8]) -> Option<WordId> {
    let stem = form.strip_suffix(b"ed").or_else(|| form.strip_suffix(b"ing"))?;
    let [.., before, last] = stem else {
        return None;
    };
    let found = (before == last).then(|| words.find(&stem[..stem.len() - 1]))?;
    (found.is_some() && is_verb(words.entry(found))).then_some(found)
}

fn exceptions(text: &str, words: &mut Words) -> Vec<(WordId, WordId)> {
    let mut table: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(form, _)| !MASS.contains(form))
        .map(|(form, lemma)| (words.intern(form.as_bytes()), words.intern(lemma.as_bytes())))
        .collect();
    table.sort_unstable();
    table.dedup_by_key(|(form, _)| *form);
    table
}
