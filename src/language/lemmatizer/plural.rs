//! Owns plurals that the rules of detachment do not take apart: nouns that have no singular, and nouns that are not known.
//!
//! Invariant: a singular is the start of its plural, and never empty.

use super::is_noun;
use crate::language::words::Words;

/// The likely singular of a noun that WordNet does not know.
pub(super) fn without_plural<'f>(words: &Words, form: &'f str) -> &'f str {
    let Some(stem) = form.strip_suffix('s').filter(|stem| stem.len() > 2 && !is_plural_only(form.as_bytes())) else {
        return form;
    };
    let without_e = match stem.as_bytes() {
        [.., b's' | b'u' | b'i' | b'\'' | b'.'] => return form,
        [.., b's', b's', b'e'] => true,
        [.., b's' | b'h', b'e'] => {
            last_part_without_e(words, stem).unwrap_or(stem.ends_with("he") && !stem.ends_with("the"))
        }
        _ => false,
    };
    if without_e { &stem[..stem.len() - 1] } else { stem }
}

/// Whether the longest known noun at the end of a compound is known without its last "e" ("schoolbus"), and not with it
/// ("treehouse"); `None` where no noun is.
fn last_part_without_e(words: &Words, stem: &str) -> Option<bool> {
    let known = |noun: &[u8]| is_noun(words.entry(words.find(noun)));
    let parts = (1..stem.len().saturating_sub(3)).filter_map(|at| stem.as_bytes().get(at..));
    parts.into_iter().find_map(|part| match (known(part), known(&part[..part.len() - 1])) {
        (true, _) => Some(false),
        (_, shorter) => shorter.then_some(true),
    })
}

/// Nouns in -s whose singular, where WordNet has one, means something else.
pub(super) fn is_plural_only(form: &[u8]) -> bool {
    PLURAL_ONLY.binary_search(&form).is_ok()
}

const PLURAL_ONLY: [&[u8]; 55] = [
    b"amends",
    b"binoculars",
    b"bloomers",
    b"blues",
    b"breeches",
    b"briefs",
    b"chinos",
    b"clothes",
    b"corduroys",
    b"corps",
    b"dungarees",
    b"economics",
    b"electronics",
    b"eyeglasses",
    b"forceps",
    b"glasses",
    b"goggles",
    b"graphics",
    b"gymnastics",
    b"headquarters",
    b"jeans",
    b"jodhpurs",
    b"khakis",
    b"knickers",
    b"leggings",
    b"lens",
    b"logistics",
    b"means",
    b"news",
    b"overalls",
    b"pajamas",
    b"panties",
    b"pants",
    b"physics",
    b"pliers",
    b"politics",
    b"pyjamas",
    b"regards",
    b"scissors",
    b"series",
    b"shears",
    b"shorts",
    b"slacks",
    b"species",
    b"spectacles",
    b"statistics",
    b"sunglasses",
    b"sweatpants",
    b"tights",
    b"tongs",
    b"troops",
    b"trousers",
    b"tweezers",
    b"underpants",
    b"yours",
];

#[cfg(test)]
mod tests {
    #[test]
    fn plurals_without_a_singular_are_sorted() {
        assert!(super::PLURAL_ONLY.is_sorted());
    }
}
