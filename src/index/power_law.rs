//! A power law fitted to the counts, as Clauset, Shalizi & Newman (2009, "Power-law distributions in empirical data") do.
//!
//! Invariant: works on the histogram of counts, so that a million entities cost no more than their distinct counts.

/// P(count = x) ∝ x^−α for x ≥ `x_min`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The density exponent α.
    pub alpha: f64,
    /// Where the law begins: the count with the smallest Kolmogorov–Smirnov distance.
    pub x_min: u32,
    /// That distance.
    pub distance: f64,
}

impl PowerLaw {
    /// Fits counts in descending order; `None` where fewer than ten entities or only one count would be fitted.
    #[must_use]
    pub fn fit(descending: &[u32]) -> Option<Self> {
        let histogram = Histogram::of(descending);
        histogram
            .candidates()
            .filter_map(|start| histogram.fit_from(start))
            .min_by(|a, b| a.distance.total_cmp(&b.distance).then(a.x_min.cmp(&b.x_min)))
    }

    /// The exponent s of Zipf's law, count ∝ rank^−s: s = 1/(α − 1).
    #[must_use]
    pub fn zipf_exponent(&self) -> f64 {
        1.0 / (self.alpha - 1.0)
    }
}

/// Distinct counts, ascending, and sums over the entities from each of them on.
struct Histogram {
    counts: Vec<u32>,
    /// Entities with this count or a larger one.
    entities_from: Vec<f64>,
    /// Σ ln x over the entities with this count or a larger one.
    logarithms_from: Vec<f64>,
}

/// Candidates for `x_min`: every one of a few, or as many spread evenly by logarithm.
const CANDIDATES: usize = 60;
/// A fit to fewer entities says nothing.
const FEWEST: f64 = 10.0;
const ALPHA: (f64, f64) = (1.01, 12.0);

impl Histogram {
    fn of(descending: &[u32]) -> Self {
        let (mut counts, mut entities_from, mut logarithms_from) = (Vec::new(), Vec::new(), Vec::new());
        let (mut entities, mut logarithms) = (0.0, 0.0);
        for run in descending.chunk_by(|a, b| a == b).filter(|run| run[0] > 0) {
            entities += run.len() as f64;
            logarithms += run.len() as f64 * f64::from(run[0]).ln();
            counts.push(run[0]);
            entities_from.push(entities);
            logarithms_from.push(logarithms);
        }
        counts.reverse();
        entities_from.reverse();
        logarithms_from.reverse();
        Self { counts, entities_from, logarithms_from }
    }

    fn candidates(&self) -> impl Iterator<Item = usize> {
        let last = self.entities_from.partition_point(|&entities| entities >= FEWEST);
        let most = self.counts.get(last.wrapping_sub(1)).copied().unwrap_or(1);
        let step = f64::from(most).powf(1.0 / CANDIDATES as f64);
        let mut next = 0.0;
        (0..last).filter(move |&place| {
            let count = f64::from(self.counts[place]);
            let taken = last <= CANDIDATES || count >= next;
            if taken {
                next = count * step;
            }
            taken
        })
    }

    fn fit_from(&self, start: usize) -> Option<PowerLaw> {
        if start + 1 >= self.counts.len() {
            return None;
        }
        let alpha = self.likeliest(start);
        let settled = alpha > ALPHA.0 + 1e-3 && alpha < ALPHA.1 - 1e-3;
        settled.then(|| PowerLaw { alpha, x_min: self.counts[start], distance: self.distance(start, alpha) })
    }

    /// The α that maximises −m·ln ζ(α, `x_min`) − α·Σ ln x (eq. 3.5 and B.8), a concave function, by golden section.
    fn likeliest(&self, start: usize) -> f64 {
        let (entities, logarithms) = (self.entities_from[start], self.logarithms_from[start]);
        let x_min = f64::from(self.counts[start]);
        let likelihood = |alpha: f64| -entities * zeta(alpha, x_min).ln() - alpha * logarithms;
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = ALPHA;
        let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
        let (mut at_left, mut at_right) = (likelihood(left), likelihood(right));
        while high - low > 1e-7 {
            if at_left > at_right {
                (high, right, at_right) = (right, left, at_left);
                left = high - golden * (high - low);
                at_left = likelihood(left);
            } else {
                (low, left, at_left) = (left, right, at_right);
                right = low + golden * (high - low);
                at_right = likelihood(right);
            }
        }
        f64::midpoint(low, high)
    }

