//! Owns which nouns name things that can be seen in a picture: by the lexicographer file of the first
//! sense, with two lists of exceptions.
//!
//! Invariant: no word is in both lists.

use crate::language::words::Words;

/// Lexicographer files (`lexnames(5WN)`) of visible things: animal, artifact, body, food, object, person,
/// plant, substance.
const FILES: [u8; 8] = [5, 6, 8, 13, 17, 18, 20, 27];

const ARTIFACT: u8 = 6;

/// The bit of an entry's parts of speech that says that the noun is visible.
const VISIBLE: u8 = 64;

/// Whether a noun is visible, from its entry's parts of speech.
pub(crate) fn is_visible(parts: u8) -> bool {
    parts & VISIBLE != 0
}

/// Marks the visible nouns among `words`.
pub(super) fn mark(words: &mut Words) {
    words.update(|entry| {
        if FILES.contains(&entry.file) {
            entry.parts |= VISIBLE;
        }
    });
    for name in OF_THE_MEDIUM.split(", ") {
        let id = words.find(name.as_bytes());
        if let Some(entry) = words.entry_mut(id) {
            entry.parts &= !VISIBLE;
        }
    }
    for name in added() {
        let id = words.intern(name.as_bytes());
        if let Some(entry) = words.entry_mut(id) {
            entry.parts |= VISIBLE;
            entry.file = if entry.file == 0 { ARTIFACT } else { entry.file };
        }
    }
}

/// The exceptions that are added to the visible nouns.
pub(super) fn added() -> impl Iterator<Item = &'static str> {
    VISIBLE_TOO.split(", ")
}

/// Nouns that speak of the picture itself, or of a place or part in it, and not of a thing it shows.
const OF_THE_MEDIUM: &str = "article, artwork, back, backdrop, background, base, bottom, center, close-up, closeup, composition, content, \
     copy, corner, creation, depiction, design, detail, display, document, element, end, entity, foreground, \
     front, illustration, image, item, left, line, material, matter, middle, multiple, object, part, photo, \
     photograph, pic, picture, piece, point, portion, print, right, scene, scenery, screenshot, section, shot, \
     side, snapshot, structure, subject, surface, thing, top, view, way";

/// Visible things whose first sense in WordNet is another, or that WordNet has in the singular only.
const VISIBLE_TOO: &str = "animal, armband, audience, award, banner, baseball, basketball, battery, binoculars, bolt, book, booklet, \
     bottle cap, bouquet, brake light, branch, bunch, buoy, business card, calendar, carton, chinos, city, \
     cityscape, cloud, coin, comic book, couple, crowd, crumb, cube, desert, donut, doughnut, dungarees, dustpan, \
     family, field, fire, fire alarm, flag, flame, flip-flop, flock, fog, food, football, forest, funnel, gallery, \
     garden, globe, goggles, golf club, graffiti, heart, herd, jeans, jodhpurs, jungle, kite, lawn, leggings, \
     letter, lettuce, lightning, logo, magazine, mansion, map, mat, meadow, medicine, menu, mixer, money, moon, mug, \
     mural, newspaper, nightstand, notebook, overalls, pajamas, palette, panties, pants, park, passport, penny, \
     people, perfume, person, place mat, playground, pliers, police, postcard, poster, puddle, pyjamas, racket, \
     rain, rainbow, receipt, reflection, ring, saucer, scale, sculpture, shadow, shorts, sign, sky, skyline, slice, \
     smoke, snow, snowman, soccer ball, soup, spotlight, stage, statue, stew, stop sign, stoplight, street sign, \
     sun, sunglasses, table, tag, tapestry, teacup, team, television, tights, traffic cone, traffic light, \
     trash can, trousers, tv, tweezers, van, village, volleyball, watering can, wave, whistle, wrench";
