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
    fn without_rare_entities_nothing_is_unseen() {
        let unseen = Unseen::of(&[5, 5, 5]);
        assert_eq!(unseen, Unseen { chao1: 3.0, ..Unseen::default() });
        assert_eq!(Unseen::of(&[]), Unseen::default());
    }
}
