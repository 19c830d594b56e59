//! What the rare entities say about those never seen: Good–Turing and Chao's estimates.
//!
//! Invariant: computed from the numbers of entities seen once and twice alone.

/// Entities seen once and twice, and what follows from them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unseen {
    /// N₁: entities that one instance holds.
    pub singletons: u64,
    /// N₂: entities that two instances hold.
    pub doubletons: u64,
    /// Good–Turing estimate of the probability that the next occurrence is an entity never seen, N₁/N (Good 1953).
    pub unseen_mass: f64,
    /// Chao's bias-corrected lower bound on the number of entities, V + N₁(N₁ − 1)/(2(N₂ + 1)) (Chao 1984, 2005).
    pub chao1: f64,
    /// Probability mass lost when all singletons are dropped, about 2·N₂/N: N₁ entities at the Good–Turing
    /// frequency of a singleton, 2·N₂/(N₁·N) each.
    pub singleton_mass: f64,
}

impl Unseen {
    /// Estimates from counts in descending order.
    #[must_use]
    pub fn of(descending: &[u32]) -> Self {
        let sum: u64 = descending.iter().map(|&count| u64::from(count)).sum();
        if sum == 0 {
            return Self::default();
        }
        let above_two = descending.partition_point(|&count| count > 2);
        let above_one = descending.partition_point(|&count| count > 1);
        let singletons = (descending.partition_point(|&count| count > 0) - above_one) as u64;
        let doubletons = (above_one - above_two) as u64;
        let (once, twice, all) = (singletons as f64, doubletons as f64, sum as f64);
        Self {
            singletons,
            doubletons,
            unseen_mass: once / all,
            chao1: descending.len() as f64 + once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0)),
            singleton_mass: (2.0 * twice / all).min(1.0),
        }
    }
}

/// Good–Turing's adjusted counts of the rare: what an entity that r instances hold is worth, `r* = (r + 1)·N_{r+1}/N_r` (Good 1953).
/// Above [`RARE`] instances, and where no entity is held r or r + 1 times, a count is taken as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodTuring {
    adjusted: [f64; RARE + 1],
}

/// The largest count that is adjusted: above it `N_r` is too rough to divide by.
const RARE: usize = 5;

impl GoodTuring {
    /// Reads `N_r` from counts in descending order.
    #[must_use]
    pub fn of(descending: &[u32]) -> Self {
        let mut held = [0_u64; RARE + 2];
        let first_rare = descending.partition_point(|&count| count as usize > RARE + 1);
        for &count in &descending[first_rare..] {
            held[count as usize] += 1;
        }
        let adjusted = std::array::from_fn(|r| match (held[r], held[r + 1]) {
            (0, _) | (_, 0) => r as f64,
            (now, next) => ((r + 1) as f64 * next as f64 / now as f64).min(r as f64),
        });
        Self { adjusted }
    }

    /// The adjusted count of an entity of this count, never above it.
    #[must_use]
    pub fn count(&self, count: u32) -> f64 {
        self.adjusted.get(count as usize).copied().unwrap_or(f64::from(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_follow_their_formulas() {
        let unseen = Unseen::of(&[10, 2, 2, 1, 1, 1, 1]);
        assert_eq!((unseen.singletons, unseen.doubletons), (4, 2));
        assert!((unseen.unseen_mass - 4.0 / 18.0).abs() < 1e-15);
        assert!((unseen.chao1 - (7.0 + 12.0 / 6.0)).abs() < 1e-15);
        assert!((unseen.singleton_mass - 4.0 / 18.0).abs() < 1e-15);
    }

    #[test]
    fn the_rare_are_worth_what_good_and_turing_say() {
        // N₁ 4, N₂ 2, N₃ 0: 1* = 2·2/4, 2* is not known, 10 is as it is.
        let adjusted = GoodTuring::of(&[10, 2, 2, 1, 1, 1, 1]);
        for (count, worth) in [(1, 1.0), (2, 2.0), (10, 10.0)] {
            assert!((adjusted.count(count) - worth).abs() < 1e-15, "{count}");
        }
        // N₁ 6, N₂ 1: a singleton is worth a third of an instance.
        assert!((GoodTuring::of(&[2, 1, 1, 1, 1, 1, 1]).count(1) - 2.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn without_rare_entities_nothing_is_unseen() {
        let unseen = Unseen::of(&[5, 5, 5]);
        assert_eq!(unseen, Unseen { chao1: 3.0, ..Unseen::default() });
        assert_eq!(Unseen::of(&[]), Unseen::default());
    }
}
