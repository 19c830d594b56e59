//! Measures as words of 64 bits, so that a cached one is the computed one to the last bit.
//!
//! Invariant: `from_words` undoes `to_words`, and refuses any other number of words.

use crate::index::distribution::Distribution;
use crate::index::{Entropy, Imbalance, PowerLaw, Unseen};

/// The words of a distribution's measures, and back.
impl Distribution {
    pub(super) fn to_words(self) -> [u64; 22] {
        let Self { entropy, unseen, imbalance, .. } = self;
        let law = self.power_law.unwrap_or(PowerLaw { alpha: 0.0, x_min: 0, distance: 0.0 });
        [
            self.occurrences,
            u64::from(self.max),
            u64::from(self.min),
            self.imbalance_ratio.to_bits(),
            self.gini.to_bits(),
            entropy.nats.to_bits(),
            entropy.evenness.to_bits(),
            entropy.effective_entities.to_bits(),
            entropy.dominant_entities.to_bits(),
            entropy.kl_uniform.to_bits(),
            u64::from(self.power_law.is_some()),
            law.alpha.to_bits(),
            u64::from(law.x_min),
            law.distance.to_bits(),
            unseen.singletons,
            unseen.doubletons,
            unseen.unseen_mass.to_bits(),
            unseen.chao1.to_bits(),
            unseen.singleton_mass.to_bits(),
            imbalance.mean_irlbl.to_bits(),
            imbalance.scumble.to_bits(),
            self.instances,
        ]
    }

    pub(super) fn from_words(words: &[u64]) -> Option<Self> {
        let words: &[u64; 22] = words.try_into().ok()?;
        let number = |place: usize| f64::from_bits(words[place]);
        let law = PowerLaw { alpha: number(11), x_min: u32::try_from(words[12]).ok()?, distance: number(13) };
        Some(Self {
            occurrences: words[0],
            max: u32::try_from(words[1]).ok()?,
            min: u32::try_from(words[2]).ok()?,
            imbalance_ratio: number(3),
            gini: number(4),
            entropy: Entropy {
                nats: number(5),
                evenness: number(6),
                effective_entities: number(7),
                dominant_entities: number(8),
                kl_uniform: number(9),
            },
            power_law: (words[10] == 1).then_some(law),
            unseen: Unseen {
                singletons: words[14],
                doubletons: words[15],
                unseen_mass: number(16),
                chao1: number(17),
                singleton_mass: number(18),
            },
            imbalance: Imbalance { mean_irlbl: number(19), scumble: number(20) },
            instances: words[21],
        })
    }
}
