//! Every way to vote, and the `add` mode, against a sampler that is written here from the paper's description: it counts, writes
//! dictionaries out and draws from one stream, and knows nothing of an index, a rule or a score.

use std::collections::{BTreeSet, HashMap};

use fantail::entity::Extraction;
use fantail::recipe::{Repeats, ThresholdChoice, Vote};

use super::*;

const SEEDS: u64 = 200;
const INSTANCES: usize = 400;
/// τ of tokens, objects and pairs.
const THRESHOLDS: [f64; 3] = [10.0, 9.0, 3.0];

/// A stream of numbers in [0, 1).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What an instance holds of each kind.
type Row = [BTreeSet<String>; 3];

/// Rows with one to six tokens and none to three objects, the same every time.
fn rows() -> Vec<Row> {
    let mut stream = Stream(7);
    let mut set = |least: usize, most: f64| -> BTreeSet<String> {
        let many = least + (stream.next() * most) as usize;
        (0..many).map(|_| format!("thing {}", (80.0 * stream.next().powi(3)) as usize)).collect()
    };
    let row = |_| {
        let (tokens, objects) = (set(1, 6.0), set(0, 4.0));
        let pairs = objects.iter().flat_map(|a| objects.range(a.clone()..).skip(1).map(move |b| format!("{a},{b}")));
        let pairs = pairs.collect();
        [tokens, objects, pairs]
    };
    (0..INSTANCES).map(row).collect()
}

/// The sampler: the dictionaries τ/n, not clamped.
struct Sampler<'a> {
    rows: &'a [Row],
    dictionaries: [HashMap<&'a str, f64>; 3],
}

/// How it is run: what the paper calls `pass_num`, α, how a kind passes, and whether what passes is enrolled several times.
#[derive(Clone, Copy, Debug)]
struct Mode {
    pass_num: usize,
    alpha: f64,
    vote: Vote,
    add: bool,
}

impl<'a> Sampler<'a> {
    fn new(rows: &'a [Row]) -> Self {
        let dictionary = |kind: usize| {
            let mut counts: HashMap<&str, f64> = HashMap::new();
            rows.iter().flat_map(|row| &row[kind]).for_each(|name| *counts.entry(name).or_default() += 1.0);
            counts.into_iter().map(|(name, count)| (name, THRESHOLDS[kind] / count)).collect()
        };
        Self { rows, dictionaries: [0, 1, 2].map(dictionary) }
    }

    /// How often one run enrols each instance.
    fn run(&self, mode: Mode, stream: &mut Stream) -> Vec<u32> {
        self.rows.iter().map(|row| self.enrolled(row, mode, stream)).collect()
    }

    fn enrolled(&self, row: &Row, mode: Mode, stream: &mut Stream) -> u32 {
        let mut passed = 0;
        for (names, dictionary) in row.iter().zip(&self.dictionaries) {
            let odds: Vec<f64> = names.iter().map(|name| dictionary[name.as_str()]).collect();
            passed += usize::from(!odds.is_empty() && passes(&odds, mode.vote, stream));
        }
        if passed <= mode.pass_num || stream.next() >= mode.alpha {
            return 0;
        }
        if mode.add { self.times(row) } else { 1 }
    }

    /// n = min(3, max(1, ⌊√p⌋)) of the largest p of all kinds.
    fn times(&self, row: &Row) -> u32 {
        let odds = row.iter().zip(&self.dictionaries);
        let odds = odds.flat_map(|(names, dictionary)| names.iter().map(|name| dictionary[name.as_str()]));
        let largest = odds.fold(0.0, f64::max);
        match largest {
            9.0.. => 3,
            4.0.. => 2,
            _ => 1,
        }
    }
}

/// Whether a kind passes by what its entities have in the dictionary.
fn passes(odds: &[f64], vote: Vote, stream: &mut Stream) -> bool {
    match vote {
        Vote::Any => odds.iter().any(|&p| stream.next() < p),
        Vote::Mean => stream.next() < odds.iter().sum::<f64>() / odds.len() as f64,
        // It fails as often as the geometric mean of its entities fails, each by itself.
        Vote::LengthNormalised => {
            let failing = odds.iter().map(|p| (1.0 - p.min(1.0)).ln()).sum::<f64>() / odds.len() as f64;
            stream.next() >= failing.exp()
        }
    }
}

fn index_of(rows: &[Row]) -> Index {
    let leaked = |kind: usize| -> Vec<&'static [&'static str]> {
        let row = |row: &Row| &*row[kind].iter().map(|name| &*name.clone().leak()).collect::<Vec<&str>>().leak();
        rows.iter().map(row).collect()
    };
    let (tokens, objects) = (leaked(0), leaked(1));
    let wanted = [Perspective::Token, Perspective::Object, Perspective::CoOccurrence];
    let lists = [(Perspective::Token, tokens.as_slice()), (Perspective::Object, objects.as_slice())];
    index::build(Extraction::of_lists(&wanted, &lists), &Unobserved).unwrap()
}

fn recipe_of(mode: Mode) -> Recipe {
    let mut recipe = with_policy(PolicyName::Adr);
    let wanted = [Perspective::Token, Perspective::Object, Perspective::CoOccurrence];
    for (perspective, threshold) in wanted.into_iter().zip(THRESHOLDS) {
        recipe.threshold.insert(perspective, ThresholdChoice::Count(threshold as u32));
    }
    let rebalance = &mut recipe.rebalance;
    (rebalance.pass_count, rebalance.alpha, rebalance.vote) = (mode.pass_num as u32 + 1, mode.alpha, mode.vote);
    rebalance.repeats = if mode.add { Repeats::Sqrt } else { Repeats::None };
    recipe
}

