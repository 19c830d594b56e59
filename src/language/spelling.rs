//! Owns the spellings of one noun: in words ("cell phone"), hyphenated ("cell-phone") and joined ("cellphone").
//!
//! Invariant: however a noun is spelled, it is one lemma; WordNet's joined one where it has several, unless everybody writes two
//! words.

use super::wordnet::SEPARATE;
use super::{Beginning, Language, WordId};

/// The longest phrase that is looked up, in bytes.
const LONGEST: usize = 64;
/// Lexicographer files of kinds of things that are called by a name, and written without capitals too ("great dane"): animal,
/// artifact, food, plant.
const KINDS: [u8; 4] = [5, 6, 13, 20];

/// Lexicographer files of what a compound names only where its last word does ("leatherjacket" is a fish): animal, person, plant.
const LIVING: [u8; 3] = [5, 18, 20];
/// That of parts of bodies, after which things are called that are none ("cattail").
const BODY: u8 = 8;

/// Words one space apart that may be a noun.
#[derive(Clone, Copy)]
pub(crate) struct Phrase<'t> {
    /// In small letters, the last word singular.
    pub(crate) words: &'t str,
    /// The first and the last word are written with capitals.
    pub(crate) capital: bool,
    /// What WordNet has that may begin so.
    pub(crate) begins: Beginning,
    /// More holds them together than that they stand beside each other, as it does "tall" and "grass".
    pub(crate) compound: bool,
}

impl Language {
    /// The lemma that a phrase spells; none where WordNet has it as a name and the text as common words ("a white house").
    pub(crate) fn spelled(&self, phrase: Phrase<'_>) -> WordId {
        let fits = |id| self.fits(id, phrase.capital);
        let words = phrase.words.as_bytes();
        let spaced = if phrase.begins.spaced { self.words.find_by(words, fits) } else { WordId::NONE };
        if spaced.is_some() {
            return self.usual(phrase.words, spaced);
        }
        let joined = if phrase.compound { self.compound(phrase.words) } else { WordId::NONE };
        let other = phrase.compound && phrase.begins.hyphened && !joined.is_some();
        if other { self.hyphened(phrase.words) } else { joined }
    }

    /// The noun that two words are when they are written as one, unless it is far from what the second word is.
    fn compound(&self, words: &str) -> WordId {
        let joined = self.joined(words);
        let far = joined.is_some() && {
            let head = self.find_noun(words.rsplit(' ').next().unwrap_or_default());
            let (kind, of_head) = (self.words.entry(joined).file, self.words.entry(head).file);
            kind != of_head && (LIVING.contains(&kind) || of_head == BODY)
        };
        if far { WordId::NONE } else { joined }
    }

    /// The noun that two words are when they are written as one.
    fn joined(&self, words: &str) -> WordId {
        let mut buffer = [0; LONGEST];
        let Some((first, second)) = words.split_once(' ').filter(|(_, second)| !second.contains(' ')) else {
            return WordId::NONE;
        };
        let length = first.len() + second.len();
        let Some(both) = buffer.get_mut(..length) else { return WordId::NONE };
        both[..first.len()].copy_from_slice(first.as_bytes());
        both[first.len()..].copy_from_slice(second.as_bytes());
        self.words.find_by(both, |id| self.fits(id, false))
    }

    /// The noun of several words that is written as one here ("firetruck"); `word` is none that is known.
    pub(crate) fn parted(&self, word: &str) -> WordId {
        let mut buffer = [0; LONGEST];
        let Some(room) = buffer.get_mut(..=word.len()) else { return WordId::NONE };
        let cuts = (2..word.len().saturating_sub(1)).filter(|&cut| word.is_char_boundary(cut));
        let found = cuts.filter(|&cut| self.begins(&word[..cut], &word[cut..]).spaced).find_map(|cut| {
            room[..cut].copy_from_slice(&word.as_bytes()[..cut]);
            room[cut] = b' ';
            room[cut + 1..].copy_from_slice(&word.as_bytes()[cut..]);
            let id = self.words.find_by(room, |id| self.fits(id, false));
            id.is_some().then_some(id)
        });
        found.unwrap_or(WordId::NONE)
    }

    /// The usual spelling of a noun that is written as one word.
    pub(crate) fn separate(&self, joined: WordId) -> WordId {
        if !self.words.entry(joined).is_separate() {
            return joined;
        }
        let word = self.words.text(joined);
        let spelled = SEPARATE.split(", ").find(|words| words.split(' ').flat_map(str::bytes).eq(word.bytes()));
        let id = spelled.map_or(WordId::NONE, |words| self.find_noun(words));
        if id.is_some() { id } else { joined }
    }

    /// Of a noun in words that WordNet has joined too, the usual one.
    fn usual(&self, words: &str, spaced: WordId) -> WordId {
        let joined = self.joined(words);
        let other = !joined.is_some()
            || self.words.entry(joined).is_separate()
            || self.is_visible(spaced) && !self.is_visible(joined);
        if other { spaced } else { joined }
    }

    /// The lemma with hyphens between some of the words.
    fn hyphened(&self, words: &str) -> WordId {
        let mut buffer = [0; LONGEST];
        let Some(room) = buffer.get_mut(..words.len()) else { return WordId::NONE };
        let gaps = words.bytes().filter(|byte| *byte == b' ').count();
        let found = (1..1_u32 << gaps).rev().find_map(|hyphens| {
            let mut gap = 0;
            for (into, byte) in room.iter_mut().zip(words.bytes()) {
                let joins = byte == b' ' && hyphens >> gap & 1 == 1;
                gap += u32::from(byte == b' ');
                *into = if joins { b'-' } else { byte };
            }
            let id = self.find_noun(std::str::from_utf8(room).unwrap_or_default());
            id.is_some().then_some(id)
        });
        found.unwrap_or(WordId::NONE)
    }

    /// Whether a lemma is a noun that may be meant by words with or without capitals.
    fn fits(&self, id: WordId, capital: bool) -> bool {
        let file = self.words.entry(id).file;
        if file == 0 || capital || KINDS.contains(&file) {
            return file != 0;
        }
        let text = self.words.text(id);
        let is_capital = |word: Option<&str>| word.is_some_and(|word| word.starts_with(|c: char| c.is_uppercase()));
        !(is_capital(text.split(' ').next()) && is_capital(text.rsplit(' ').next()))
    }
}
