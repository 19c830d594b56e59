//! How long a slider's move takes: the estimate that must fit in a frame, the exact figures, and the plan.
//!
//! The set is the size of LLaVA-1.5's mix (665,298 instances), with Zipf-distributed entities: 41 tokens, 8 objects and the pairs of
//! these, 2 ways of asking. `FANTAIL_BENCH_INSTANCES` sets another size. Run with `cargo bench --bench preview`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "shared/scale.rs"]
mod scale;

use std::sync::LazyLock;

use divan::{Bencher, counter::ItemsCount};
use fantail::entity::Perspective;
use fantail::index::Index;
use fantail::plan::Plan;
use fantail::policy::Parameter;
use fantail::preview::{Exact, Sketch};
use fantail::progress::Unobserved;
use fantail::recipe::Recipe;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let instances = std::env::var("FANTAIL_BENCH_INSTANCES").ok().and_then(|text| text.parse().ok()).unwrap_or(665_298);
    let started = std::time::Instant::now();
    let index = scale::build(instances);
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
        sketch.preview((&INDEX, &recipe), shown, &Unobserved).unwrap()
    });
}

#[divan::bench(args = SHOWN, sample_count = 20)]
fn exact_after_a_threshold_moved(bencher: Bencher, moving: Perspective) {
    let mut exact = Exact::new(&INDEX);
    exact.preview(&INDEX, &Recipe::default(), &Unobserved).unwrap();
    let mut step = 0;
    bencher.bench_local(|| {
        let recipe = moved(&mut step, Parameter::Threshold(moving));
        exact.preview_of((&INDEX, &recipe), moving, &Unobserved).unwrap()
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
