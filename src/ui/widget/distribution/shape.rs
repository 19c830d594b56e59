//! A distribution whose counts are in no order, as runs of nearly equal counts: what a chart needs, without sorting.
//!
//! Invariant: made in one pass; counts of a run lie within 1/64 of an octave of each other.

/// Of the 31 bits of a positive `f32`, the exponent and six bits of the mantissa tell the run.
const SHIFT: u32 = 17;

/// Entities of nearly the same count.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    /// Their mean count.
    count: f64,
    /// Entities in this and all greater runs.
    entities: f64,
    /// Occurrences in this and all greater runs.
    mass: f64,
}

/// Runs in descending order of count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    runs: Vec<Run>,
}

impl Shape {
    /// The shape of counts in any order.
    pub fn of(counts: &[f32]) -> Self {
        let mut bins = vec![(0_u32, 0.0_f64); 1 << (31 - SHIFT)];
        for &count in counts {
            if let Some((entities, mass)) = bins.get_mut((count.max(0.0).to_bits() >> SHIFT) as usize) {
                *entities += 1;
                *mass += f64::from(count.max(0.0));
            }
        }
        let (mut entities, mut mass) = (0.0, 0.0);
        let runs = bins.into_iter().rev().filter(|bin| bin.0 > 0).map(|(number, sum)| {
            entities += f64::from(number);
            mass += sum;
            Run { count: sum / f64::from(number), entities, mass }
        });
        Self { runs: runs.collect() }
    }

    /// The number of entities.
    pub fn entities(&self) -> usize {
        self.runs.last().map_or(0, |run| run.entities as usize)
    }

    /// The count at a rank by this distribution's own order; 0 past the end.
    pub fn at(&self, rank: usize) -> f64 {
        let place = self.runs.partition_point(|run| run.entities <= rank as f64);
        self.runs.get(place).map_or(0.0, |run| run.count)
    }

    /// The share of all occurrences that the first `ranks` hold.
    pub fn mass(&self, ranks: f64) -> Option<f64> {
        let whole = self.runs.last()?.mass;
        let place = self.runs.partition_point(|run| run.entities < ranks);
        let before = place.checked_sub(1).and_then(|last| self.runs.get(last));
        let (entities, mass) = before.map_or((0.0, 0.0), |run| (run.entities, run.mass));
        let part = mass + self.runs.get(place).map_or(0.0, |run| (ranks - entities).max(0.0) * run.count);
        (whole > 0.0).then_some((part / whole).min(1.0))
    }

    /// The number of entities with a count of at least `limit`.
    pub fn at_least(&self, limit: f64) -> usize {
        let place = self.runs.partition_point(|run| run.count >= limit);
        place.checked_sub(1).and_then(|last| self.runs.get(last)).map_or(0, |run| run.entities as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_answer_as_sorted_counts_would() {
        let shape = Shape::of(&[1.0, 64.0, 0.0, 8.0, 8.0, 1.0]);
        assert_eq!(shape.entities(), 6);
        assert_eq!([0, 1, 2, 3, 5, 6].map(|rank| shape.at(rank) as u32), [64, 8, 8, 1, 0, 0]);
        assert_eq!([0.5, 1.0, 8.0, 9.0, 65.0].map(|limit| shape.at_least(limit)), [5, 5, 3, 1, 0]);
        assert_eq!(
            [0.0, 1.0, 2.0, 6.0].map(|ranks| shape.mass(ranks)),
            [Some(0.0), Some(64.0 / 82.0), Some(72.0 / 82.0), Some(1.0)]
        );
        assert_eq!(Shape::of(&[]).mass(1.0), None);
    }
}
