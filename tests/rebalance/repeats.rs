//! ADR's "add" mode writes what it keeps min(3, max(1, ⌊√p⌋)) times.

use fantail::plan::explain;
use fantail::policy::copies;
use fantail::recipe::{Repeats, ThresholdChoice};

use super::*;

fn add(pass_count: u32, threshold: (Perspective, u32)) -> Recipe {
    let mut recipe = with_policy(PolicyName::Adr);
    (recipe.rebalance.pass_count, recipe.rebalance.repeats) = (pass_count, Repeats::Sqrt);
    recipe.threshold.insert(threshold.0, ThresholdChoice::Count(threshold.1));
    recipe
}

#[test]
fn copies_follow_the_published_formula() {
    let table = [(0.0, 1), (0.2, 1), (1.0, 1), (3.99, 1), (4.0, 2), (8.99, 2), (9.0, 3), (16.0, 3), (1e9, 3)];
    for (odds, wanted) in table {
        assert_eq!(copies(odds), wanted, "{odds}");
    }
}

#[test]
fn what_lies_below_its_threshold_is_written_more_than_once() {
    // τ = 16: p is 0.5, 1, 4 and 16.
    let index = labels(&[("head", 32), ("edge", 16), ("rare", 4), ("once", 1)]);
    let (preview, exact) = exact(&index, &add(1, (Perspective::Label, 16)));
    let counts: Vec<f32> = preview.perspectives[0].counts.clone();
    assert_eq!(counts, [16.0, 16.0, 8.0, 3.0]);
    assert_eq!((preview.instances.kept, preview.instances.after), (37.0, 43.0));
    assert_eq!((exact.keep()[0], exact.expected()[0]), (0.5, 0.5));
    assert_eq!((exact.keep()[52], exact.expected()[52]), (1.0, 3.0));
}

/// The published "add" mode, with a stream of its own: all perspectives are scanned to the end, for the largest probability.
fn sampler(index: &Index, recipe: &Recipe, stream: &mut impl FnMut() -> f64) -> u32 {
    let mut written = 0;
    for instance in 0..index.instances() {
        let (mut votes, mut largest) = (0, 0.0_f64);
        for entry in &index.perspectives {
            let mut passed = false;
            for &rank in entry.by_instance.row(instance) {
                let p = f64::from(recipe.split(entry).threshold) / f64::from(entry.counts[rank as usize]);
                largest = largest.max(p);
                passed |= stream() < p;
            }
            votes += u32::from(passed);
        }
        if votes > recipe.rebalance.pass_count - 1 {
            written += (largest.sqrt() as u32).clamp(1, 3);
        }
    }
    written
}

#[test]
fn plan_closed_form_and_the_published_mode_agree() {
    const SEEDS: u64 = 200;
    let index = long_tailed(500);
    let mut recipe = add(1, (Perspective::Object, 12));
    let (preview, exact) = exact(&index, &recipe);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut stream = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut planned, mut sampled) = (0.0, 0.0);
    for seed in 0..SEEDS {
        recipe.seed = seed;
        planned += plan(&index, &recipe).tally().after as f64;
        sampled += f64::from(sampler(&index, &recipe, &mut stream));
    }
    // The variance of n·Bernoulli(k) is n²k(1 − k); four standard errors of the mean over the seeds.
    let variance: f64 = (exact.keep().iter().zip(exact.expected()))
        .map(|(&keep, &repeat)| f64::from(repeat).powi(2) * (1.0 - f64::from(keep)) / f64::from(keep).max(1e-9))
        .sum();
    let error = 4.0 * (variance / SEEDS as f64).sqrt();
    for (name, sum) in [("plan", planned), ("sampler", sampled)] {
        let mean = sum / SEEDS as f64;
        assert!(
            (mean - preview.instances.after).abs() < error,
            "{name}: {mean} of {} ± {error}",
            preview.instances.after
        );
    }
    for instance in 0..index.instances() {
        let told = explain(&index, &recipe, instance).unwrap().unwrap();
        assert_eq!(told.repeat, plan(&index, &recipe).repeat(instance));
        assert!((told.weight - f64::from(exact.expected()[instance])).abs() < 1e-4);
        if instance > 60 {
            break;
        }
    }
}
