//! Kept fractions of entities over 200 seeds against the closed form, by chi-square.
//!
//! What is kept of an entity over seeds is a sum of independent draws of its instances, so that its variance is Σ p(1 − p) over
//! them. Entities share instances, and so the counts of two are dependent: their covariance is Σ p(1 − p) over the instances that
//! hold both. With all of it, the squared distance of the mean of the counts from what is expected, measured in their covariance,
//! is chi-square of as many degrees as the covariance has rank: entities that others determine, or that are always whole, add none.

use fantail::entity::Extraction;
use fantail::recipe::{ThresholdChoice, Vote};

use super::*;

pub const SEEDS: u64 = 200;

/// Sums over seeds of how many instances of each entity are kept, beside the probability that each instance is.
pub struct Kept<'a> {
    /// The entities of each instance; of those that are looked at.
    pub rows: Vec<&'a [u32]>,
    /// The probability that each instance is kept, by the closed form.
    pub keep: Vec<f64>,
    /// How many of each entity's instances were kept, summed over so many runs.
    pub sums: Vec<f64>,
    pub runs: f64,
}

impl Kept<'_> {
    /// The statistic and its degrees of freedom; what lies outside of the covariance has to be nothing.
    pub fn chi_square(&self) -> (f64, f64) {
        let entities = self.sums.len();
        let (mut expected, mut covariance) = (vec![0.0; entities], vec![vec![0.0; entities]; entities]);
        for (row, keep) in self.rows.iter().zip(&self.keep) {
            for &a in *row {
                expected[a as usize] += keep;
                for &b in *row {
                    covariance[a as usize][b as usize] += keep * (1.0 - keep);
                }
            }
        }
        let deviation = self.sums.iter().zip(&expected).map(|(sum, expected)| sum / self.runs - expected).collect();
        let (squared, rank, rest) = distance(deviation, covariance);
        assert!(rest < 1e-3, "what cannot vary varies: {rest}");
        (squared * self.runs, rank)
    }

    /// Fails where the statistic is beyond the thousandth or the 999 thousandths of chi-square (Wilson and Hilferty 1931).
    pub fn check(&self, what: &str) {
        let (statistic, freedom) = self.chi_square();
        assert!(freedom >= 5.0, "{what}: {freedom} degrees of freedom say nothing");
        let spread = 2.0 / (9.0 * freedom);
        let [least, most] = [-3.090_232, 3.090_232].map(|z: f64| freedom * (1.0 - spread + z * spread.sqrt()).powi(3));
        assert!((least..=most).contains(&statistic), "{what}: {statistic} with {freedom} degrees of freedom");
    }
}

/// The squared length of a deviation in its covariance, the covariance's rank, and the largest part that lies outside of it: by
/// a Cholesky factorisation that takes the largest remaining variance first.
fn distance(mut deviation: Vec<f64>, mut covariance: Vec<Vec<f64>>) -> (f64, f64, f64) {
    let entities = deviation.len();
    let (mut squared, mut rank) = (0.0, 0.0);
    let largest = (0..entities).map(|place| covariance[place][place]).fold(0.0, f64::max);
    loop {
        let variance = |place: &usize| covariance[*place][*place];
        let Some(pivot) = (0..entities).max_by(|a, b| variance(a).total_cmp(&variance(b))) else { break };
        let found = variance(&pivot);
        if found <= largest * 1e-9 {
            break;
        }
        let column: Vec<f64> = (0..entities).map(|place| covariance[place][pivot] / found.sqrt()).collect();
        let part = deviation[pivot] / found.sqrt();
        squared += part * part;
        rank += 1.0;
        for (place, &value) in column.iter().enumerate() {
            deviation[place] -= value * part;
            for (other, &beside) in column.iter().enumerate() {
                covariance[place][other] -= value * beside;
            }
        }
    }
    (squared, rank, deviation.into_iter().map(f64::abs).fold(0.0, f64::max))
}

/// Objects and their pairs: two voters whose entities share all instances.
fn paired(instances: usize) -> Index {
    let objects = long_tailed(instances);
    let entry = &objects.perspectives[0];
    let rows: Vec<&'static [&'static str]> = (0..instances)
        .map(|row| {
            let names = entry.by_instance.row(row).iter();
            &*names.map(|&rank| &*entry.names.get(rank as usize).into_owned().leak()).collect::<Vec<&str>>().leak()
        })
        .collect();
    let wanted = [Perspective::Object, Perspective::CoOccurrence];
    index::build(Extraction::of_lists(&wanted, &[(Perspective::Object, rows.as_slice())]), &Unobserved).unwrap()
}

/// An ADR recipe that drops a good part.
pub fn strict(pass_count: u32, vote: Vote) -> Recipe {
    let mut recipe = with_policy(PolicyName::Adr);
    (recipe.rebalance.pass_count, recipe.rebalance.vote, recipe.rebalance.alpha) = (pass_count, vote, 0.9);
    recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(6));
    recipe.threshold.insert(Perspective::CoOccurrence, ThresholdChoice::Count(2));
    recipe
}

#[test]
fn the_kept_fraction_of_every_entity_is_that_of_the_closed_form() {
    let index = paired(900);
    for (pass_count, vote) in [(1, Vote::Any), (2, Vote::Any), (1, Vote::Mean), (1, Vote::LengthNormalised)] {
        let mut recipe = strict(pass_count, vote);
        let keep: Vec<f64> = exact(&index, &recipe).1.keep().iter().map(|&keep| f64::from(keep)).collect();
        let mut sums: Vec<Vec<f64>> = index.perspectives.iter().map(|entry| vec![0.0; entry.entities()]).collect();
        for seed in 0..SEEDS {
            recipe.seed = seed;
            for (sums, counts) in sums.iter_mut().zip(plan(&index, &recipe).counts(&index)) {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += f64::from(count));
            }
        }
        for (entry, sums) in index.perspectives.iter().zip(sums).filter(|(entry, _)| entry.entities() < 200) {
            let rows = (0..index.instances()).map(|instance| entry.by_instance.row(instance)).collect();
            let kept = Kept { rows, keep: keep.clone(), sums, runs: SEEDS as f64 };
            kept.check(&format!("{} under {vote:?} with {pass_count} votes", entry.perspective));
        }
    }
}

#[test]
fn a_wrong_closed_form_is_found_out() {
    let index = paired(900);
    let mut recipe = strict(1, Vote::Any);
    let entry = &index.perspectives[0];
    let mut sums = vec![0.0; entry.entities()];
    for seed in 0..SEEDS {
        recipe.seed = seed;
        let counts = plan(&index, &recipe).counts(&index);
        sums.iter_mut().zip(&counts[0]).for_each(|(sum, &count)| *sum += f64::from(count));
    }
    // The closed form of thresholds two hundredths higher.
    let other = exact(
        &index,
        &Recipe { rebalance: fantail::recipe::Rebalance { alpha: 0.918, ..recipe.rebalance.clone() }, ..recipe },
    );
    let keep = other.1.keep().iter().map(|&keep| f64::from(keep)).collect();
    let rows = (0..index.instances()).map(|instance| entry.by_instance.row(instance)).collect();
    let (statistic, freedom) = Kept { rows, keep, sums, runs: SEEDS as f64 }.chi_square();
    assert!(statistic > 2.0 * freedom, "{statistic} with {freedom} degrees of freedom");
}
