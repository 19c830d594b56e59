//! Datasets of odd shapes, and that threads and order change nothing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use fantail::entity::{self, EntityError, Origin, Perspective};
use fantail::index::{self, Counts, Index, MOST_PAIRED_OBJECTS};
use fantail::progress::{Cancelled, Observer, Stage, Unobserved};
use fantail::recipe::Recipe;
use fantail::source;

use crate::{Scratch, conversations, indexed, list, loaded, names, of, ranking, with_statistics};

#[test]
fn one_instance() {
    let index = indexed(&conversations(&[&["What is this?", "A cat on a sofa."]]).path);
    assert_eq!(ranking(&index, Perspective::Object), [("cat".to_owned(), 1), ("sofa".to_owned(), 1)]);
    assert_eq!(names(&index, Perspective::CoOccurrence), ["cat + sofa"]);
    let objects = of(&index, Perspective::Object);
    let split = Recipe::default().split(objects);
    assert_eq!((split.threshold, split.first_tail_rank), (1, 1));
    assert!((objects.distribution.entropy.evenness - 1.0).abs() < 1e-12);
    assert!(objects.distribution.gini.abs() < 1e-12);
    assert_eq!(objects.distribution.zipf_exponent(), None);
}

#[test]
fn all_counts_equal() {
    let index = indexed(&list((0..50).map(|label| (format!("c{label:02}"), 7))).path);
    let label = of(&index, Perspective::Label);
    assert!(label.distribution.gini.abs() < 1e-12 && label.distribution.entropy.kl_uniform.abs() < 1e-12);
    assert!((label.distribution.imbalance_ratio - 1.0).abs() < f64::EPSILON);
    assert!((label.distribution.imbalance.mean_irlbl - 1.0).abs() < f64::EPSILON);
    let sorted: Vec<String> = (0..50).map(|label| format!("c{label:02}")).collect();
    assert_eq!(names(&index, Perspective::Label), sorted, "ties in name order");
    // 0.9 · 350 = 315 is reached by the 45th.
    assert_eq!(Recipe::default().split(label).first_tail_rank, 44);
}

#[test]
fn an_entity_in_every_instance() {
    let index = indexed(&conversations(&[&["Hi", "A cat."], &["Hi", "A cat and a dog."], &["Hi", "Cats."]]).path);
    let objects = of(&index, Perspective::Object);
    assert_eq!((objects.names.get(0).as_ref(), objects.counts[0]), ("cat", 3));
    assert_eq!(index.instances_of(Perspective::Object, 0)[..], [0, 1, 2]);
    assert_eq!(objects.reach, [3, 1, 0]);
}

#[test]
fn a_million_labels() {
    let entities = 1_000_000;
    let index = indexed(&list((0..entities).map(|label| (format!("n{label}"), 1))).path);
    let label = of(&index, Perspective::Label);
    assert_eq!((label.entities(), label.distribution.unseen.singletons), (entities, entities as u64));
    assert!((label.distribution.unseen.unseen_mass - 1.0).abs() < f64::EPSILON);
    assert_eq!(label.names.get(1), "n1");
    assert_eq!(label.find("n999999"), Some(entities - 1));
    assert_eq!(label.find("n1000000"), None);
}

/// Seventy objects an instance; `from` tells which ones of eighty, so that they are frequent in one dataset and rare in another.
fn crowds(from: &[usize]) -> Index {
    let objects = |first: &usize| (*first..first + MOST_PAIRED_OBJECTS + 6).map(|object| format!("thing{object:02}"));
    let crowd = |first| serde_json::json!({"object": objects(first).collect::<Vec<String>>()});
    indexed(&with_statistics(&from.iter().map(crowd).collect::<Vec<_>>()).path)
}

#[test]
fn crowded_instances_are_counted_and_pair_as_many_objects_as_may_be() {
    let index = crowds(&[0, 0]);
    assert_eq!(index.crowded_instances, 2);
    let pairs = of(&index, Perspective::CoOccurrence);
    assert_eq!(pairs.entities(), MOST_PAIRED_OBJECTS * (MOST_PAIRED_OBJECTS - 1) / 2);
    assert!(pairs.counts.iter().all(|&count| count == 2));
    assert_eq!(index.instances_of(Perspective::CoOccurrence, pairs.entities() - 1)[..], [0, 1]);
}

#[test]
fn crowded_instances_of_parts_have_the_pairs_of_the_whole() {
    let pairs = |index: &Index| Counts::of(index).perspectives[&Perspective::CoOccurrence].clone();
    let whole = pairs(&crowds(&[0, 4, 10, 0, 9]));
    let mut sum = std::collections::BTreeMap::new();
    for part in [crowds(&[0, 4]), crowds(&[10, 0, 9])] {
        for (pair, count) in pairs(&part) {
            *sum.entry(pair).or_insert(0) += count;
        }
    }
    assert_eq!(sum, whole);
}

#[test]
fn co_occurrence_alone_keeps_its_instances() {
    let scratch = conversations(&[&["Hi", "A cat on a sofa."], &["Hi", "A cat."], &["Hi", "A sofa and a cat."]]);
    let mut recipe = Recipe::default();
    recipe.entities.perspectives = vec![Perspective::CoOccurrence];
    let index = loaded(&scratch.path, &recipe).index;
    assert_eq!(index.perspectives.len(), 1);
    assert_eq!(index.instances_of(Perspective::CoOccurrence, 0)[..], [0, 2]);
}