    /// The largest difference between the fitted and the empirical P(X ≥ x), at each distinct count, right after it, and above the largest.
    fn distance(&self, start: usize, alpha: f64) -> f64 {
        let all = self.entities_from[start];
        let norm = zeta(alpha, f64::from(self.counts[start]));
        let mut farthest = 0.0_f64;
        for place in start + 1..self.counts.len() {
            let count = f64::from(self.counts[place]);
            let after_previous = f64::from(self.counts[place - 1]) + 1.0;
            let empirical = self.entities_from[place] / all;
            let fitted = zeta(alpha, count) / norm;
            farthest = farthest.max((empirical - fitted).abs());
            if after_previous < count {
                farthest = farthest.max((empirical - zeta(alpha, after_previous) / norm).abs());
            }
        }
        // Above the largest count nothing was seen, and the law still expects something.
        let above = self.counts.last().map_or(0.0, |&largest| zeta(alpha, f64::from(largest) + 1.0) / norm);
        farthest.max(above)
    }
}

/// The Hurwitz zeta function Σ_{k ≥ 0} (k + q)^−s for s > 1, q ≥ 1, by Euler–Maclaurin summation
/// (Abramowitz & Stegun 23.1.30 with the sum begun at q ≥ 8); relative error below 1e-9.
fn zeta(s: f64, q: f64) -> f64 {
    let mut sum = 0.0;
    let mut from = q;
    while from < 8.0 {
        sum += from.powf(-s);
        from += 1.0;
    }
    let power = from.powf(-s);
    let inverse_square = 1.0 / (from * from);
    let third = s * (s + 1.0) * (s + 2.0);
    let fifth = third * (s + 3.0) * (s + 4.0);
    let corrections = s / (12.0 * from) - third * inverse_square / (720.0 * from)
        + fifth * inverse_square * inverse_square / (30_240.0 * from);
    sum + power * (from / (s - 1.0) + 0.5 + corrections)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entities drawn at even quantiles of a discrete power law.
    fn drawn(alpha: f64, x_min: f64, entities: usize) -> Vec<u32> {
        let norm = zeta(alpha, x_min);
        let mut counts = Vec::new();
        let mut count = x_min;
        for place in 0..entities {
            let above = (place as f64 + 0.5) / entities as f64;
            // From the commonest count (above near 1) to the rarest: walk up while more than `above` of the law lies higher.
            let goal = 1.0 - above;
            while zeta(alpha, count + 1.0) / norm > goal {
                count += 1.0;
            }
            counts.push(count as u32);
        }
        counts.reverse();
        counts
    }

    #[test]
    fn zeta_has_its_known_values() {
        let pi = std::f64::consts::PI;
        assert!((zeta(2.0, 1.0) - pi * pi / 6.0).abs() < 1e-9);
        assert!((zeta(4.0, 1.0) - pi.powi(4) / 90.0).abs() < 1e-9);
        assert!((zeta(2.0, 3.0) - (pi * pi / 6.0 - 1.25)).abs() < 1e-9);
    }

    #[test]
    fn a_known_law_is_found_again() {
        for (alpha, x_min) in [(2.5, 1.0), (1.95, 7.0), (2.2, 3.0)] {
            let mut counts = drawn(alpha, x_min, 4000);
            // Noise under the law's beginning must be cut away.
            counts.extend((1..x_min as u32).flat_map(|count| [count; 40]).rev());
            let law = PowerLaw::fit(&counts).unwrap();
            assert!((law.alpha - alpha).abs() < 0.06, "{law:?} for {alpha}");
            assert!((law.zipf_exponent() - 1.0 / (law.alpha - 1.0)).abs() < 1e-12);
        }
    }

    /// A head that ends early speaks against a law that would go on: the distance is that of a plain walk over every count.
    #[test]
    fn the_distance_is_that_of_every_count_and_of_what_lies_above() {
        let counts: Vec<u32> = [(1_u32, 30_usize), (2, 11), (3, 5), (5, 4), (6, 6), (7, 4)]
            .iter()
            .rev()
            .flat_map(|&(n, times)| vec![n; times])
            .collect();
        let law = PowerLaw::fit(&counts).unwrap();
        let fitted: Vec<u32> = counts.iter().copied().filter(|&count| count >= law.x_min).collect();
        let norm = zeta(law.alpha, f64::from(law.x_min));
        let apart = |x: u32| {
            let seen = fitted.iter().filter(|&&count| count >= x).count() as f64 / fitted.len() as f64;
            (seen - zeta(law.alpha, f64::from(x)) / norm).abs()
        };
        let walked = (law.x_min..=fitted[0] + 1).map(apart).fold(0.0, f64::max);
        assert!((walked - law.distance).abs() < 1e-12, "{walked} {law:?}");
    }

    #[test]
    fn too_little_is_not_fitted() {
        assert_eq!(PowerLaw::fit(&[]), None);
        assert_eq!(PowerLaw::fit(&[5; 1000]), None);
        assert_eq!(PowerLaw::fit(&[9, 5, 1]), None);
    }
}
