//! What every policy boils down to: numbers for entities, how an instance's entities make one score, how scores make a fate.
//!
//! Invariant: a score depends on the instance's own entities and on global counts only, never on another instance.

use super::Formula;
use crate::entity::Perspective;
use crate::recipe::NoEntity;

/// A policy applied to an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The perspectives that take part, each at most once.
    pub dictionaries: Vec<Dictionary>,
    /// What scores mean.
    pub fate: Fate,
    /// What happens to instances without any entity in the perspectives that take part.
    pub no_entity: NoEntity,
}

impl Rule {
    /// A rule that looks at no entity.
    #[must_use]
    pub const fn blind(fate: Fate) -> Self {
        Self { dictionaries: Vec::new(), fate, no_entity: NoEntity::Keep }
    }
}

/// How one perspective's entities count for an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dictionary {
    /// The perspective.
    pub perspective: Perspective,
    /// An entity's number, from its count.
    pub formula: Formula,
    /// How the numbers of an instance's entities make its score.
    pub reduction: Reduction,
}

/// How the numbers of an instance's distinct entities make one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Probability that at least one of independent draws succeeds: 1 − Π(1 − min(1, p)).
    Any,
    /// Mean of the numbers, as they are.
    Mean,
    /// 1 − (1 − q)^(1/m) of [`Self::Any`]'s q over m entities.
    LengthNormalised,
    /// The largest number: that of the rarest entity.
    Largest,
}

/// What an instance's scores mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// Every instance is kept with this probability.
    Share(f64),
    /// Scores are the probabilities that each perspective votes; kept when enough do and α's draw succeeds.
    Votes {
        /// At least so many perspectives must vote.
        pass_count: usize,
        /// The share of voted instances that is kept.
        alpha: f64,
    },
    /// The score is how often the instance is repeated, on average.
    Repeats,
    /// The score is proportional to how often the instance is repeated; scaled so that the volume stays what it was.
    Shares,
}

/// A dictionary written out for entities at hand.
#[derive(Clone, Debug)]
pub struct Scorer {
    /// One number an entity, in the order of their counts; never descending.
    values: Vec<f64>,
    reduction: Reduction,
}

impl Dictionary {
    /// Writes the dictionary out for entities of these counts, which descend.
    #[must_use]
    pub fn on(&self, counts: &[u32]) -> Scorer {
        let mut values = Vec::with_capacity(counts.len());
        // Equal counts stand together, and most entities share theirs with many.
        for run in counts.chunk_by(|a, b| a == b) {
            values.resize(values.len() + run.len(), self.formula.of(run[0]));
        }
        Scorer { values, reduction: self.reduction }
    }
}

impl Scorer {
    /// The score of an instance that holds the entities of these places (ascending); `None` without any.
    #[must_use]
    pub fn score(&self, ranks: &[u32]) -> Option<f64> {
        let rarest = self.value(*ranks.last()?);
        Some(match self.reduction {
            Reduction::Any => any(rarest, || self.product_of_misses(ranks)),
            Reduction::LengthNormalised => any(rarest, || self.product_of_misses(ranks).powf(1.0 / ranks.len() as f64)),
            Reduction::Mean => ranks.iter().map(|&rank| self.value(rank)).sum::<f64>() / ranks.len() as f64,
            Reduction::Largest => rarest,
        })
    }

    /// An entity's number.
    #[must_use]
    pub fn value(&self, rank: u32) -> f64 {
        self.values.get(rank as usize).copied().unwrap_or(0.0)
    }

    fn product_of_misses(&self, ranks: &[u32]) -> f64 {
        ranks.iter().map(|&rank| 1.0 - self.value(rank)).product()
    }
}

/// 1 − misses, without the product when the rarest entity alone is sure to pass.
fn any(rarest: f64, misses: impl FnOnce() -> f64) -> f64 {
    if rarest >= 1.0 { 1.0 } else { 1.0 - misses() }
}

/// What is expected of an instance, over all seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    /// The probability that it is kept at all.
    pub keep: f64,
    /// How often it is written, on average.
    pub repeat: f64,
}

impl Outlook {
    /// Of something that is written so often on average, rounded up or down by one draw.
    #[must_use]
    pub fn rounded(repeat: f64) -> Self {
        Self { keep: repeat.min(1.0), repeat }
    }
}

impl Fate {
    /// What is expected of an instance with these scores.
    #[must_use]
    pub fn outlook(self, scores: &[f64], scale: f64) -> Outlook {
        Outlook::rounded(self.expected(scores, scale))
    }

    /// How often an instance with these scores is repeated, on average; below 1 it is the probability that it is kept.
    ///
    /// `scale` is that of [`Self::Shares`]. With votes, the sum over at least `pass_count` of the Poisson-binomial distribution
    /// of the scores, times α (ADR, arXiv 2503.12821, data rebalancing, in closed form).
    #[must_use]
    pub fn expected(self, scores: &[f64], scale: f64) -> f64 {
        match self {
            Self::Share(share) => share,
            Self::Votes { pass_count, alpha } => alpha * at_least(pass_count, scores),
            Self::Repeats => scores.iter().copied().fold(0.0, f64::max),
            Self::Shares => scale * scores.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// The probability that at least `wanted` of independent events happen.
fn at_least(wanted: usize, probabilities: &[f64]) -> f64 {
    if wanted == 1 {
        return 1.0 - probabilities.iter().map(|&probability| 1.0 - probability.min(1.0)).product::<f64>();
    }
    let mut exactly = [0.0; Perspective::ALL.len() + 1];
    exactly[0] = 1.0;
    for &probability in probabilities.iter().take(Perspective::ALL.len()) {
        let probability = probability.min(1.0);
        for happened in (1..exactly.len()).rev() {
            exactly[happened] = exactly[happened] * (1.0 - probability) + exactly[happened - 1] * probability;
        }
        exactly[0] *= 1.0 - probability;
    }
    exactly.iter().skip(wanted).sum::<f64>().min(1.0)
}
