//! The same work as the published scripts, on entities of the same shape: a set of 665,298 instances with 41 tokens, 8 objects and
//! 28 pairs each, given by a file beside it. The published reverse index and resampling took 239 s and 9.0 GB on two cores.
//!
//! Prints time, memory and ratio; then the closed form beside runs of the published sampler, written anew from nothing but the rows.
//! `FANTAIL_BENCH_INSTANCES` sets another size, `FANTAIL_BENCH_RUNS` the number of runs. Run with `cargo bench --bench official`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "shared/memory.rs"]
mod memory;
#[path = "shared/sidecar.rs"]
mod sidecar;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use fantail::index::cache::Cache;
use fantail::plan::Plan;
use fantail::preview::Exact;
use fantail::progress::Unobserved;
use fantail::recipe::Recipe;

const THRESHOLDS: [u32; 3] = [120, 304, 24];
/// What the published scripts took: seconds and GB.
const PUBLISHED: (f64, f64) = (239.0, 9.0);

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Reverse index and resampling of what lies in a folder, in a process of its own, so that its memory is its own.
fn measure(folder: &Path) {
    let started = Instant::now();
    let recipe = Recipe::load(&folder.join("recipe.toml")).unwrap();
    let loaded = fantail::load::load(&folder.join("data.json"), &recipe, &Unobserved, &Cache::none()).unwrap().0;
    let indexed = started.elapsed().as_secs_f64();
    let planned = Instant::now();
    let kept = Plan::new(&loaded.index, &recipe, &Unobserved).unwrap().tally().kept;
    let planned = planned.elapsed().as_secs_f64();
    let (seconds, gigabytes) = (indexed + planned, memory::peak_mib() * 1024.0 * 1024.0 / 1e9);
    println!(
        "reverse index {indexed:.2} s, resampling {planned:.2} s: {seconds:.2} s and {gigabytes:.2} GB; {kept} kept"
    );
    println!(
        "against {} s and {} GB: {:.0} times as fast in {:.0} % of the memory",
        PUBLISHED.0,
        PUBLISHED.1,
        PUBLISHED.0 / seconds,
        100.0 * gigabytes / PUBLISHED.1
    );
    let closed = Instant::now();
    let volume = Exact::new(&loaded.index).preview(&loaded.index, &recipe, &Unobserved).unwrap().instances;
    let seconds = closed.elapsed().as_secs_f64();
    println!(
        "closed form with every measure {seconds:.2} s: {:.1} kept, sd over seeds {:.1}",
        volume.kept, volume.kept_sd
    );
}

fn main() {
    if let Some(folder) = std::env::var_os("FANTAIL_BENCH_FOLDER") {
        return measure(Path::new(&folder));
    }
    let instances = number("FANTAIL_BENCH_INSTANCES", 665_298);
    let folder = std::env::temp_dir().join(format!("fantail-official-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let rows = sidecar::rows(instances);
    sidecar::write(&folder, &rows).unwrap();
    std::fs::write(folder.join("recipe.toml"), sidecar::recipe(&folder, THRESHOLDS)).unwrap();
    println!(
        "{instances} instances, {} tokens and {} objects each, τ {THRESHOLDS:?}, two of three must vote",
        sidecar::TOKENS,
        sidecar::OBJECTS
    );
    let status = Command::new(std::env::current_exe().unwrap()).env("FANTAIL_BENCH_FOLDER", &folder).status().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(status.success(), "{status}");
    let sampler = sidecar::Sampler::new(&rows, THRESHOLDS);
    let runs: Vec<usize> = (0..number("FANTAIL_BENCH_RUNS", 10) as u64).map(|run| sampler.run(42 + run)).collect();
    let (mean, sd) = sidecar::mean_and_sd(&runs);
    println!("entities: {:?} tokens, objects and pairs", sampler.entities());
    println!("published sampler, {} runs: {mean:.1} kept on average, sd {sd:.1}; first run {}", runs.len(), runs[0]);
}
