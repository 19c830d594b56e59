//! Exports of every kind: what they hold, that they open again with the plan's counts, what disturbs them, shards and resumption.
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::format_collect, missing_docs)]

mod belonging;
mod faults;
mod guarded;
mod killed;
mod left;
mod native;
mod pictures;
mod progress;
mod shards;
mod stages;
mod synthetic;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use fantail::index::cache::Cache;
use fantail::load;
use fantail::load::Loaded;
use fantail::manifest::{self, Contents, ManifestError, Shard, Target, Written};
use fantail::plan::Plan;
use fantail::progress::{Observer, Stage, Unobserved};
use fantail::recipe::{ManifestFormat, PolicyName, Recipe};
use tempfile::TempDir;

/// Says stop after so many questions.
struct Impatient(AtomicUsize);

impl Observer for Impatient {
    fn advanced(&self, _stage: Stage, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_err()
    }
}

fn recipe(policy: PolicyName, formats: &[ManifestFormat]) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.policy = policy;
    recipe.export.formats = formats.to_vec();
    recipe
}

fn loaded(path: &Path, recipe: &Recipe) -> Loaded {
    load::load(path, recipe, &Unobserved, &Cache::none()).unwrap().0
}

fn planned(data: &Loaded, recipe: &Recipe) -> Plan {
    Plan::new(&data.index, recipe, &Unobserved).unwrap()
}

fn write_with(
    (data, recipe): (&Loaded, &Recipe),
    shard: Shard,
    target: &Target,
    observer: &dyn Observer,
) -> Result<Written, ManifestError> {
    let plan = planned(data, recipe);
    let contents = Contents { dataset: &data.dataset, index: &data.index, recipe, plan: &plan, shard };
    manifest::write(&contents, target, observer)
}

fn write(data: &Loaded, recipe: &Recipe, out: &Path) -> Written {
    write_with((data, recipe), Shard::WHOLE, &Target::new(out), &Unobserved).unwrap()
}

