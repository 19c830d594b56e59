//! A distribution to draw: its counts, and what a chart asks of them.
//!
//! Invariant: reading any point takes constant or logarithmic time, whatever the number of entities.

use super::shape::Shape;

/// Counts that are averaged for one column of dots.
const SAMPLES: usize = 16;

/// The counts of a distribution.
#[derive(Clone, Copy, Debug)]
pub enum Counts<'a> {
    /// Instances counted.
    Whole {
        /// By rank, descending.
        counts: &'a [u32],
        /// Sum of the counts before each rank and, last, of all: one more than `counts`; empty while it is not known yet.
        sums: &'a [u64],
    },
    /// Instances expected, by the rank of another distribution, so that a place stands for the same entity in both.
    ByRank(&'a [f32]),
    /// Instances expected, by their own order.
    Shape(&'a Shape),
}

impl Counts<'_> {
    /// The number of entities.
    pub fn entities(&self) -> usize {
        match self {
            Self::Whole { counts, .. } => counts.len(),
            Self::ByRank(counts) => counts.len(),
            Self::Shape(shape) => shape.entities(),
        }
    }

    /// The count at a rank; 0 past the end.
    pub fn at(&self, rank: usize) -> f64 {
        match self {
            Self::Whole { counts, .. } => counts.get(rank).copied().map_or(0.0, f64::from),
            Self::ByRank(counts) => counts.get(rank).copied().map_or(0.0, f64::from),
            Self::Shape(shape) => shape.at(rank),
        }
    }

    /// The mean count from one rank to another, both from 1; where they lie within one rank, the count between ranks.
    pub fn mean(&self, from: f64, to: f64) -> f64 {
        let (first, last) = (from.ceil() as usize, to.floor() as usize);
        if last <= first + 1 {
            return self.between(f64::midpoint(from, to));
        }
        let ranks = last - first;
        let samples = ranks.min(SAMPLES);
        let sum: f64 = (0..samples).map(|sample| self.at(first - 1 + sample * ranks / samples)).sum();
        sum / samples as f64
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

    /// The share of all occurrences that the first `ranks` hold, on the straight line between whole ranks; `None` where sums
    /// are not known.
    pub fn mass(&self, ranks: f64) -> Option<f64> {
        match self {
            Self::Whole { sums, .. } => {
                let last = sums.len().checked_sub(1)?;
                let sum = |rank: usize| sums[rank.min(last)] as f64;
                let low = ranks.max(0.0).floor();
                let part = sum(low as usize) + (sum(low as usize + 1) - sum(low as usize)) * (ranks.max(0.0) - low);
                (sum(last) > 0.0).then(|| part / sum(last))
            }
            Self::ByRank(_) => None,
            Self::Shape(shape) => shape.mass(ranks.max(0.0)),
        }
    }

    /// The number of entities with a count of at least `limit`; none where counts are in no order.
    pub fn at_least(&self, limit: f64) -> usize {
        match self {
            Self::Whole { counts, .. } => counts.partition_point(|&count| f64::from(count) >= limit),
            Self::ByRank(_) => 0,
            Self::Shape(shape) => shape.at_least(limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Counts<'_> = Counts::Whole { counts: &[80, 20, 20, 5], sums: &[0, 80, 100, 120, 125] };

    #[test]
    fn mass_runs_from_nothing_to_all() {
        assert_eq!([0.0, 1.0, 4.0, 9.0].map(|ranks| WHOLE.mass(ranks)), [Some(0.0), Some(0.64), Some(1.0), Some(1.0)]);
        assert_eq!(Counts::Whole { counts: &[1], sums: &[] }.mass(1.0), None);
    }

    #[test]
    fn counts_are_found_from_both_sides() {
        assert_eq!([81.0, 80.0, 20.0, 6.0, 0.0].map(|limit| WHOLE.at_least(limit)), [0, 1, 3, 3, 4]);
        assert!((WHOLE.between(2.0_f64.sqrt()) - 40.0).abs() < 1e-9);
        let between = [4.0, 4.7, 9.0].map(|rank| WHOLE.between(rank).round() as u32);
        assert_eq!(between, [5, 5, 0]);
    }

    #[test]
    fn a_column_of_many_ranks_shows_their_mean() {
        let counts: Vec<f32> = (0..100).map(|rank| if rank % 2 == 0 { 4.0 } else { 2.0 }).collect();
        let mean = Counts::ByRank(&counts).mean(11.0, 51.0);
        assert!((2.0..=4.0).contains(&mean));
        assert!((Counts::ByRank(&counts).mean(1.0, 1.2) - 4.0).abs() < 0.5);
    }
}
