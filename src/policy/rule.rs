//! What every policy boils down to: dictionaries of numbers for entities, and what the scores of an instance make of its fate.
//!
//! Invariant: an instance's fate depends on its own scores and on sums over all, never on another instance.

use super::dictionary::Dictionary;
use crate::entity::Perspective;
use crate::recipe::{NoEntity, Recipe};

/// A policy applied to an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The perspectives that take part, each at most once.
    pub dictionaries: Vec<Dictionary>,
    /// What scores mean.
    pub fate: Fate,
    /// What happens to instances without any entity in the perspectives that take part.
    pub no_entity: NoEntity,
    /// The wanted volume after, where the recipe names one.
    pub size: Option<f64>,
}

impl Rule {
    /// A rule that looks at no entity.
    #[must_use]
    pub const fn blind(fate: Fate) -> Self {
        Self { dictionaries: Vec::new(), fate, no_entity: NoEntity::Keep, size: None }
    }

    /// A rule under a recipe's choices for instances without entities, and for the volume.
    #[must_use]
    pub fn of(dictionaries: Vec<Dictionary>, fate: Fate, recipe: &Recipe) -> Self {
        let size = recipe.rebalance.size.map(|size| size as f64);
        Self { dictionaries, fate, no_entity: recipe.rebalance.no_entity, size }
    }

    /// The wanted volume where it takes a search for the scale of the thresholds.
    #[must_use]
    pub fn sought(&self) -> Option<f64> {
        let scalable = |dictionary: &Dictionary| dictionary.formula.scaled(2.0) != dictionary.formula;
        self.size.filter(|_| self.dictionaries.iter().any(scalable))
    }

    /// The same rule with all thresholds scaled, and no wish for a volume left.
    #[must_use]
    pub fn scaled(&self, scale: f64) -> Self {
        let scaled = |dictionary: &Dictionary| Dictionary { formula: dictionary.formula.scaled(scale), ..*dictionary };
        Self { dictionaries: self.dictionaries.iter().map(scaled).collect(), size: None, ..self.clone() }
    }

    /// What scores of [`Fate::Shares`] and [`Fate::Weights`] are multiplied by: `scored` of all `instances` have one, and they sum to `sum`.
    #[must_use]
    pub fn scale(&self, (scored, instances): (f64, f64), sum: f64) -> f64 {
        if !matches!(self.fate, Fate::Shares | Fate::Weights) || sum <= 0.0 {
            return 1.0;
        }
        let kept_anyway = if self.no_entity == NoEntity::Keep { instances - scored } else { 0.0 };
        let wanted = self.size.filter(|_| self.fate == Fate::Shares).map(|size| (size - kept_anyway).max(0.0));
        wanted.unwrap_or(scored) / sum
    }
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
        /// ADR's "add" mode: what is kept is written min(3, max(1, ⌊√p⌋)) times, p the largest unclamped probability of its entities.
        repeats: bool,
    },
    /// The score is how often the instance is repeated, on average.
    Repeats,
    /// The score is proportional to how often the instance is repeated; scaled so that the volume stays what it was.
    Shares,
    /// Everything is kept once and weighs in proportion to its score; the weights sum to what [`Self::Shares`] would write.
    Weights,
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
    pub fn outlook(self, scores: &[f64], (scale, odds): (f64, f64)) -> Outlook {
        let expected = self.expected(scores, scale);
        match self {
            Self::Votes { repeats: true, .. } => Outlook { keep: expected, repeat: expected * f64::from(copies(odds)) },
            Self::Weights => Outlook { keep: 1.0, repeat: expected },
            _ => Outlook::rounded(expected),
        }
    }

    /// True when [`Self::outlook`] and the plan need to know an instance's largest unclamped probability.
    #[must_use]
    pub const fn asks_odds(self) -> bool {
        matches!(self, Self::Votes { repeats: true, .. })
    }

    /// What the scores come to: the probability that voted instances are kept, or the mean of repeats before they are rounded.
    ///
    /// `scale` is that of [`Self::Shares`]. With votes, the sum over at least `pass_count` of the Poisson-binomial distribution
    /// of the scores, times α (ADR, arXiv 2503.12821, data rebalancing, in closed form).
    #[must_use]
    pub fn expected(self, scores: &[f64], scale: f64) -> f64 {
        match self {
            Self::Share(share) => share,
            Self::Votes { pass_count, alpha, .. } => alpha * at_least(pass_count, scores),
            Self::Repeats => scores.iter().copied().fold(0.0, f64::max),
            Self::Shares | Self::Weights => scale * scores.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// How often ADR's "add" mode writes what it keeps, by the largest unclamped probability among the instance's entities.
#[must_use]
pub fn copies(odds: f64) -> u32 {
    (odds.sqrt().floor() as u32).clamp(1, 3)
}

/// The probability that at least `wanted` of independent events happen.
fn at_least(wanted: usize, probabilities: &[f64]) -> f64 {
    if wanted == 1 {
        return 1.0 - probabilities.iter().map(|&probability| 1.0 - probability.min(1.0)).product::<f64>();
    }
    if wanted >= probabilities.len() {
        let all = probabilities.iter().map(|&probability| probability.min(1.0)).product();
        return if wanted > probabilities.len() { 0.0 } else { all };
    }
    // The probabilities that exactly so many happen, of the numbers that are too few.
    let mut exactly = [0.0; Perspective::ALL.len() + 1];
    exactly[0] = 1.0;
    let fewer = wanted.min(exactly.len());
    for &probability in probabilities {
        let probability = probability.min(1.0);
        for happened in (1..fewer).rev() {
            exactly[happened] = exactly[happened] * (1.0 - probability) + exactly[happened - 1] * probability;
        }
        exactly[0] *= 1.0 - probability;
    }
    (1.0 - exactly.iter().take(fewer).sum::<f64>()).clamp(0.0, 1.0)
}