const MODES: [Mode; 10] = [
    Mode { pass_num: 0, alpha: 1.0, vote: Vote::Any, add: false },
    Mode { pass_num: 1, alpha: 0.7, vote: Vote::Any, add: false },
    Mode { pass_num: 0, alpha: 0.9, vote: Vote::Mean, add: false },
    Mode { pass_num: 1, alpha: 1.0, vote: Vote::Mean, add: false },
    Mode { pass_num: 0, alpha: 1.0, vote: Vote::LengthNormalised, add: false },
    Mode { pass_num: 1, alpha: 0.8, vote: Vote::LengthNormalised, add: false },
    Mode { pass_num: 0, alpha: 0.9, vote: Vote::Any, add: true },
    Mode { pass_num: 1, alpha: 1.0, vote: Vote::Any, add: true },
    Mode { pass_num: 1, alpha: 0.9, vote: Vote::Mean, add: true },
    Mode { pass_num: 1, alpha: 1.0, vote: Vote::LengthNormalised, add: true },
];

/// Sums over seeds of how often each instance is written, against what is expected of it: the statistic of chi-square and its degrees
/// of freedom. An instance that is kept with probability p and then written n times varies by n²·p(1 − p).
fn chi_square(sums: &[f64], (keep, expected): (&[f32], &[f32])) -> (f64, f64) {
    let mut found = (0.0, 0.0);
    for (sum, (&keep, &expected)) in sums.iter().zip(keep.iter().zip(expected)) {
        let (keep, expected, seeds) = (f64::from(keep), f64::from(expected), SEEDS as f64);
        if !(0.02..=0.98).contains(&keep) {
            continue;
        }
        let times = expected / keep;
        found.0 += (sum - seeds * expected).powi(2) / (seeds * times * times * keep * (1.0 - keep));
        found.1 += 1.0;
    }
    found
}

/// The quantiles of chi-square at a thousandth and at 999 thousandths (Wilson and Hilferty 1931).
fn limits(freedom: f64) -> std::ops::RangeInclusive<f64> {
    let spread = 2.0 / (9.0 * freedom);
    let [least, most] = [-3.090_232, 3.090_232].map(|z: f64| freedom * (1.0 - spread + z * spread.sqrt()).powi(3));
    least..=most
}

/// What the sampler writes of each instance over all seeds.
fn sampled(rows: &[Row], mode: Mode) -> Vec<f64> {
    let (sampler, mut stream) = (Sampler::new(rows), Stream(250_312_821));
    let mut sums = vec![0.0; rows.len()];
    for _ in 0..SEEDS {
        let written = sampler.run(mode, &mut stream);
        sums.iter_mut().zip(written).for_each(|(sum, times)| *sum += f64::from(times));
    }
    sums
}

#[test]
fn every_mode_is_as_the_papers_sampler_samples() {
    let rows = rows();
    let (index, sampler) = (index_of(&rows), Sampler::new(&rows));
    let times = [1, 2, 3].map(|times| rows.iter().filter(|row| sampler.times(row) == times).count());
    assert!(times.iter().all(|&many| many >= 5), "every number of times has its instances: {times:?}");
    for mode in MODES {
        let mut recipe = recipe_of(mode);
        let (_, closed) = exact(&index, &recipe);
        let mut planned = vec![0.0; rows.len()];
        for seed in 0..SEEDS {
            recipe.seed = seed;
            let plan = plan(&index, &recipe);
            for (instance, sum) in planned.iter_mut().enumerate() {
                let times = plan.repeat(instance);
                let wanted = if mode.add { sampler.times(&rows[instance]) } else { 1 };
                assert!(times == 0 || times == wanted, "{mode:?}: {times} of {instance}");
                *sum += f64::from(times);
            }
        }
        for (whose, sums) in [("plan", planned), ("sampler", sampled(&rows, mode))] {
            let (statistic, freedom) = chi_square(&sums, (closed.keep(), closed.expected()));
            assert!(freedom > 50.0, "{mode:?}: too few instances are in doubt: {freedom}");
            assert!(limits(freedom).contains(&statistic), "{whose} under {mode:?}: {statistic} of {freedom}");
            // What is sure is sure.
            for (sum, (&keep, &expected)) in sums.iter().zip(closed.keep().iter().zip(closed.expected())) {
                let sure = keep >= 1.0 || keep <= 0.0;
                assert!(!sure || (sum - SEEDS as f64 * f64::from(expected)).abs() < 1e-3, "{whose} under {mode:?}");
            }
        }
    }
}

#[test]
fn one_mode_is_not_taken_for_another() {
    let rows = rows();
    let index = index_of(&rows);
    let of = |vote, pass_num, add| Mode { pass_num, alpha: 1.0, vote, add };
    for (run, told) in [
        (of(Vote::Any, 0, false), of(Vote::Mean, 0, false)),
        (of(Vote::Mean, 0, false), of(Vote::LengthNormalised, 0, false)),
        (of(Vote::LengthNormalised, 1, false), of(Vote::Any, 1, false)),
        (of(Vote::Any, 1, true), of(Vote::Any, 1, false)),
    ] {
        let (_, closed) = exact(&index, &recipe_of(told));
        let (statistic, freedom) = chi_square(&sampled(&rows, run), (closed.keep(), closed.expected()));
        assert!(statistic > *limits(freedom).end(), "{run:?} passes for {told:?}: {statistic} of {freedom}");
    }
}
