//! How fast a LLaVA file opens and reads, in bytes a second.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fmt::Write;

use divan::Bencher;
use divan::counter::BytesCount;
use fantail::progress::Unobserved;
use fantail::source::{Instance, Options, open};
use tempfile::NamedTempFile;

fn main() {
    divan::main();
}

/// An array of so many conversations of `turns` questions and answers.
fn generated(records: usize, turns: usize) -> NamedTempFile {
    let mut text = String::from("[");
    for record in 0..records {
        let comma = if record > 0 { ",\n" } else { "" };
        write!(text, r#"{comma}{{"id": "{record:09}", "image": "train/{record}.jpg", "conversations": ["#).unwrap();
        for turn in 0..turns {
            let comma = if turn > 0 { ", " } else { "" };
            let (ask, say) = ("What can be seen here?\\n<image>", "A person rides a bicycle past the old market hall");
            write!(
                text,
                r#"{comma}{{"from": "human", "value": "{ask}"}}, {{"from": "gpt", "value": "{say} {record} {turn}."}}"#
            )
            .unwrap();
        }
        text.push_str("]}");
    }
    text.push(']');
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[divan::bench(args = [1, 5, 50], sample_count = 20)]
fn open_llava(bencher: Bencher<'_, '_>, turns: usize) {
    let file = generated(100_000 / turns, turns);
    let size = std::fs::metadata(file.path()).unwrap().len();
    bencher
        .counter(BytesCount::new(size))
        .bench_local(|| open(file.path(), &Options::default(), &Unobserved).unwrap().len());
}

#[divan::bench(args = [1, 5, 50], sample_count = 20)]
fn read_llava(bencher: Bencher<'_, '_>, turns: usize) {
    let file = generated(100_000 / turns, turns);
    let size = std::fs::metadata(file.path()).unwrap().len();
    let dataset = open(file.path(), &Options::default(), &Unobserved).unwrap();
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let mut instance = Instance::default();
        (0..dataset.len())
            .map(|number| {
                dataset.read(number, &mut instance);
                instance.turns.len()
            })
            .sum::<usize>()
    });
}
