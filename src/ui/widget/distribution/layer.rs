//! A distribution to draw: descending counts, and their running sum.
//!
//! Invariant: reading any point takes constant or logarithmic time, whatever the number of entities.

/// Descending counts, whole or expected, with `sums[r]` = the sum of the counts before rank r, one more than there are counts.
#[derive(Clone, Copy, Debug)]
pub enum Counts<'a> {
    /// Instances counted; `sums` may be empty while they are not known yet.
    Whole {
        /// By rank, descending.
        counts: &'a [u32],
        /// Running sums, or empty.
        sums: &'a [u64],
    },
    /// Instances expected.
    Expected {
        /// By rank, descending.
        counts: &'a [f64],
        /// Running sums, or empty.
        sums: &'a [f64],
    },
}

impl Counts<'_> {
    /// The number of entities.
    pub fn len(&self) -> usize {
        match self {
            Self::Whole { counts, .. } => counts.len(),
            Self::Expected { counts, .. } => counts.len(),
        }
    }

    /// The count at a rank; 0 past the end.
    pub fn at(&self, rank: usize) -> f64 {
        match self {
            Self::Whole { counts, .. } => counts.get(rank).copied().map_or(0.0, f64::from),
            Self::Expected { counts, .. } => counts.get(rank).copied().unwrap_or(0.0),
        }
    }

    /// The count between ranks, on the straight line between its neighbours in log–log; `rank` counts from 1.
    pub fn between(&self, rank: f64) -> f64 {
        let below = (rank.floor() as usize).max(1);
        let (left, right) = (self.at(below - 1), self.at(below));
        if right <= 0.0 || left <= 0.0 {
            return left;
        }
        let span = ((below + 1) as f64 / below as f64).ln();
        let share = ((rank / below as f64).ln() / span).clamp(0.0, 1.0);
        left * (right / left).powf(share)
    }

    /// The share of all occurrences that the first `ranks` hold; `None` without running sums.
    pub fn mass(&self, ranks: usize) -> Option<f64> {
        let (part, whole) = match self {
            Self::Whole { sums, .. } => {
                let last = sums.len().checked_sub(1)?;
                (sums[ranks.min(last)] as f64, sums[last] as f64)
            }
            Self::Expected { sums, .. } => {
                let last = sums.len().checked_sub(1)?;
                (sums[ranks.min(last)], sums[last])
            }
        };
        (whole > 0.0).then_some(part / whole)
    }

    /// The share that the first `ranks` hold, on the straight line between whole ranks.
    pub fn mass_between(&self, ranks: f64) -> Option<f64> {
        let whole = ranks.max(0.0).floor();
        let (low, high) = (self.mass(whole as usize)?, self.mass(whole as usize + 1)?);
        Some(low + (high - low) * (ranks.max(0.0) - whole))
    }

    /// The number of entities with a count of at least `limit`.
    pub fn at_least(&self, limit: f64) -> usize {
        match self {
            Self::Whole { counts, .. } => counts.partition_point(|&count| f64::from(count) >= limit),
            Self::Expected { counts, .. } => counts.partition_point(|&count| count >= limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Counts<'_> = Counts::Whole { counts: &[80, 20, 20, 5], sums: &[0, 80, 100, 120, 125] };

    #[test]
    fn mass_runs_from_nothing_to_all() {
        assert_eq!([0, 1, 4, 9].map(|ranks| WHOLE.mass(ranks)), [Some(0.0), Some(0.64), Some(1.0), Some(1.0)]);
        assert_eq!(Counts::Whole { counts: &[1], sums: &[] }.mass(1), None);
    }

    #[test]
    fn counts_are_found_from_both_sides() {
        assert_eq!([81.0, 80.0, 20.0, 6.0, 0.0].map(|limit| WHOLE.at_least(limit)), [0, 1, 3, 3, 4]);
        assert!((WHOLE.between(2.0_f64.sqrt()) - 40.0).abs() < 1e-9);
        assert_eq!([WHOLE.between(4.0), WHOLE.between(4.7), WHOLE.between(9.0)], [5.0, 5.0, 0.0]);
    }
}
