//! Owns the tagger's learned patches: their reading, and their application to a sentence in order.
//!
//! A patch changes one tag into another where its tests hold. Most patches cannot apply to a given
//! sentence, since a tag or word that they need is not in it; a bit set of what is there rules them out.
//!
//! Source: Brill 1992, section 3 (contextual patches).
//!
//! Invariant: patches apply one after another over the whole sentence, as they were learned.

use super::Sentence;
use crate::language::tag::Tag;
use crate::language::words::Words;

const PATCHES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/language/patches.txt"));

#[derive(Clone, Copy, Debug)]
enum Test {
    /// The word at this distance has the tag.
    Tag(isize, Tag),
    /// Some word in this range of distances (the end not included) has the tag, and the far end exists.
    Any(isize, Tag),
    Around(Tag, Tag),
    /// The word at this distance is the keyword of this number.
    Word(isize, u8),
}

#[derive(Debug)]
struct Patch {
    from: Tag,
    to: Tag,
    tests: Vec<Test>,
    tags: u32,
    keywords: u64,
}

/// All patches, in order.
#[derive(Debug)]
pub(super) struct Patches(Vec<Patch>);

impl Patches {
    /// Reads the embedded patches and marks their keywords in `words`.
    pub(super) fn load(words: &mut Words) -> Self {
        let mut keywords = Vec::new();
        let patches = PATCHES.lines().filter_map(|line| Patch::parse(line, &mut keywords)).collect();
        for (number, keyword) in (1..).zip(keywords) {
            let id = words.intern(keyword.as_bytes());
            if let Some(entry) = words.entry_mut(id) {
                entry.role = number;
            }
        }
        Self(patches)
    }

    /// Applies every patch to the sentence.
    pub(super) fn apply(&self, words: &Words, sentence: &mut Sentence<'_>) {
        let mut tags = sentence.tags.iter().fold(0, |set, tag| set | tag.bit());
        let keyword = |id| words.entry(id).role;
        let keywords = sentence.words.iter().fold(0, |set, id| set | 1_u64 << keyword(*id));
        for patch in &self.0 {
            if patch.tags & !tags != 0 || patch.keywords & !keywords != 0 {
                continue;
            }
            for at in 0..sentence.tags.len() {
                if sentence.tags[at] == patch.from && patch.holds(words, sentence, at) {
                    sentence.tags[at] = patch.to;
                    tags |= patch.to.bit();
                }
            }
        }
    }
}

impl Patch {
    /// `FROM TO test & test`, as `tools/make_language_assets.py` writes them.
    fn parse<'t>(line: &'t str, keywords: &mut Vec<&'t str>) -> Option<Self> {
        let mut parts = line.splitn(3, ' ');
        let from = Tag::named(parts.next()?);
        let to = Tag::named(parts.next()?);
        let tests: Option<Vec<Test>> = parts.next()?.split(" & ").map(|test| Test::parse(test, keywords)).collect();
        let mut patch = Self { from, to, tests: tests?, tags: from.bit(), keywords: 0 };
        for test in &patch.tests {
            match test {
                Test::Tag(_, tag) | Test::Any(_, tag) => patch.tags |= tag.bit(),
                Test::Around(before, after) => patch.tags |= before.bit() | after.bit(),
                Test::Word(_, number) => patch.keywords |= 1 << number,
            }
        }
        Some(patch)
    }

    fn holds(&self, words: &Words, sentence: &Sentence<'_>, at: usize) -> bool {
        self.tests.iter().all(|test| test.holds(words, sentence, at))
    }
}

impl Test {
    fn parse<'t>(text: &'t str, keywords: &mut Vec<&'t str>) -> Option<Self> {
        let mut parts = text.split(' ');
        let (kind, first, second) = (parts.next()?, parts.next()?, parts.next()?);
        Some(match kind {
            "tag" => Self::Tag(first.parse().ok()?, Tag::named(second)),
            "any" => Self::Any(first.parse().ok()?, Tag::named(second)),
            "around" => Self::Around(Tag::named(first), Tag::named(second)),
            "word" => Self::Word(first.parse().ok()?, keyword(second, keywords)?),
            _ => return None,
        })
    }

    fn holds(self, words: &Words, sentence: &Sentence<'_>, at: usize) -> bool {
        let tagged = |at: Option<usize>, tag| at.and_then(|at| sentence.tags.get(at)) == Some(&tag);
        match self {
            Self::Tag(distance, tag) => tagged(at.checked_add_signed(distance), tag),
            Self::Any(distance, tag) => at.checked_add_signed(distance).is_some_and(|far| {
                let range = far.min(at)..far.max(at).min(sentence.tags.len());
                sentence.tags[range].contains(&tag)
            }),
            Self::Around(before, after) => tagged(at.checked_sub(1), before) && tagged(at.checked_add(1), after),
            Self::Word(distance, number) => at
                .checked_add_signed(distance)
                .and_then(|at| sentence.words.get(at))
                .is_some_and(|id| words.entry(*id).role == number),
        }
    }
}

/// The number of a keyword, from one on.
fn keyword<'t>(word: &'t str, known: &mut Vec<&'t str>) -> Option<u8> {
    let at = known.iter().position(|other| *other == word).unwrap_or_else(|| {
        known.push(word);
        known.len() - 1
    });
    u8::try_from(at + 1).ok().filter(|number| *number < 64)
}
