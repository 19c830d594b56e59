//! Owns which nouns are usually written as two words, though WordNet has them joined too: elsewhere its joined spelling is the
//! usual one ("backpack", and not "back pack").
//!
//! Invariant: each is a noun in both spellings.

use crate::language::words::Words;

/// The nouns, with `, ` between.
pub(crate) const SEPARATE: &str = "air gun, barn door, beach ball, bed bug, bird feeder, bottle cap, bow tie, brain stem, coat rack, \
     coffee cake, dining room, dish towel, egg cup, flower bed, foster child, foster parent, garbage man, \
     gold mine, golf cart, grape vine, ground cover, hot dog, hot plate, hot pot, hot rod, house guest, ice cap, \
     ice cream, ice pick, lamb chop, launch pad, light bulb, living room, mug shot, oil rig, pet food, \
     pumpkin seed, salt shaker, school teacher, sea snail, ship builder, snow bank, staple gun, stock car, \
     sun hat, tin foil, tree frog, walking stick, water bird, wood fern, wood frog";

/// Marks the joined spellings.
pub(super) fn mark(words: &mut Words) {
    for name in SEPARATE.split(", ") {
        let joined = words.find_any_case(name.replace(' ', "").as_bytes(), |entry| entry.file != 0);
        if let Some(entry) = words.entry_mut(joined) {
            entry.mark_separate();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::language::Language;

    #[test]
    fn each_is_a_noun_in_both_spellings() {
        let language = Language::load();
        for name in super::SEPARATE.split(", ") {
            let joined = language.find_noun(&name.replace(' ', ""));
            assert!(joined.is_some() || language.find_noun(&name.replace(' ', "-")).is_some(), "{name}");
            assert!(language.find_noun(name).is_some(), "{name}");
        }
    }
}
