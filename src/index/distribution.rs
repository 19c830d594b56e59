//! Every measure of one perspective that does not hang on where the head ends.
//!
//! Invariant: measured once, when the index is built; moving the threshold never comes here.

use super::imbalance::Imbalance;
use super::inequality::{Entropy, gini};
use super::power_law::PowerLaw;
use super::unseen::Unseen;
use crate::column::Csr;

/// The measures of one distribution; all zero without entities.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Sum of all counts.
    pub occurrences: u64,
    /// The largest count.
    pub max: u32,
    /// The smallest count.
    pub min: u32,
    /// The largest count over the smallest.
    pub imbalance_ratio: f64,
    /// Gini index of the counts.
    pub gini: f64,
    /// Entropy, evenness, Hill numbers and divergence from uniform.
    pub entropy: Entropy,
    /// A power law fitted to the counts, where it can be.
    pub power_law: Option<PowerLaw>,
    /// Entities seen once or twice and what they say of those never seen.
    pub unseen: Unseen,
    /// Multi-label imbalance.
    pub imbalance: Imbalance,
    /// Instances that hold at least one entity.
    pub instances: u64,
}

impl Distribution {
    /// Measures counts in descending order and the ranks that each instance holds.
    #[must_use]
    pub fn of(descending: &[u32], by_instance: &Csr) -> Self {
        let (Some(&max), Some(&min)) = (descending.first(), descending.last()) else { return Self::default() };
        Self {
            occurrences: descending.iter().map(|&count| u64::from(count)).sum(),
            max,
            min,
            imbalance_ratio: f64::from(max) / f64::from(min.max(1)),
            gini: gini(descending),
            entropy: Entropy::of(descending),
            power_law: PowerLaw::fit(descending),
            unseen: Unseen::of(descending),
            imbalance: Imbalance::of(descending, by_instance),
            instances: by_instance.offsets().windows(2).filter(|ends| ends[0] < ends[1]).count() as u64,
        }
    }

    /// Zipf's rank exponent of the fitted power law.
    #[must_use]
    pub fn zipf_exponent(&self) -> Option<f64> {
        self.power_law.map(|law| law.zipf_exponent())
    }
}