#[test]
fn lists_win_over_text_even_where_few_records_have_them() {
    // Between the records that are looked at first.
    let record = |number: usize| match number {
        1 => r#"{"id":"1","conversations":[{"from":"gpt","value":"A dog."}],"objects":["zebra"]}"#.to_owned(),
        _ => format!(r#"{{"id":"{number}","conversations":[{{"from":"gpt","value":"A dog."}}]}}"#),
    };
    let lines: Vec<String> = (0..5000).map(record).collect();
    let index = indexed(&Scratch::holding("data.jsonl", lines.join("\n")).path);
    let objects = of(&index, Perspective::Object);
    assert_eq!(ranking(&index, Perspective::Object), [("zebra".to_owned(), 1)]);
    assert_eq!(objects.origin, Origin::Annotation);
    assert_eq!(index.instances_of(Perspective::Object, 0)[..], [1]);
    assert_eq!(of(&index, Perspective::Token).origin, Origin::Text);
}

/// Many records of few words, with repeats, in an order that `order` chooses.
fn varied(order: impl Fn(usize) -> usize) -> Scratch {
    let things = ["cat", "dog", "sofa", "lamp", "bridge", "horse", "cup", "tree", "boat", "plate", "spoon"];
    let mut records: Vec<(usize, String)> = (0..3000)
        .map(|number| {
            let (a, b) = (things[number % 11], things[number * number % 7]);
            let turns = serde_json::json!([
                {"from": "human", "value": format!("<image>\nWhat is near the {a}?")},
                {"from": "gpt", "value": format!("A {b} number {}.", number % 90)},
            ]);
            (order(number), serde_json::json!({"id": number.to_string(), "conversations": turns}).to_string())
        })
        .collect();
    records.sort();
    let lines: Vec<String> = records.into_iter().map(|(_, record)| record).collect();
    Scratch::holding("data.jsonl", lines.join("\n"))
}

fn index_on(threads: usize, scratch: &Scratch) -> Index {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| indexed(&scratch.path))
}

#[test]
fn threads_change_nothing() {
    let scratch = varied(|number| number);
    let (one, many) = (index_on(1, &scratch), index_on(7, &scratch));
    assert_eq!(one.text, many.text);
    assert_eq!(one.perspectives.len(), 4);
    for (a, b) in one.perspectives.iter().zip(&many.perspectives) {
        assert_eq!((&a.counts, &a.by_instance, &a.by_entity), (&b.counts, &b.by_instance, &b.by_entity));
        assert_eq!((&a.name_hashes, &a.reach, a.distribution), (&b.name_hashes, &b.reach, b.distribution));
        assert_eq!(names(&one, a.perspective), names(&many, b.perspective));
    }
}

#[test]
fn order_changes_no_count() {
    let (forth, back) = (indexed(&varied(|number| number).path), indexed(&varied(|number| 3000 - number).path));
    for perspective in [Perspective::Token, Perspective::Object, Perspective::CoOccurrence, Perspective::Interrogation]
    {
        assert_eq!(ranking(&forth, perspective), ranking(&back, perspective));
    }
    assert_eq!(forth.text.human_turns, 3000);
    let counts = |index: &Index| index.text.frequent_prompts.iter().map(|prompt| prompt.1).collect::<Vec<_>>();
    assert_eq!(counts(&forth), counts(&back));
    assert!(forth.text.frequent_prompts[0].0.starts_with("What is near the "), "without the image's placeholder");
}

#[derive(Default)]
struct Listener {
    stop: bool,
    furthest: AtomicU64,
    counted: Mutex<Vec<Perspective>>,
}

impl Observer for Listener {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        assert!(done <= total || total == 0);
        if stage == Stage::Extract {
            self.furthest.fetch_max(done, Ordering::Relaxed);
        }
    }

    fn counted(&self, counts: &dyn Fn() -> Vec<(Perspective, Vec<u32>)>) {
        self.counted.lock().unwrap().extend(counts().into_iter().map(|(perspective, _)| perspective));
    }

    fn cancelled(&self) -> bool {
        self.stop
    }
}

#[test]
fn progress_is_told_and_cancelling_stops() {
    let scratch = varied(|number| number);
    let dataset = source::open(&scratch.path, &source::Options::default(), &Unobserved).unwrap();
    let listener = Listener::default();
    let extraction = entity::extract(&dataset, &entity::Options::default(), &listener).unwrap();
    assert_eq!(listener.furthest.load(Ordering::Relaxed), 3000);
    assert!(listener.counted.lock().unwrap().contains(&Perspective::Token));
    assert_eq!(index::build(extraction, &listener).unwrap().instances(), 3000);
    let stopped =
        entity::extract(&dataset, &entity::Options::default(), &Listener { stop: true, ..Listener::default() });
    assert!(matches!(stopped, Err(EntityError::Cancelled)));
    let extraction = entity::extract(&dataset, &entity::Options::default(), &Unobserved).unwrap();
    let stopped = index::build(extraction, &Listener { stop: true, ..Listener::default() });
    assert_eq!(stopped.unwrap_err(), Cancelled);
}

#[test]
fn a_vocabulary_is_matched_or_named_when_it_is_missing() {
    let scratch = conversations(&[&["Hi", "Two zorbs and a flux capacitor."]]);
    let mut options = entity::Options { vocabulary: Some(scratch.beside("words.txt")), ..entity::Options::default() };
    let dataset = source::open(&scratch.path, &source::Options::default(), &Unobserved).unwrap();
    let missing = entity::extract(&dataset, &options, &Unobserved).unwrap_err();
    assert!(missing.to_string().contains("words.txt"), "{missing}");
    std::fs::write(scratch.beside("words.txt"), "flux capacitor\nzorb\n").unwrap();
    options.perspectives = vec![Perspective::Object];
    let index = index::build(entity::extract(&dataset, &options, &Unobserved).unwrap(), &Unobserved).unwrap();
    assert_eq!(names(&index, Perspective::Object), ["flux capacitor", "zorb"]);
}
