//! Owns what fantail knows of English: words, tags, lemmas and WordNet; the text extractors stand on it.
//!
//! Invariant: immutable once loaded and shared by all threads; nothing here knows of datasets or entities.

mod fold;
mod lemmatizer;
mod reading;
mod spelling;
mod tag;
mod tagger;
mod tokenizer;
mod word_list;
mod wordnet;
mod words;

use std::sync::OnceLock;

pub(crate) use fold::Folded;
pub(crate) use reading::Reading;
pub(crate) use spelling::Phrase;
pub use tag::Tag;
pub(crate) use tokenizer::{Kind, shape};
pub(crate) use wordnet::Beginning;
pub(crate) use words::WordId;

use lemmatizer::Lemmatizer;
use tagger::Tagger;
use wordnet::WordNet;
use words::Words;

/// English as embedded in the program: about 140,000 words.
#[derive(Debug)]
pub struct Language {
    words: Words,
    wordnet: WordNet,
    lemmatizer: Lemmatizer,
    tagger: Tagger,
}

impl Language {
    /// The embedded language, loaded when it is first asked for (a few milliseconds).
    #[must_use]
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<Language> = OnceLock::new();
        EMBEDDED.get_or_init(Self::load)
    }

    /// Reads the embedded files afresh.
    #[must_use]
    pub fn load() -> Self {
        let mut words = Words::with_capacity(160_000, 2_000_000);
        let wordnet = WordNet::load(&mut words);
        let lemmatizer = Lemmatizer::load(&mut words);
        let tagger = Tagger::load(&mut words);
        Self { words, wordnet, lemmatizer, tagger }
    }

    /// Whether WordNet knows `word`, or what it is the plural of, as a noun or as a collocation.
    #[must_use]
    pub fn is_known_noun(&self, word: &str) -> bool {
        self.noun(word).is_some()
    }

    /// The other members of the noun synsets of `lemma` ("sofa": couch, lounge), case kept.
    pub fn synonyms(&self, lemma: &str) -> impl Iterator<Item = &str> {
        let found = self.noun(lemma).map(|id| self.wordnet.synonyms(id)).unwrap_or_default();
        found.into_iter().map(|id| self.words.text(id))
    }

    /// The singular of a common noun, in small letters; the word itself where nothing is known of it.
    #[must_use]
    pub fn lemma<'a>(&'a self, word: &'a str) -> &'a str {
        self.noun(word).map_or(word, |id| self.words.text(id))
    }

    /// The text of a known word.
    pub(crate) fn word(&self, id: WordId) -> &str {
        self.words.text(id)
    }

    /// Whether the first sense of a noun lemma is a thing that can be seen in a picture.
    pub(crate) fn is_visible(&self, id: WordId) -> bool {
        wordnet::visible::is_visible(self.words.entry(id).parts)
    }

    /// Which collocations may begin with these two words, in whatever capitals.
    pub(crate) fn begins(&self, first: &str, second: &str) -> Beginning {
        self.wordnet.begins(first, second)
    }

    /// Whether a known word is an adjective more often than anything else.
    pub(crate) fn is_mostly_adjective(&self, id: WordId) -> bool {
        id.is_some() && wordnet::part::most(self.words.entry(id).parts) == wordnet::part::ADJECTIVE
    }

    /// The base form of a known word that can be a verb.
    pub(crate) fn base_verb(&self, id: WordId) -> Option<&str> {
        let form = self.words.text(id);
        self.lemmatizer.verb(&self.words, form.as_bytes(), id).map(|base| self.words.text(base))
    }

    /// The noun lemma or collocation that is written so in whatever capitals.
    pub(crate) fn find_noun(&self, small: &str) -> WordId {
        self.words.find_any_case(small.as_bytes(), |entry| entry.file != 0)
    }

    fn noun(&self, word: &str) -> Option<WordId> {
        let exact = self.words.find(word.as_bytes());
        if self.words.entry(exact).file != 0 {
            return Some(exact);
        }
        let folded = Folded::new(word)?;
        let id = self.words.find(folded.bytes());
        self.lemmatizer.noun(&self.words, folded.bytes(), id)
    }
}
