//! Figures that others have published or that can be worked out by hand.

use std::path::Path;

use fantail::entity::{Origin, Perspective};
use fantail::index::{Index, Split, Threshold};
use fantail::recipe::Recipe;

use crate::{Scratch, indexed, list, of, with_statistics};

fn class_counts(file: &str) -> Scratch {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    list(text.lines().map(|line| line.split_once('\t').unwrap()).map(|(label, count)| (label, count.parse().unwrap())))
}

/// Instances, labels, largest and smallest count, many, medium and few, Gini to three places.
type Shape = (usize, usize, u32, u32, [u64; 3], &'static str);

fn assert_shape(index: &Index, expected: Shape) {
    let label = of(index, Perspective::Label);
    let groups = label.groups();
    let found = (
        index.instances(),
        label.entities(),
        label.distribution.max,
        label.distribution.min,
        [groups.many.0, groups.medium.0, groups.few.0],
    );
    assert_eq!(found, (expected.0, expected.1, expected.2, expected.3, expected.4));
    assert_eq!(format!("{:.3}", label.distribution.gini), expected.5);
    let shares = groups.many.1 + groups.medium.1 + groups.few.1;
    assert!((shares - 1.0).abs() < 1e-12);
    // One label an instance: nothing shares an instance.
    assert!(label.distribution.imbalance.scumble.abs() < f64::EPSILON);
}

const PLACES_LT: Shape = (62_500, 365, 4_980, 5, [131, 163, 71], "0.672");

#[test]
fn places_lt_has_its_published_shape() {
    assert_shape(&indexed(&class_counts("places_lt_counts.tsv").path), PLACES_LT);
}

#[test]
#[ignore = "needs FANTAIL_DATA: places_lt/Places_LT_train.txt"]
fn needs_data_the_places_lt_list_itself_has_that_shape() {
    let data = std::env::var_os("FANTAIL_DATA").expect("FANTAIL_DATA names the folder of the data");
    let index = indexed(&Path::new(&data).join("places_lt/Places_LT_train.txt"));
    assert_shape(&index, PLACES_LT);
    assert_eq!(index.perspectives.len(), 1, "a list offers labels alone");
}

#[test]
fn imagenet_lt_has_its_published_shape() {
    let expected = (115_846, 1_000, 1_280, 5, [385, 479, 136], "0.524");
    assert_shape(&indexed(&class_counts("imagenet_lt_counts.tsv").path), expected);
}

/// Six instances whose thresholds can be worked out by hand.
fn six_instances() -> Scratch {
    let statistics = |token: &[&str], object: &[&str], what_word: &[&str]| serde_json::json!({"token": token, "object": object, "what_word": what_word});
    with_statistics(&[
        statistics(&["cat", "sofa"], &["cat", "sofa"], &["what color"]),
        statistics(&["cat", "rug"], &["cat"], &["what color"]),
        statistics(&["cat", "sofa", "lamp"], &["cat", "lamp"], &["what color", "where"]),
        statistics(&["cat"], &["cat"], &["what color"]),
        statistics(&["cat", "axolotl"], &["cat", "axolotl"], &["how many"]),
        statistics(&["sofa", "cat"], &["sofa", "cat"], &["describe"]),
    ])
}

#[test]
fn six_instances_have_their_thresholds() {
    let index = indexed(&six_instances().path);
    let recipe = Recipe::default();
    let splits = [
        (Perspective::Token, 1, 3),
        (Perspective::Object, 1, 2),
        (Perspective::CoOccurrence, 1, 1),
        (Perspective::Interrogation, 1, 3),
    ];
    for (perspective, threshold, first_tail_rank) in splits {
        let entry = of(&index, perspective);
        let split = recipe.split(entry);
        // Interrogations: counts 4, 1, 1, 1, so that 0.9 · 7 = 6.3 is reached at the last of four.
        assert_eq!((split.threshold, split.first_tail_rank), (threshold, first_tail_rank), "{perspective}");
        assert_eq!(entry.origin, Origin::Annotation, "{perspective}");
    }
    let pairs = of(&index, Perspective::CoOccurrence);
    assert_eq!(pairs.names.get(0), "cat + sofa");
    assert_eq!(index.instances_of(Perspective::CoOccurrence, 0)[..], [0, 5]);
    assert_eq!(index.instances_of(Perspective::Object, 0)[..], [0, 1, 2, 3, 4, 5]);
}

#[test]
fn the_paper_counts_the_entity_at_the_cut_as_tail() {
    // Σ = 100; 90 is reached at rank 3, whose count is 8.
    let counts = [50, 20, 13, 8, 4, 3, 1, 1];
    let split = Split::of(&counts, Threshold::TailMass(0.10));
    assert_eq!((split.threshold, split.first_tail_rank), (8, 3));
    assert!((split.tail_entity_share - 5.0 / 8.0).abs() < 1e-12);
    assert!((split.tail_occurrence_share - 0.17).abs() < 1e-12);
    // The same cut by count leaves the same tail.
    assert_eq!(Split::of(&counts, Threshold::Count(8)), split);
}