/// The files below a folder and their bytes; a link is its way.
fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(inner) = pending.pop() {
        for entry in fs::read_dir(&inner).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_path_buf();
            let facts = path.symlink_metadata().unwrap();
            if facts.is_dir() {
                pending.push(path);
            } else if facts.is_symlink() {
                found.insert(name, fs::read_link(&path).unwrap().to_str().unwrap().as_bytes().to_vec());
            } else {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A record of a small conversation set with a long tail.
fn record(number: usize) -> String {
    let thing = ["dog", "dog", "dog", "cat", "umbrella", "xylophone", "dog", "zebra"][number % 8];
    let place = ["park", "park", "street", "kitchen"][number / 8 % 4];
    format!(
        "{{\"id\": \"r{number}\", \"image\": \"{number}.jpg\", \"conversations\": [{{\"from\": \"human\", \"value\": \"What, \\\"exactly\\\"?\"}}, \
         {{\"from\": \"gpt\", \"value\": \"A {thing} in the {place}.\"}}]}}"
    )
}

fn lines(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|number| record(number) + "\n").collect()
}

fn array(numbers: impl Iterator<Item = usize>) -> String {
    format!("[\n  {}\n]\n", numbers.map(record).collect::<Vec<_>>().join(",\n  "))
}

fn list(classes: &[(&str, usize)]) -> String {
    let each = |(class, count): &(&str, usize)| {
        (0..*count).map(|number| format!("{class}/{number}.jpg {class}\n")).collect::<String>()
    };
    classes.iter().map(each).collect()
}

/// A COCO file with captions of no use to anyone and annotations out of order.
fn coco(images: usize) -> String {
    let image = |number: usize| format!("{{\"file_name\": \"{number}.jpg\", \"id\": {number}, \"width\": 640}}");
    let annotation = |number: usize| {
        let (image, category) =
            (number * 7 % images, 1 + usize::from(number.is_multiple_of(9)) + usize::from(number.is_multiple_of(31)));
        format!(
            "{{\"segmentation\": [[1.50, 2]], \"image_id\": {image}, \"category_id\": {category}, \"id\": {number}}}"
        )
    };
    format!(
        "{{\"info\": {{\"year\": 2017}},\n \"images\": [{}],\n\"annotations\" : [ {} ], \"categories\": \
         [{{\"id\": 1, \"name\": \"person\"}}, {{\"id\": 2, \"name\": \"zebra\"}}, {{\"id\": 3, \"name\": \"toaster\"}}]}}\n",
        (0..images).map(image).collect::<Vec<_>>().join(", "),
        (0..images * 3).map(annotation).collect::<Vec<_>>().join(",\n  "),
    )
}

/// A folder of images, a folder a class.
fn album(folder: &TempDir, classes: &[(&str, usize)]) -> PathBuf {
    let root = folder.path().join("album");
    for (class, count) in classes {
        fs::create_dir_all(root.join(class)).unwrap();
        for number in 0..*count {
            fs::write(root.join(class).join(format!("{number}.jpg")), [0xff, 0xd8, number as u8]).unwrap();
        }
    }
    root
}

/// A text as a file of a folder.
fn written(folder: &TempDir, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The labels of lists and albums, and how often each is there.
const CLASSES: &[(&str, usize)] = &[("cat", 40), ("dog", 9), ("zebra", 2)];

/// A dataset of every format but LVIS.
fn formats(folder: &TempDir) -> Vec<std::path::PathBuf> {
    let parquet = folder.path().join("table.parquet");
    table(&parquet, 210);
    let csv: String = (0..90).map(|row| format!("{row},\"a, dog\",l{}\n", if row < 80 { 0 } else { row })).collect();
    vec![
        written(folder, "llava.json", &array(0..90)),
        written(folder, "llava.jsonl", &lines(0..90)),
        written(folder, "list.txt", &list(CLASSES)),
        written(folder, "table.csv", &format!("id,caption,label\n{csv}")),
        written(folder, "coco.json", &coco(60)),
        parquet,
        album(folder, CLASSES),
    ]
}

/// A Parquet table with labels, in row groups of 50.
fn table(path: &Path, rows: usize) {
    use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};
    let text = |of: &dyn Fn(usize) -> String| (0..rows).map(of).collect::<Vec<String>>();
    let mut frame = DataFrame::new(
        rows,
        vec![
            Column::from(Series::new("id".into(), text(&|row| format!("{} {row}", path.display())))),
            Column::from(Series::new("label".into(), text(&|row| ["a", "a", "a", "b", "c"][row * row % 5].to_owned()))),
            Column::from(Series::new("caption".into(), text(&|row| format!("A dog number {row}.")))),
            Column::from(Series::new("score".into(), (0..rows).map(|row| row as f64 / 7.0).collect::<Vec<f64>>())),
        ],
    )
    .unwrap();
    let file = fs::File::create(path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(50)).finish(&mut frame).unwrap();
}

/// Asserts that a manifest opens with the counts that the plan has.
fn assert_round_trip(data: &Loaded, recipe: &Recipe, manifest: &Path) {
    let plan = planned(data, recipe);
    let again = loaded(manifest, recipe);
    assert_eq!(again.dataset.set_aside(), &[], "{}", manifest.display());
    assert_eq!(again.dataset.len() as u64, plan.tally().after, "{}", manifest.display());
    for (entry, counts) in data.index.perspectives.iter().zip(plan.counts(&data.index)) {
        let other = again.index.perspective(entry.perspective).unwrap();
        assert_eq!(other.entities(), counts.iter().filter(|&&count| count > 0).count());
        for (rank, &count) in counts.iter().enumerate() {
            let name = entry.names.get(rank);
            let found = other.find(&name).map_or(0, |rank| other.counts[rank]);
            assert_eq!(found, count, "{} {name}", entry.perspective);
        }
    }
}
