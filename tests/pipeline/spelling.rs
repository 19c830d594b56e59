//! Tokens that differ in case alone are one entity; everything else is exact.

use fantail::entity::{Extraction, Perspective};
use fantail::index::cache::Cache;
use fantail::index::{self, Index, name_hash};
use fantail::load;
use fantail::progress::{Observer, Stage, Unobserved};
use fantail::recipe::Recipe;

use crate::{conversations, indexed, names, of, ranking, with_statistics};

/// Keeps the counts that it is told of.
#[derive(Default)]
struct Watcher(std::sync::Mutex<Vec<(Perspective, Vec<u32>)>>);

impl Observer for Watcher {
    fn advanced(&self, _stage: Stage, _done: u64, _total: u64) {}

    fn counted(&self, counts: &dyn Fn() -> Vec<(Perspective, Vec<u32>)>) {
        *self.0.lock().unwrap() = counts();
    }
}

fn given(perspective: Perspective, rows: &[&[&str]]) -> Index {
    index::build(Extraction::of_lists(&[perspective], &[(perspective, rows)]), &Unobserved).unwrap()
}

fn owned(ranking: &[(&str, u32)]) -> Vec<(String, u32)> {
    ranking.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
}

#[test]
fn tokens_of_one_word_are_one_entity_in_its_most_frequent_spelling() {
    let rows: &[&[&str]] = &[
        &["Master", "fire"],
        &["master", "Master", "FIRE"],
        &["Master"],
        &["Fire", "Ärger"],
        &["ärger", "ÄRGER"],
        &["ärger"],
    ];
    let index = given(Perspective::Token, rows);
    // Three spellings of fire are equally frequent: the first by name is shown. An instance counts once.
    assert_eq!(ranking(&index, Perspective::Token), owned(&[("FIRE", 3), ("Master", 3), ("ärger", 3)]));
    let tokens = of(&index, Perspective::Token);
    assert_eq!(tokens.by_instance.row(1), [0, 1]);
    assert_eq!(tokens.by_entity.row(2), [3, 4, 5]);
    assert_eq!(tokens.name_hashes, ["fire", "master", "ärger"].map(name_hash));
    for (name, rank) in [("master", Some(1)), ("FIRE", Some(0)), ("Ärger", Some(2)), ("fir", None)] {
        assert_eq!(tokens.find(name), rank, "{name}");
    }
}

#[test]
fn the_spelling_shown_changes_no_draw() {
    let small = given(Perspective::Token, &[&["master"], &["master", "fire"]]);
    let large = given(Perspective::Token, &[&["MASTER"], &["Master", "Fire"]]);
    let hashes = |index: &Index| of(index, Perspective::Token).name_hashes.clone();
    assert_eq!(names(&large, Perspective::Token), ["MASTER", "Fire"]);
    assert_eq!(hashes(&small), hashes(&large));
}

#[test]
fn labels_and_given_objects_stay_exact() {
    for perspective in [Perspective::Label, Perspective::Object, Perspective::Interrogation] {
        let index = given(perspective, &[&["Cat"], &["cat"], &["cat", "Cat"], &["cat"]]);
        assert_eq!(ranking(&index, perspective), owned(&[("cat", 3), ("Cat", 2)]));
        assert_eq!(of(&index, perspective).find("CAT"), None);
    }
}

#[test]
fn text_and_lists_that_came_with_the_records_are_read_alike() {
    let said = indexed(
        &conversations(&[
            &["Who is that?", "That is Master Yoda."],
            &["Who is he?", "He is a master. The master smiles."],
            &["Who is she?", "A master of chess."],
        ])
        .path,
    );
    let masters = |index: &Index| {
        let all = ranking(index, Perspective::Token);
        all.into_iter().filter(|(name, _)| name.to_lowercase() == "master").collect::<Vec<_>>()
    };
    assert_eq!(masters(&said), owned(&[("master", 3)]));
    let listed = with_statistics(&[serde_json::json!({"token": ["Master"]}), serde_json::json!({"token": ["master"]})]);
    assert_eq!(masters(&indexed(&listed.path)), owned(&[("Master", 2)]));
    let objects = names(&said, Perspective::Object);
    assert!(objects.iter().all(|name| *name == name.to_lowercase()), "objects from text: {objects:?}");
}

#[test]
fn counts_told_while_loading_are_those_of_the_index() {
    let rows: [&[&str]; 5] =
        [&["Master", "fire"], &["master", "Master", "FIRE"], &["Master"], &["Fire", "Ärger"], &["ärger", "ÄRGER"]];
    let records: Vec<_> = rows.iter().map(|tokens| serde_json::json!({"token": tokens})).collect();
    let (scratch, watcher) = (with_statistics(&records), Watcher::default());
    let index = load::load(&scratch.path, &Recipe::default(), &watcher, &Cache::none()).unwrap().0.index;
    let mut seen = watcher.0.into_inner().unwrap().into_iter().find(|(of, _)| *of == Perspective::Token).unwrap().1;
    seen.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seen, of(&index, Perspective::Token).counts);
    assert_eq!(seen, [3, 3, 2]);
}
