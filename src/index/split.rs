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
    /// Cuts descending `counts`.
    ///
    /// By tail mass m, as ADR does (arXiv 2503.12821, reverse index and threshold): walk from the head until the cumulated count
    /// reaches (1 − m)·S; that rank is the first of the tail and its count is τ.
    #[must_use]
    pub fn of(counts: &[u32], threshold: Threshold) -> Self {
        let sum: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        let first_tail_rank = match threshold {
            Threshold::Count(limit) => counts.partition_point(|&count| count > limit),
            Threshold::TailMass(mass) => Self::rank_at_mass(counts, (1.0 - mass) * sum as f64),
        };
        let tau = match threshold {
            Threshold::Count(limit) => limit,
            Threshold::TailMass(_) => counts.get(first_tail_rank).or(counts.last()).copied().unwrap_or(0),
        };
        let tail: u64 = counts.iter().skip(first_tail_rank).map(|&count| u64::from(count)).sum();
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Self {
            threshold: tau,
            first_tail_rank,
            tail_entity_share: share((counts.len() - first_tail_rank) as f64, counts.len() as f64),
            tail_occurrence_share: share(tail as f64, sum as f64),
        }
    }

    fn rank_at_mass(counts: &[u32], goal: f64) -> usize {
        let mut cumulated = 0_u64;
        counts
            .iter()
            .position(|&count| {
                cumulated += u64::from(count);
                cumulated as f64 >= goal
            })
            .unwrap_or(counts.len())
    }
}
