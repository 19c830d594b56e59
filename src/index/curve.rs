//! The curves that the chart draws over a ranked distribution.
//!
//! Invariant: points ascend on both axes from (0, 0) to (1, 1); a curve costs no more than its points.

/// The Lorenz curve, from the rarest entity: share of entities against share of occurrences, at `points + 1` places.
///
/// `cumulative[r]` is the sum of the counts before rank r, of length V + 1.
#[must_use]
pub fn lorenz(cumulative: &[u64], points: usize) -> Vec<(f64, f64)> {
    let all = cumulative.last().copied().unwrap_or(0);
    sampled(cumulative.len().saturating_sub(1), points, |entities, rank_count| all - cumulative[rank_count - entities])
}

/// Cumulative mass from the most frequent entity: share of entities against share of occurrences, at `points + 1` places.
///
/// `cumulative[r]` is the sum of the counts before rank r, of length V + 1.
#[must_use]
pub fn mass(cumulative: &[u64], points: usize) -> Vec<(f64, f64)> {
    sampled(cumulative.len().saturating_sub(1), points, |entities, _| cumulative[entities])
}

fn sampled(entities: usize, points: usize, sum: impl Fn(usize, usize) -> u64) -> Vec<(f64, f64)> {
    let points = points.clamp(1, entities.max(1));
    if entities == 0 {
        return vec![(0.0, 0.0), (1.0, 1.0)];
    }
    let all = sum(entities, entities).max(1) as f64;
    let point = |place: usize| {
        let taken = place * entities / points;
        (taken as f64 / entities as f64, sum(taken, entities) as f64 / all)
    };
    (0..=points).map(point).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::split::cumulated;

    #[test]
    fn curves_go_from_nothing_to_all() {
        let cumulative = cumulated(&[6, 3, 1]);
        assert_eq!(lorenz(&cumulative, 3), [(0.0, 0.0), (1.0 / 3.0, 0.1), (2.0 / 3.0, 0.4), (1.0, 1.0)]);
        assert_eq!(mass(&cumulative, 3), [(0.0, 0.0), (1.0 / 3.0, 0.6), (2.0 / 3.0, 0.9), (1.0, 1.0)]);
        assert_eq!(lorenz(&[0], 50), [(0.0, 0.0), (1.0, 1.0)]);
    }

    proptest! {
        #[test]
        fn lorenz_is_convex_and_under_the_diagonal(mut counts in prop::collection::vec(1_u32..10_000, 1..200)) {
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let curve = lorenz(&cumulated(&counts), counts.len());
            prop_assert_eq!(curve.last().copied(), Some((1.0, 1.0)));
            prop_assert!(curve.iter().all(|(entities, mass)| *mass <= entities + 1e-12));
            let slopes: Vec<f64> = curve.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).collect();
            prop_assert!(slopes.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9));
        }

        #[test]
        fn the_area_under_lorenz_is_the_gini_index(mut counts in prop::collection::vec(1_u32..10_000, 1..200)) {
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let curve = lorenz(&cumulated(&counts), counts.len());
            let area: f64 = curve.windows(2).map(|pair| (pair[1].0 - pair[0].0) * f64::midpoint(pair[0].1, pair[1].1)).sum();
            prop_assert!((1.0 - 2.0 * area - crate::index::gini(&counts)).abs() < 1e-9);
        }
    }
}
