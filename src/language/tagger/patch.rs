//! Owns the tagger's learned patches: their reading, and their application to a sentence in order.
//!
//! A patch changes one tag into another where its tests hold. Most patches cannot apply to a given
//! sentence, since a tag or word that they need is not in it; a bit set of what is there rules them out.
//!
//! Source: Brill 1992, section 3 (contextual patches).
//!
//! Invariant: patches apply one after another over the whole sentence, as they were learned; one patch
//! looks at the sentence as it found it.

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

    /// Applies every patch to the sentence, 64 words at a time.
    pub(super) fn apply(&self, words: &Words, sentence: &mut Sentence<'_>) {
        for (tags, ids) in sentence.tags.chunks_mut(64).zip(sentence.words.chunks(64)) {
            let mut places = Places::of(tags, ids.iter().map(|id| words.entry(*id).role));
            for patch in &self.0 {
                if patch.tags & !places.tags_here == 0 && patch.keywords & !places.keywords_here == 0 {
                    places.apply(patch, tags);
                }
            }
        }
    }
}

/// Where each tag and keyword stands among at most 64 words: one bit a word, the first word lowest.
struct Places {
    tags: [u64; Tag::ALL.len()],
    keywords: [u64; 64],
    tags_here: u32,
    keywords_here: u64,
}

impl Places {
    fn of(tags: &[Tag], keywords: impl Iterator<Item = u8>) -> Self {
        let mut places = Self { tags: [0; Tag::ALL.len()], keywords: [0; 64], tags_here: 0, keywords_here: 1 };
        for (at, (tag, keyword)) in tags.iter().zip(keywords).enumerate() {
            places.tags[*tag as usize] |= 1 << at;
            places.tags_here |= tag.bit();
            places.keywords[usize::from(keyword)] |= 1 << at;
            places.keywords_here |= 1 << keyword;
        }
        places
    }

    fn apply(&mut self, patch: &Patch, tags: &mut [Tag]) {
        let mut changed = self.tags[patch.from as usize];
        for test in &patch.tests {
            changed &= self.holding(*test);
        }
        if changed == 0 {
            return;
        }
        self.tags[patch.from as usize] &= !changed;
        self.tags[patch.to as usize] |= changed;
        self.tags_here |= patch.to.bit();
        while changed != 0 {
            tags[changed.trailing_zeros() as usize] = patch.to;
            changed &= changed - 1;
        }
    }

    /// The words for which a test holds.
    fn holding(&self, test: Test) -> u64 {
        match test {
            Test::Tag(distance, tag) => seen_from(self.tags[tag as usize], distance),
            Test::Any(distance, tag) => {
                let there = self.tags[tag as usize];
                let steps = distance.unsigned_abs();
                if distance < 0 {
                    let found = (1..=steps).fold(0, |found, step| found | there << step);
                    found & !0 << steps
                } else {
                    (0..steps).fold(0, |found, step| found | there >> step)
                }
            }
            Test::Around(before, after) => {
                seen_from(self.tags[before as usize], -1) & seen_from(self.tags[after as usize], 1)
            }
            Test::Word(distance, number) => seen_from(self.keywords[usize::from(number)], distance),
        }
    }
}

/// The places from which `places` lie at `distance`.
fn seen_from(places: u64, distance: isize) -> u64 {
    if distance < 0 { places << distance.unsigned_abs() } else { places >> distance.unsigned_abs() }
}

impl Patch {
    /// `FROM TO test & test`, as `assets/language/make_assets.py` writes them.
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
}

/// The number of a keyword, from one on.
fn keyword<'t>(word: &'t str, known: &mut Vec<&'t str>) -> Option<u8> {
    let at = known.iter().position(|other| *other == word).unwrap_or_else(|| {
        known.push(word);
        known.len() - 1
    });
    u8::try_from(at + 1).ok().filter(|number| *number < 64)
}
