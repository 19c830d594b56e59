//! How long a slider's move takes: the estimate that must fit in a frame, the exact figures, and the plan.
//!
//! The set is the size of LLaVA-1.5's mix (665,298 instances), with Zipf-distributed entities: 41 tokens, 8 objects and the pairs of
//! these, 2 ways of asking. `FANTAIL_BENCH_INSTANCES` sets another size. Run with `cargo bench --bench preview`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::LazyLock;

use divan::{Bencher, counter::ItemsCount};
use fantail::column::{Csr, StringTable};
use fantail::entity::{Extracted, Extraction, Origin, Perspective, TextFacts};
use fantail::index::{self, Index};
use fantail::plan::Plan;
use fantail::policy::Parameter;
use fantail::preview::{Exact, Sketch};
use fantail::progress::Unobserved;
use fantail::recipe::Recipe;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let instances = std::env::var("FANTAIL_BENCH_INSTANCES").ok().and_then(|text| text.parse().ok()).unwrap_or(665_298);
    let started = std::time::Instant::now();
    let index = build(instances);
    for entry in &index.perspectives {
        println!("{}: {} entities, {} occurrences", entry.perspective, entry.entities(), entry.occurrences());
    }
    println!("index of {instances} instances made in {:.1} s", started.elapsed().as_secs_f64());
    index
});

fn main() {
    LazyLock::force(&INDEX);
    divan::main();
}

fn splitmix(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((value ^ (value >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

const SCENES: f64 = 400.0;

fn perspective(perspective: Perspective, instances: usize, (entities, held): (usize, usize)) -> Extracted {
    let mut names = StringTable::default();
    for number in 0..entities {
        names.push(&format!("{perspective} {number}"));
    }
    let mut state = perspective as u64;
    let mut by_instance = Csr::default();
    let mut row = Vec::new();
    for _ in 0..instances {
        row.clear();
        // Inverse of the cumulated 1/rank law: rank = V^u.
        // Objects come in scenes, so that pairs repeat as they do in pictures.
        let scene =
            if perspective == Perspective::Object { (SCENES.powf(splitmix(&mut state)) * 7.0) as u32 } else { 0 };
        row.extend((0..held).map(|_| {
            let pool = if scene > 0 && splitmix(&mut state) < 0.97 { 60.0 } else { entities as f64 };
            let rank = pool.powf(splitmix(&mut state).powf(1.2)) as u32;
            if pool < 100.0 { (rank * 31 + scene * 13) % entities as u32 } else { rank.min(entities as u32 - 1) }
        }));
        row.sort_unstable();
        row.dedup();
        by_instance.push(row.iter().copied());
    }
    Extracted { perspective, origin: Origin::Text, names, pairs: Vec::new(), by_instance }
}

fn build(instances: usize) -> Index {
    let wanted = [Perspective::Token, Perspective::Object, Perspective::CoOccurrence, Perspective::Interrogation];
    let perspectives = vec![
        perspective(Perspective::Token, instances, (27_671, 52)),
        perspective(Perspective::Object, instances, (15_214, 9)),
        perspective(Perspective::Interrogation, instances, (4_120, 2)),
    ];
    let mut state = 7;
    let id_hashes = (0..instances).map(|_| splitmix(&mut state).to_bits()).collect();
    let extraction = Extraction { perspectives, wanted: wanted.to_vec(), id_hashes, text: TextFacts::default() };
    index::build(extraction, &Unobserved).unwrap()
}

/// A recipe whose slider is somewhere else at every call.
fn moved(step: &mut u32, parameter: Parameter) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.pass_count = 2;
    let range = parameter.range(&INDEX);
    *step += 1;
    parameter.set(&mut recipe, &INDEX, range.value_at(0.2 + 0.6 * f64::from(*step * 37 % 100) / 100.0));
    recipe
}

const SHOWN: [Perspective; 2] = [Perspective::Token, Perspective::CoOccurrence];

#[divan::bench(args = SHOWN, sample_count = 100)]
fn estimate(bencher: Bencher, shown: Perspective) {
    let sketch = Sketch::new(&INDEX);
    let mut step = 0;
    bencher.bench_local(|| {
        let recipe = moved(&mut step, Parameter::Threshold(shown));
        sketch.preview(&INDEX, &recipe, shown).unwrap()
    });
}

#[divan::bench(args = SHOWN, sample_count = 20)]
fn exact_after_a_threshold_moved(bencher: Bencher, moving: Perspective) {
    let mut exact = Exact::new(&INDEX);
    exact.preview(&INDEX, &Recipe::default(), &Unobserved).unwrap();
    let mut step = 0;
    bencher.bench_local(|| {
        let recipe = moved(&mut step, Parameter::Threshold(moving));
        exact.preview(&INDEX, &recipe, &Unobserved).unwrap()
    });
}

#[divan::bench(sample_count = 20)]
fn exact_after_alpha_moved(bencher: Bencher) {
    let mut exact = Exact::new(&INDEX);
    exact.preview(&INDEX, &Recipe::default(), &Unobserved).unwrap();
    let mut step = 0;
    bencher.bench_local(|| exact.preview(&INDEX, &moved(&mut step, Parameter::Alpha), &Unobserved).unwrap());
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn prepare_exact() -> Exact {
    Exact::new(&INDEX)
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn prepare_sketch() -> Sketch {
    Sketch::new(&INDEX)
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn plan(bencher: Bencher) {
    let mut recipe = Recipe::default();
    recipe.rebalance.pass_count = 2;
    bencher.counter(ItemsCount::new(INDEX.instances())).bench(|| Plan::new(&INDEX, &recipe, &Unobserved).unwrap());
}
