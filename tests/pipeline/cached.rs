//! The on-disk cache: the same index when it fits, a new one whenever anything does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use fantail::entity::Perspective;
use fantail::index::cache::{Cache, Miss};
use fantail::index::{DatasetFacts, Index};
use fantail::load::{self, LoadError, Provenance};
use fantail::progress::{Observer, Stage, Unobserved};
use fantail::recipe::Recipe;
use fantail::source;

use crate::{Scratch, conversations, with_statistics};

fn dataset() -> Scratch {
    conversations(&[
        &["What color is the cat?", "The cat on the sofa is black."],
        &["What color is the dog?", "A brown dog, and a cat, by a lamp."],
        &["Describe the picture.", "A horse and a naïve café owner."],
    ])
}

/// Loads with a cache beside the dataset and keeps what was built.
fn load(scratch: &Scratch, recipe: &Recipe) -> (Index, Provenance) {
    let cache = Cache::at(&scratch.beside("cache"));
    let (loaded, provenance) = load::load(&scratch.path, recipe, &Unobserved, &cache).unwrap();
    if let Provenance::Built(_) = provenance {
        load::keep(&loaded, recipe, &cache).unwrap();
    }
    (loaded.index, provenance)
}

fn cache_files(scratch: &Scratch) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(scratch.beside("cache")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn assert_same(a: &Index, b: &Index) {
    assert_eq!((&a.id_hashes, &a.text, a.crowded_instances), (&b.id_hashes, &b.text, b.crowded_instances));
    assert_eq!(a.perspectives.len(), b.perspectives.len());
    for (a, b) in a.perspectives.iter().zip(&b.perspectives) {
        assert_eq!((a.perspective, a.origin, &a.counts), (b.perspective, b.origin, &b.counts));
        assert_eq!((&a.by_instance, &a.by_entity), (&b.by_instance, &b.by_entity));
        assert_eq!((&a.name_hashes, &a.cumulative, &a.reach), (&b.name_hashes, &b.cumulative, &b.reach));
        assert_eq!(a.distribution, b.distribution);
        assert!((0..a.entities()).all(|rank| a.names.get(rank) == b.names.get(rank)));
    }
}

#[test]
fn a_kept_index_comes_back_whole() {
    let given = with_statistics(&[
        serde_json::json!({"object": ["cat", "sofa"], "co_occurrence": [["cat", "moon"]]}),
        serde_json::json!({"object": ["cat"], "co_occurrence": []}),
    ]);
    for scratch in [dataset(), given] {
        let (built, first) = load(&scratch, &Recipe::default());
        let (kept, second) = load(&scratch, &Recipe::default());
        assert!(matches!(first, Provenance::Built(Miss::Absent)) && matches!(second, Provenance::Cached));
        assert_same(&built, &kept);
        assert_eq!(cache_files(&scratch).len(), 1, "no part is left behind");
    }
}

#[test]
fn the_index_is_found_without_opening_the_records() {
    let scratch = dataset();
    let cache = Cache::at(&scratch.beside("cache"));
    let hashed = Hashed::default();
    let indexed = |path: &Path| load::indexed(path, &Recipe::default(), &hashed, &cache).unwrap();
    let built = indexed(&scratch.path);
    assert!(matches!(built.provenance, Provenance::Built(Miss::Absent)));
    assert_eq!(hashed.times(), 1, "a miss does not hash the file again");
    built.keep(&Recipe::default(), &cache).unwrap();
    let kept = indexed(&scratch.path);
    assert!(matches!(kept.provenance, Provenance::Cached));
    assert_same(&built.index, &kept.index);
    assert_eq!(kept.facts, DatasetFacts::of(&crate::loaded(&scratch.path, &Recipe::default()).dataset));
    let elsewhere = scratch.beside("again.json");
    fs::copy(&scratch.path, &elsewhere).unwrap();
    let again = indexed(&elsewhere);
    assert!(matches!(again.provenance, Provenance::Cached), "the index does not depend on the path");
    assert_eq!(again.facts.path, elsewhere);
}

/// What `load` and a second look at the cache tell of a folder.
fn told(folder: &Path, cache: &Cache) -> (DatasetFacts, bool) {
    let found = load::indexed(folder, &Recipe::default(), &Unobserved, cache).unwrap();
    found.keep(&Recipe::default(), cache).unwrap();
    let fresh = source::open(folder, &source::Options::default(), &Unobserved).unwrap();
    assert_eq!(found.facts, DatasetFacts::of(&fresh));
    (found.facts, matches!(found.provenance, Provenance::Cached))
}

#[test]
fn what_lies_beside_the_records_is_told_anew_when_it_changes() {
    let images = Scratch::holding("1.jpg", "x");
    let table = Scratch::holding("a.jsonl", "{\"id\":1,\"caption\":\"a cat\"}\n");
    let cache = Cache::at(&table.beside(".cache"));
    for (scratch, name, words) in [(&images, "notes.txt", "no image"), (&table, "extra.csv", "passed over")] {
        let folder = scratch.folder.path();
        assert!(!told(folder, &cache).1);
        assert_eq!((told(folder, &cache).0.warnings.len(), told(folder, &cache).1), (0, true));
        fs::write(scratch.beside(name), "a,b\n").unwrap();
        assert!(told(folder, &cache).0.warnings[0].contains(words));
        assert!(told(folder, &cache).1, "kept with what is told now");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere.png", images.beside("2.png")).unwrap();
        assert_eq!(told(images.folder.path(), &cache).0.set_aside.len(), 1);
        fs::remove_file(images.beside("2.png")).unwrap();
        assert_eq!(told(images.folder.path(), &cache).0.set_aside.len(), 0);
    }
    fs::rename(&table.path, table.beside("b.jsonl")).unwrap();
    assert!(!told(table.folder.path(), &cache).1, "a message names the file");
}

/// Counts how often a file is hashed: reading starts anew.
#[derive(Default)]
struct Hashed {
    last: AtomicU64,
    times: AtomicU64,
}

impl Hashed {
    /// How often, since this was asked last.
    fn times(&self) -> u64 {
        self.times.swap(0, Ordering::Relaxed)
    }
}

impl Observer for Hashed {
    fn advanced(&self, stage: Stage, done: u64, _total: u64) {
        if stage == Stage::Read {
            let before = self.last.swap(done, Ordering::Relaxed);
            self.times.fetch_add(u64::from(before == 0 || done <= before), Ordering::Relaxed);
        }
    }
}

#[test]
fn a_file_that_is_gone_is_no_miss() {
    let scratch = dataset();
    let cache = Cache::at(&scratch.beside("cache"));
    let gone = load::indexed(&scratch.beside("gone.json"), &Recipe::default(), &Unobserved, &cache);
    assert!(matches!(gone, Err(LoadError::Source(_))));
}

#[test]
fn what_changes_the_index_makes_it_stale() {
    let scratch = dataset();
    load(&scratch, &Recipe::default());
    let mut fewer = Recipe::default();
    fewer.entities.perspectives = vec![Perspective::Token];
    let (index, provenance) = load(&scratch, &fewer);
    assert!(matches!(provenance, Provenance::Built(_)) && index.perspectives.len() == 1);
    let text = fs::read_to_string(&scratch.path).unwrap().replace("horse", "zebra");
    fs::write(&scratch.path, text).unwrap();
    let (index, provenance) = load(&scratch, &Recipe::default());
    assert!(matches!(provenance, Provenance::Built(Miss::Absent)));
    assert!(crate::names(&index, Perspective::Object).contains(&"zebra".to_owned()));
}

#[test]
fn settings_that_change_nothing_find_the_same_index() {
    let scratch = dataset();
    load(&scratch, &Recipe::default());
    let mut recipe = Recipe { seed: 7, ..Recipe::default() };
    recipe.rebalance.pass_count = 2;
    assert!(matches!(load(&scratch, &recipe).1, Provenance::Cached));
}

#[test]
fn any_damage_is_noticed_and_mended() {
    let scratch = dataset();
    let (built, _) = load(&scratch, &Recipe::default());
    let file = cache_files(&scratch).remove(0);
    let whole = fs::read(&file).unwrap();
    let mut damages: Vec<Vec<u8>> = Vec::new();
    for place in (0..whole.len()).step_by(whole.len() / 150 + 1) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << (place % 8);
        damages.push(flipped);
        damages.push(whole[..place].to_vec());
    }
    damages.push([&whole[..], &[0]].concat());
    damages.push(b"not an index".to_vec());
    for damage in damages {
        fs::write(&file, damage).unwrap();
        let (index, provenance) = load(&scratch, &Recipe::default());
        assert!(matches!(provenance, Provenance::Built(Miss::Damaged(_) | Miss::Stale)), "{provenance:?}");
        assert_same(&built, &index);
        assert_eq!(fs::read(&file).unwrap(), whole, "mended");
    }
}

