//! Where the head ends and the tail begins.
//!
//! Invariant: the head is the ranks before `first_tail_rank`; every entity is in exactly one of the two.

use serde::{Deserialize, Serialize};

/// How the user says where the head ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// Entities held by at most so many instances are tail.
    Count(u32),
    /// The rarest entities that together hold this share of all occurrences are tail (0..=1; ADR's rule with ratio 1 − share).
    TailMass(f64),
}

/// A distribution cut in two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// τ: the count at the cut; what policies compare counts with.
    pub threshold: u32,
    /// The first rank of the tail: the number of head entities.
    pub first_tail_rank: usize,
    /// Share of entities that are tail.
    pub tail_entity_share: f64,
    /// Share of occurrences that the tail holds.
    pub tail_occurrence_share: f64,
}

impl Split {
    /// How many entities of exactly τ instances are head and how many tail, where the cut by mass falls between them; descending
    /// `counts` are those that were cut.
    #[must_use]
    pub fn tied(&self, counts: &[u32]) -> Option<(usize, usize)> {
        let first = counts.partition_point(|&count| count > self.threshold);
        let end = counts.partition_point(|&count| count >= self.threshold);
        let apart = first < self.first_tail_rank && self.first_tail_rank < end;
        apart.then(|| (self.first_tail_rank - first, end - self.first_tail_rank))
    }

    /// Cuts descending `counts`; sums them first. [`Split::with_sums`] is for sums at hand.
    #[must_use]
    pub fn of(counts: &[u32], threshold: Threshold) -> Self {
        Self::with_sums(counts, &cumulated(counts), threshold)
    }

    /// Cuts descending `counts` in logarithmic time; `cumulative[r]` is the sum of the counts before rank r, of length V + 1.
    ///
    /// By tail mass m, as ADR does (arXiv 2503.12821, reverse index and threshold): walk from the head until the cumulated count
    /// reaches (1 − m)·S; that rank is the first of the tail and its count is τ.
    #[must_use]
    pub fn with_sums(counts: &[u32], cumulative: &[u64], threshold: Threshold) -> Self {
        let sum = cumulative.last().copied().unwrap_or(0);
        let first_tail_rank = match threshold {
            Threshold::Count(limit) => counts.partition_point(|&count| count > limit),
            Threshold::TailMass(mass) => {
                let goal = goal(mass, sum);
                cumulative.get(1..).unwrap_or_default().partition_point(|&reached| (reached as f64) < goal)
            }
        };
        let tau = match threshold {
            Threshold::Count(limit) => limit,
            Threshold::TailMass(_) => counts.get(first_tail_rank).or(counts.last()).copied().unwrap_or(0),
        };
        let tail = sum - cumulative.get(first_tail_rank).copied().unwrap_or(sum);
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Self {
            threshold: tau,
            first_tail_rank,
            tail_entity_share: share((counts.len() - first_tail_rank) as f64, counts.len() as f64),
            tail_occurrence_share: share(tail as f64, sum as f64),
        }
    }
}

/// How many occurrences the head is to reach. 1 − 0.7 is a hair over 0.3, and a hair must not cost a rank.
fn goal(mass: f64, sum: u64) -> f64 {
    (1.0 - mass) * sum as f64 * (1.0 - 1e-12)
}

/// The sums of `counts` before each rank and, last, of all of them.
#[must_use]
pub fn cumulated(counts: &[u32]) -> Vec<u64> {
    let mut sum = 0;
    let before = counts.iter().map(|&count| {
        sum += u64::from(count);
        sum
    });
    std::iter::once(0).chain(before).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// ADR's rule as its authors wrote it: a walk from the head.
    fn walked(counts: &[u32], mass: f64) -> usize {
        let sum: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        let mut reached = 0_u64;
        let at_goal = |&count: &u32| {
            reached += u64::from(count);
            reached as f64 >= goal(mass, sum)
        };
        counts.iter().position(at_goal).unwrap_or(counts.len())
    }

    #[test]
    fn a_count_is_the_last_of_the_tail() {
        let split = Split::of(&[9, 5, 5, 1], Threshold::Count(5));
        assert_eq!((split.threshold, split.first_tail_rank), (5, 1));
        assert!((split.tail_entity_share - 0.75).abs() < 1e-15 && (split.tail_occurrence_share - 0.55).abs() < 1e-15);
    }

    #[test]
    fn a_mass_that_no_float_holds_is_reached_all_the_same() {
        let split = Split::of(&[3, 2, 2, 1, 1, 1], Threshold::TailMass(0.7));
        assert_eq!((split.threshold, split.first_tail_rank), (3, 0));
    }

    #[test]
    fn a_cut_between_equal_counts_is_told() {
        let tied = |counts: &[u32], threshold| Split::of(counts, threshold).tied(counts);
        assert_eq!(tied(&[9, 2, 2, 2, 1], Threshold::TailMass(0.25)), Some((1, 2)));
        assert_eq!(tied(&[9, 2, 2, 2, 1], Threshold::Count(2)), None, "by count all of them are tail");
        assert_eq!(tied(&[9, 4, 2, 1], Threshold::TailMass(0.2)), None);
        assert_eq!(tied(&[], Threshold::TailMass(0.2)), None);
    }

    #[test]
    fn ends_of_the_scale() {
        let first = |counts: &[u32], threshold| Split::of(counts, threshold).first_tail_rank;
        assert_eq!(first(&[3, 2, 1], Threshold::TailMass(1.0)), 0);
        assert_eq!(first(&[3, 2, 1], Threshold::TailMass(0.0)), 2);
        assert_eq!(first(&[3, 2, 1], Threshold::Count(0)), 3);
        assert_eq!(first(&[3, 2, 1], Threshold::Count(u32::MAX)), 0);
        let nothing = Split::of(&[], Threshold::TailMass(0.1));
        assert_eq!((nothing.threshold, nothing.first_tail_rank), (0, 0));
        assert!(nothing.tail_entity_share.abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn bisection_finds_what_the_walk_finds(mut counts in prop::collection::vec(1_u32..1000, 0..200), mass in 0.0_f64..=1.0) {
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let split = Split::of(&counts, Threshold::TailMass(mass));
            prop_assert_eq!(split.first_tail_rank, walked(&counts, mass));
            prop_assert!((0.0..=1.0).contains(&split.tail_occurrence_share));
        }
    }
}
