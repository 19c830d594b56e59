//! Owns the part-of-speech tagging of a sentence: the most frequent tag of each word, a guess for
//! unknown words, then corrections by context.
//!
//! Source: Brill, *A simple rule-based part of speech tagger* (ANLP 1992). Lexicon and learned patches
//! are those of the crate harper-brill 3.0.0 (Apache-2.0), re-encoded; the guesses and the further
//! corrections are our own.
//!
//! Invariant: a tag depends on the words of its own sentence only.

mod context;
mod guess;
mod name;
mod patch;

use super::tag::Tag;
use super::tokenizer::{Kind, Token, shape};
use super::word_list;
use super::words::{WordId, Words};
use patch::Patches;

const WORDS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/language/words.bin"));
const TAGS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/language/tags.bin"));

/// The loaded tagger. Its lexicon lives in the entries of [`Words`].
#[derive(Debug)]
pub(crate) struct Tagger {
    patches: Patches,
}

/// A sentence to be tagged: parallel slices, one element a token.
pub(crate) struct Sentence<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: &'a [Token],
    pub(crate) words: &'a [WordId],
    pub(crate) tags: &'a mut [Tag],
}

impl Tagger {
    /// Reads the embedded lexicon into `words`, and the patches.
    pub(crate) fn load(words: &mut Words) -> Self {
        let mut tags = TAGS.iter();
        word_list::read(WORDS, |word| {
            let tag = tags.next().copied().map(Tag::numbered).unwrap_or_default();
            let id = words.intern(word);
            if let Some(entry) = words.entry_mut(id) {
                entry.tag = tag;
            }
        });
        Self { patches: Patches::load(words) }
    }

    /// Fills in the tags of a sentence.
    pub(crate) fn tag(&self, language: &super::Language, sentence: &mut Sentence<'_>) {
        let shouted = is_shouted(sentence.tokens);
        for at in 0..sentence.tokens.len() {
            let token = sentence.tokens[at];
            let entry = language.words.entry(sentence.words[at]);
            sentence.tags[at] = match entry.tag {
                Tag::Unknown => guess::tag(language, &sentence.text[token.range()], token, shouted),
                Tag::Noun if name::is_name(language, sentence, at, shouted) => Tag::Propn,
                Tag::Propn if name::is_common(language, sentence, at) => Tag::Noun,
                tag => tag,
            };
        }
        self.patches.apply(&language.words, sentence);
        context::correct(language, sentence);
    }
}

/// Whether capitals tell nothing in this sentence, since most of its longer words have one.
fn is_shouted(tokens: &[Token]) -> bool {
    let long = tokens.iter().filter(|token| token.kind == Kind::Word && token.len() > 3);
    let (mut capitals, mut all) = (0, 0);
    for token in long {
        all += 1;
        capitals += usize::from(token.has(shape::CAPITAL));
    }
    all > 3 && capitals * 4 > all * 3 || all > 1 && capitals == all
}