#[test]
fn without_a_cache_everything_still_works() {
    let scratch = dataset();
    let occupied = Scratch::holding("cache", "a file where the folder should be");
    let cache = Cache::at(&occupied.path);
    let (loaded, provenance) = load::load(&scratch.path, &Recipe::default(), &Unobserved, &cache).unwrap();
    assert!(matches!(provenance, Provenance::Built(_)));
    assert!(load::keep(&loaded, &Recipe::default(), &cache).is_err());
    assert!(load::keep(&loaded, &Recipe::default(), &Cache::none()).is_ok());
}

/// Shortens a file when the first entities are counted.
struct Shortening<'a>(&'a Path);

impl Observer for Shortening<'_> {
    fn advanced(&self, stage: Stage, _done: u64, _total: u64) {
        if stage == Stage::Extract {
            fs::OpenOptions::new().write(true).open(self.0).unwrap().set_len(64).unwrap();
        }
    }
}

#[test]
fn nothing_is_kept_of_a_file_that_is_shortened_while_its_entities_are_counted() {
    let turns = ["What color is the cat?", "The cat on the sofa is black."];
    let scratch = conversations(&vec![&turns[..]; 60_000]);
    let cache = Cache::at(&scratch.beside("cache"));
    let loaded = load::indexed(&scratch.path, &Recipe::default(), &Shortening(&scratch.path), &cache);
    let Err(error) = loaded else { panic!("it was indexed") };
    assert!(matches!(&error, LoadError::Source(_)) && error.to_string().contains("shortened"), "{error}");
}
