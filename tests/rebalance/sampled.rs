//! The closed form against the published sampler, on entities that a sidecar gives: only the file lies between the two.

use super::entities::{Kept, SEEDS};
use super::*;

#[path = "../../benches/shared/sidecar.rs"]
mod sidecar;

use fantail::index::cache::Cache;
use sidecar::{Sampler, mean_and_sd};

const RUNS: u64 = 40;

#[test]
fn the_closed_form_and_the_published_sampler_agree() {
    agree(12_000, [12, 20, 3], RUNS);
}

/// A tenth of the size that the paper's set has, always.
#[test]
fn on_a_tenth_of_the_papers_set_they_agree_too() {
    agree(66_530, [60, 100, 15], 12);
}

/// What one seed of the published sampler keeps of each object, by chi-square: see `entities`.
#[test]
fn the_published_sampler_keeps_of_every_entity_what_the_closed_form_says() {
    let rows = sidecar::rows(4_000);
    let folder = tempfile::tempdir().unwrap();
    let thresholds = [8, 10, 2];
    let index = index_of(&rows, (folder.path(), thresholds));
    let entry = index.perspective(Perspective::Object).unwrap();
    let recipe = Recipe::load(&folder.path().join("recipe.toml")).unwrap();
    let (_, exact) = exact(&index, &recipe);
    let sampler = Sampler::new(&rows, thresholds);
    // The hundred most frequent: more make a covariance that takes long to take apart.
    let looked_at = 100;
    let seen = |instance: usize| {
        let row = entry.by_instance.row(instance);
        &row[..row.partition_point(|&rank| rank < looked_at)]
    };
    let mut sums = vec![0.0; looked_at as usize];
    for run in 0..SEEDS {
        let kept = sampler.kept(5000 + run);
        let instances = kept.iter().enumerate().filter(|(_, kept)| **kept);
        instances.flat_map(|(instance, _)| seen(instance)).for_each(|&rank| sums[rank as usize] += 1.0);
    }
    let keep = exact.keep().iter().map(|&keep| f64::from(keep)).collect();
    Kept { rows: (0..rows.len()).map(seen).collect(), keep, sums, runs: SEEDS as f64 }.check("objects");
}

/// The size that the paper's set has. Run with `cargo test --release --test rebalance -- --ignored`; `cargo bench --bench official`
/// prints the figures.
#[test]
#[ignore = "writes 300 MB and takes a minute"]
fn at_full_scale_they_agree_too() {
    agree(665_298, [120, 304, 24], 5);
}

/// The index of rows that were written to a folder and read again.
fn index_of(rows: &[sidecar::Row], (folder, thresholds): (&Path, [u32; 3])) -> Index {
    let path = sidecar::write(folder, rows).unwrap();
    let file = folder.join("recipe.toml");
    std::fs::write(&file, sidecar::recipe(folder, thresholds)).unwrap();
    fantail::load::load(&path, &Recipe::load(&file).unwrap(), &Unobserved, &Cache::none()).unwrap().0.index
}

fn agree(instances: usize, thresholds: [u32; 3], runs: u64) {
    let rows = sidecar::rows(instances);
    let folder = tempfile::tempdir().unwrap();
    let index = index_of(&rows, (folder.path(), thresholds));
    let recipe = Recipe::load(&folder.path().join("recipe.toml")).unwrap();
    let sampler = Sampler::new(&rows, thresholds);
    let entities: Vec<usize> = index.perspectives.iter().map(fantail::index::PerspectiveIndex::entities).collect();
    assert_eq!(entities, sampler.entities(), "the index counts what the sampler counts");

    let (preview, _) = exact(&index, &recipe);
    let kept: Vec<usize> = (0..runs).map(|run| sampler.run(1000 + run)).collect();
    let (mean, sd) = mean_and_sd(&kept);
    let closed = &preview.instances;
    let share = closed.kept / instances as f64;
    assert!((0.2..0.97).contains(&share), "a share that says something: {share}");
    // Three and a half standard errors, of the standard deviation that the closed form states itself.
    let allowed = 3.5 * closed.kept_sd / (runs as f64).sqrt();
    assert!((mean - closed.kept).abs() < allowed, "{mean} against {} ± {allowed}", closed.kept);
    if runs > 30 {
        // (n − 1)·s²/σ² is chi-square of n − 1: within four of its standard deviations.
        let freedom = (runs - 1) as f64;
        let chi = freedom * (sd / closed.kept_sd).powi(2);
        assert!((chi - freedom).abs() < 4.0 * (2.0 * freedom).sqrt(), "sd {sd} against {}", closed.kept_sd);
    }
    let planned = plan(&index, &recipe).tally().kept as f64;
    assert!((planned - closed.kept).abs() < 4.5 * closed.kept_sd, "{planned} against {}", closed.kept);
}
