//! The official pipeline's known defects, none of which may be ours.

use fantail::entity::Perspective;
use fantail::finding::findings;
use fantail::index::DatasetFacts;
use fantail::recipe::Recipe;

use crate::{conversations, indexed, loaded, names, of, ranking, with_statistics};

#[test]
fn words_of_neighbouring_turns_never_glue() {
    let scratch = conversations(&[&["Is there a Parking", "Is near a Daisy", "Is that a Kaplan", "What a garden"]]);
    let tokens = names(&indexed(&scratch.path), Perspective::Token);
    assert!(!tokens.iter().any(|token| ["ParkingIs", "DaisyIs", "KaplanWhat"].contains(&token.as_str())), "{tokens:?}");
    assert!(tokens.contains(&"garden".to_owned()), "{tokens:?}");
}

#[test]
fn a_noun_said_five_times_counts_once_an_instance() {
    let scratch = conversations(&[
        &["What is on the table?", "A cup is on the table. The table has a cup. It is a table."],
        &["What is this?", "A table."],
    ]);
    let index = indexed(&scratch.path);
    let count = |perspective, wanted: &str| {
        ranking(&index, perspective).into_iter().find(|(name, _)| name == wanted).map(|(_, count)| count)
    };
    assert_eq!(count(Perspective::Token, "table"), Some(2));
    assert_eq!(count(Perspective::Token, "cup"), Some(1));
    assert_eq!(count(Perspective::Object, "table"), Some(2));
}

#[test]
fn given_lists_that_repeat_a_name_count_it_once() {
    let scratch = with_statistics(&[serde_json::json!({"token": ["cat", "cat", " cat\n"], "object": ["cat", "cat"]})]);
    let index = indexed(&scratch.path);
    assert_eq!(ranking(&index, Perspective::Token), [("cat".to_owned(), 1)]);
    assert_eq!(ranking(&index, Perspective::Object), [("cat".to_owned(), 1)]);
}

#[test]
fn nothing_is_no_entity() {
    let scratch = with_statistics(&[
        serde_json::json!({"token": ["", " ", "\t\n"], "object": [""], "what_word": [""], "co_occurrence": []}),
        serde_json::json!({"token": ["cat", ""], "object": [], "what_word": [], "co_occurrence": []}),
    ]);
    let index = indexed(&scratch.path);
    assert_eq!(ranking(&index, Perspective::Token), [("cat".to_owned(), 1)]);
    for perspective in [Perspective::Object, Perspective::Interrogation, Perspective::CoOccurrence] {
        assert_eq!(ranking(&index, perspective), [], "{perspective}");
    }
}

#[test]
fn a_comma_or_a_plus_in_a_name_makes_no_other_pair() {
    let scratch = with_statistics(&[
        serde_json::json!({"object": ["salt, pepper", "shaker"]}),
        serde_json::json!({"object": ["salt", "pepper, shaker"]}),
        serde_json::json!({"object": ["a + b", "c"]}),
        serde_json::json!({"object": ["a", "b + c"]}),
    ]);
    let index = indexed(&scratch.path);
    let pairs = of(&index, Perspective::CoOccurrence);
    assert_eq!(pairs.entities(), 4, "four pairs, though two of them read alike");
    assert!(pairs.counts.iter().all(|&count| count == 1));
    let mut hashes = pairs.name_hashes.clone();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "draws are keyed by the pair, not by how it reads");
}

#[test]
fn pairs_that_the_dataset_lists_are_taken_as_they_are() {
    let scratch = with_statistics(&[
        serde_json::json!({"object": ["cat", "sofa", "rug"], "co_occurrence": [["sofa", "cat"], ["cat", "sofa"], ["cat", "cat"], ["cat", ""]]}),
        serde_json::json!({"object": ["cat"], "co_occurrence": [["cat", "moon"]]}),
    ]);
    let index = indexed(&scratch.path);
    let expected = [("cat + moon".to_owned(), 1), ("cat + sofa".to_owned(), 1)];
    assert_eq!(ranking(&index, Perspective::CoOccurrence), expected);
    assert_eq!(index.instances_of(Perspective::CoOccurrence, 0)[..], [1]);
    assert!(!names(&index, Perspective::Object).contains(&"moon".to_owned()));
    let pairs = of(&index, Perspective::CoOccurrence);
    assert_eq!(pairs.find("cat + sofa"), Some(1));
}

#[test]
fn pairs_that_one_record_lists_take_none_from_the_others() {
    let scratch = with_statistics(&[
        serde_json::json!({"object": ["a", "b"]}),
        serde_json::json!({"object": ["b", "a"]}),
        serde_json::json!({"object": ["e", "f"], "co_occurrence": []}),
        serde_json::json!({"object": ["c", "d", "e"], "co_occurrence": [["c", "d"], ["c", "moon"]]}),
        serde_json::json!({"object": ["d", "c"]}),
    ]);
    let expected = [("a + b", 2), ("c + d", 2), ("c + moon", 1)].map(|(name, count)| (name.to_owned(), count));
    let index = indexed(&scratch.path);
    assert_eq!(ranking(&index, Perspective::CoOccurrence), expected);
    assert_eq!(index.instances_of(Perspective::CoOccurrence, 0)[..], [0, 1]);
    assert_eq!(index.instances_of(Perspective::CoOccurrence, 1)[..], [3, 4]);
    let mut alone = Recipe::default();
    alone.entities.perspectives = vec![Perspective::CoOccurrence];
    let alone = loaded(&scratch.path, &alone).index;
    assert_eq!(ranking(&alone, Perspective::CoOccurrence), expected, "the objects themselves need not be wanted");
}

#[test]
fn merged_detector_labels_are_told() {
    let objects =
        ["plane", "airplane", "plane airplane", "father", "groom", "father groom", "teddy", "bear", "teddy bear"];
    let statistics: Vec<_> = objects.iter().map(|object| serde_json::json!({"object": [object]})).collect();
    let scratch = with_statistics(&statistics);
    let loaded = loaded(&scratch.path, &Recipe::default());
    let found = findings(&loaded.index, &Recipe::default(), &DatasetFacts::of(&loaded.dataset));
    let merged = found.iter().find(|finding| finding.kind == "merged_labels").unwrap();
    assert!(merged.text.contains("'plane airplane'"), "{}", merged.text);
    assert!(merged.text.starts_with("1 object label"), "a teddy bear is a thing: {}", merged.text);
    let objects = of(&loaded.index, Perspective::Object);
    assert_eq!(objects.names.get(merged.entity.unwrap()), "plane airplane");
}
