//! How unequal a distribution is: Gini index, entropy measures, and the distance from uniform.
//!
//! Invariant: works on counts and on expected (fractional) counts alike; an empty or one-entity distribution is perfectly even.

/// The Gini index of counts in descending order: 0 for equal counts, toward 1 as one entity takes all.
///
/// With x in ascending order and i from 1: 2·Σ i·xᵢ / (V·Σ x) − (V + 1)/V
/// (the discrete form of Gini 1912; Damgaard & Weiner 2000, eq. 1).
#[must_use]
pub fn gini<T: Copy + Into<f64>>(descending: &[T]) -> f64 {
    let entities = descending.len() as f64;
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (place, &count) in descending.iter().rev().enumerate() {
        let count: f64 = count.into();
        sum += count;
        weighted += (place + 1) as f64 * count;
    }
    if sum <= 0.0 {
        return 0.0;
    }
    // Equal counts leave a rounding error of either sign.
    (2.0 * weighted / (entities * sum) - (entities + 1.0) / entities).max(0.0)
}

/// What the entropy of a distribution says, in natural logarithms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entropy {
    /// Shannon's H = −Σ p·ln p, in nats.
    pub nats: f64,
    /// Pielou's evenness H / ln V, 1 for equal counts; V counts the entities whose count is above zero.
    pub evenness: f64,
    /// Hill number of order 1, e^H: as many equally frequent entities would have this entropy (Hill 1973).
    pub effective_entities: f64,
    /// Hill number of order 2, 1 / Σ p² (inverse Simpson).
    pub dominant_entities: f64,
    /// Kullback–Leibler divergence from uniform, ln V − H, in nats.
    pub kl_uniform: f64,
}

impl Entropy {
    /// Measures counts in any order; zero counts are no entities.
    #[must_use]
    pub fn of<T: Copy + Into<f64>>(counts: &[T]) -> Self {
        let sum: f64 = counts.iter().map(|&count| count.into()).sum();
        if sum <= 0.0 {
            return Self::default();
        }
        let (mut entities, mut entropy, mut squares) = (0_u64, 0.0, 0.0);
        for &count in counts {
            let share = count.into() / sum;
            if share > 0.0 {
                entities += 1;
                entropy -= share * share.ln();
                squares += share * share;
            }
        }
        let most = (entities as f64).ln();
        let nats = f64::clamp(entropy, 0.0, most);
        Self {
            nats,
            evenness: if entities > 1 { nats / most } else { 1.0 },
            effective_entities: nats.exp(),
            dominant_entities: 1.0 / squares,
            kl_uniform: most - nats,
        }
    }
}

/// The share of entities that at least `enough` instances hold (coverage of the vocabulary).
#[must_use]
pub fn coverage(descending: &[u32], enough: u32) -> f64 {
    if descending.is_empty() {
        return 0.0;
    }
    descending.partition_point(|&count| count >= enough) as f64 / descending.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        assert!(gini(&[1_u32, 1, 1, 1]).abs() < 1e-15);
        assert!((gini(&[10_u32, 0, 0, 0]) - 0.75).abs() < 1e-15);
        assert!((gini(&[4_u32, 3, 2, 1]) - 0.25).abs() < 1e-15);
        let even = Entropy::of(&[7_u32, 7, 7, 7]);
        assert!((even.evenness - 1.0).abs() < 1e-12 && (even.effective_entities - 4.0).abs() < 1e-12);
        assert!(even.kl_uniform.abs() < 1e-12 && (even.dominant_entities - 4.0).abs() < 1e-12);
        // H(3/4, 1/4) = 0.562335 nats.
        let skewed = Entropy::of(&[3_u32, 1]);
        assert!((skewed.nats - 0.562_335).abs() < 1e-6 && (skewed.evenness - 0.811_278).abs() < 1e-6);
        assert!((coverage(&[9, 5, 5, 1], 5) - 0.75).abs() < 1e-15);
    }

    #[test]
    fn nothing_and_one_entity_are_even() {
        assert!(gini::<u32>(&[]).abs() < f64::EPSILON && gini(&[9_u32]).abs() < f64::EPSILON);
        assert_eq!(Entropy::of::<u32>(&[]), Entropy::default());
        assert!((Entropy::of(&[9_u32]).evenness - 1.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn measures_stay_in_their_bounds(mut counts in prop::collection::vec(1_u32..1_000_000, 1..300)) {
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let entropy = Entropy::of(&counts);
            prop_assert!((0.0..1.0).contains(&gini(&counts)));
            prop_assert!((0.0..=1.0).contains(&entropy.evenness));
            prop_assert!(entropy.kl_uniform >= 0.0);
            prop_assert!(entropy.effective_entities <= counts.len() as f64 * (1.0 + 1e-12));
            prop_assert!(entropy.dominant_entities <= entropy.effective_entities * (1.0 + 1e-9));
        }
    }
}
