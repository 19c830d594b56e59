//! What each step between an extraction and a screen costs.
#![allow(clippy::expect_used, missing_docs)]

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use fantail::entity::{Extraction, Perspective};
use fantail::index::cache::{Cache, Key};
use fantail::index::{DatasetFacts, Index, PowerLaw, Threshold, build, gini};
use fantail::progress::Unobserved;
use fantail::source::{Fingerprint, Options};

fn main() {
    divan::main();
}

/// Counts of Zipf's law.
fn zipf(entities: usize) -> Vec<u32> {
    (1..=entities).map(|rank| (2.0 * entities as f64 / rank as f64).ceil() as u32).collect()
}

/// Instances of eight objects each, drawn from Zipf's law over `entities` names by a fixed sequence.
fn extraction(instances: usize, entities: usize) -> Extraction {
    let names: Vec<String> = (0..entities).map(|entity| format!("thing{entity}")).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = (state >> 11) as f64 / (1_u64 << 53) as f64;
        (entities as f64).powf(uniform) as usize - 1
    };
    let rows: Vec<Vec<&str>> = (0..instances).map(|_| (0..8).map(|_| names[draw()].as_str()).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    Extraction::of_lists(&[Perspective::Object, Perspective::CoOccurrence], &[(Perspective::Object, &rows)])
}

fn index() -> Index {
    build(extraction(100_000, 20_000), &Unobserved).expect("nobody cancels")
}

/// Ranking, both directions, all pairs, all measures.
#[divan::bench(args = [1_000, 100_000], sample_count = 10)]
fn build_index(bencher: Bencher, instances: usize) {
    let extraction = extraction(instances, 20_000);
    bencher
        .counter(ItemsCount::new(instances))
        .with_inputs(|| extraction.clone())
        .bench_values(|extraction| build(extraction, &Unobserved).expect("nobody cancels"));
}

/// A drag of the threshold: must be far below a frame.
#[divan::bench]
fn split_by_mass(bencher: Bencher) {
    let index = index();
    let pairs = index.perspective(Perspective::CoOccurrence).expect("pairs were asked for");
    bencher.bench(|| {
        let split = pairs.split(Threshold::TailMass(black_box(0.25)));
        pairs.tail_instance_share(&split)
    });
}

#[divan::bench]
fn instances_of_a_pair(bencher: Bencher) {
    let index = index();
    bencher.bench(|| index.instances_of(Perspective::CoOccurrence, black_box(0)).len());
}

#[divan::bench(args = [10_000, 1_000_000])]
fn fit_power_law(bencher: Bencher, entities: usize) {
    let counts = zipf(entities);
    bencher.bench(|| PowerLaw::fit(black_box(&counts)));
}

#[divan::bench(args = [10_000, 1_000_000])]
fn gini_index(bencher: Bencher, entities: usize) {
    let counts = zipf(entities);
    bencher.bench(|| gini(black_box(&counts)));
}

#[divan::bench(sample_count = 10)]
fn cache_load(bencher: Bencher) {
    let (index, folder) = (index(), tempfile::tempdir().expect("a folder for the cache"));
    let cache = Cache::at(folder.path());
    let key = Key::of(Fingerprint::default(), &Options::default(), &fantail::entity::Options::default());
    let facts = DatasetFacts { instances: index.instances(), ..DatasetFacts::default() };
    cache.store(&key, &index, &facts).expect("the cache is writable");
    bencher.bench(|| cache.load(&key).expect("it was just stored"));
}
