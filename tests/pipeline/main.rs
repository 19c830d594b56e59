//! From a file to an index and its statistics: golden figures, the official pipeline's defects, odd shapes, the cache.
//!
//! Invariant: every test opens a real file through the same doors as the programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines)]

mod cached;
mod defects;
mod goldens;
mod reports;
mod shapes;
mod spelling;
mod streams;
mod unread;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fantail::entity::Perspective;
use fantail::index::cache::Cache;
use fantail::index::{Index, PerspectiveIndex};
use fantail::load;
use fantail::load::Loaded;
use fantail::progress::Unobserved;
use fantail::recipe::Recipe;

/// A file in a folder of its own, which goes with it.
struct Scratch {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Scratch {
    fn holding(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        Self { folder, path }
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A LLaVA array; each record is its conversation, a turn each, the human first.
fn conversations(records: &[&[&str]]) -> Scratch {
    let record = |(number, turns): (usize, &&[&str])| {
        let speakers = ["human", "gpt"].into_iter().cycle();
        let turns: Vec<_> =
            turns.iter().zip(speakers).map(|(text, from)| serde_json::json!({"from": from, "value": text})).collect();
        serde_json::json!({"id": format!("r{number}"), "conversations": turns})
    };
    let records: Vec<_> = records.iter().enumerate().map(record).collect();
    Scratch::holding("data.json", serde_json::to_vec(&records).unwrap())
}

/// LLaVA records in the official sampler's layout, with `statistics` and one short turn.
fn with_statistics(statistics: &[serde_json::Value]) -> Scratch {
    let record = |(number, statistics): (usize, &serde_json::Value)| {
        let turns = serde_json::json!([{"from": "gpt", "value": "A bridge."}]);
        serde_json::json!({"id": format!("r{number}"), "conversations": turns, "statistics": statistics})
    };
    let records: Vec<_> = statistics.iter().enumerate().map(record).collect();
    Scratch::holding("data.json", serde_json::to_vec(&records).unwrap())
}

/// A `path label` list with so many lines of each label.
fn list<L: std::fmt::Display>(counts: impl IntoIterator<Item = (L, u64)>) -> Scratch {
    let mut lines = String::new();
    for (label, count) in counts {
        for number in 0..count {
            writeln!(lines, "images/{label}/{number}.jpg {label}").unwrap();
        }
    }
    Scratch::holding("list.txt", lines)
}

fn loaded(path: &Path, recipe: &Recipe) -> Loaded {
    load::load(path, recipe, &Unobserved, &Cache::none()).unwrap().0
}

fn indexed(path: &Path) -> Index {
    loaded(path, &Recipe::default()).index
}

fn of(index: &Index, perspective: Perspective) -> &PerspectiveIndex {
    index.perspective(perspective).unwrap_or_else(|| panic!("no {perspective}"))
}

/// All entities of a perspective with their counts, by rank.
fn ranking(index: &Index, perspective: Perspective) -> Vec<(String, u32)> {
    let entry = of(index, perspective);
    (0..entry.entities()).map(|rank| (entry.names.get(rank).into_owned(), entry.counts[rank])).collect()
}

fn names(index: &Index, perspective: Perspective) -> Vec<String> {
    ranking(index, perspective).into_iter().map(|(name, _)| name).collect()
}
