//! What every policy boils down to: numbers for entities, how an instance's entities make one score, how scores make a fate.
//!
//! Invariant: a score depends on the instance's own entities and on global counts only, never on another instance.

use super::Formula;
use super::fit::{Fit, Ground, fit};
use crate::entity::Perspective;
use crate::index::{Csr, Index};
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

/// How one perspective's entities count for an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dictionary {
    /// The perspective.
    pub perspective: Perspective,
    /// An entity's number, from its count.
    pub formula: Formula,
    /// How the numbers of an instance's entities make its score.
    pub reduction: Reduction,
    /// Whether entities are split.
    pub level: Level,
}

/// What a dictionary's numbers are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Entities as they are.
    #[default]
    Entity,
    /// The subclasses of those that are split, and the others as they are.
    Subclass,
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
    /// e to the sum of the numbers, as far as the formula's limit allows.
    Product,
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

/// A dictionary written out for entities at hand.
#[derive(Clone, Debug)]
pub struct Scorer {
    /// One number an entity, in the order of their counts; never descending.
    values: Vec<f64>,
    reduction: Reduction,
    /// 1 − each number, where a product of these is asked for; else empty.
    misses: Vec<f64>,
    /// The largest score of [`Reduction::Product`].
    limit: f64,
}

impl Dictionary {
    /// The place of its perspective among the layers of an index.
    #[must_use]
    pub fn slot(&self, index: &Index) -> Option<usize> {
        let first = if self.level == Level::Subclass { index.perspectives.len() } else { 0 };
        let place = index.layers().skip(first).position(|entry| entry.perspective == self.perspective);
        place.map(|place| place + first)
    }

    /// True when its numbers take a fit, see [`Self::fitted`].
    #[must_use]
    pub const fn takes_fit(&self) -> bool {
        matches!(self.formula, Formula::Fitted { .. })
    }

    /// Fits the dictionary to instances; `targets` are those of [`Formula::targets`] for the entities at hand.
    #[must_use]
    pub fn fitted(
        &self,
        (holders, instances): (&Csr, usize),
        targets: &[f64],
        stop: &dyn Fn() -> bool,
    ) -> (Scorer, Fit) {
        let limit = match self.formula {
            Formula::Fitted { limit, .. } => limit,
            _ => f64::INFINITY,
        };
        let fit = fit(&Ground { holders, instances, targets, limit }, stop);
        (Scorer { values: fit.logs.clone(), reduction: self.reduction, misses: Vec::new(), limit }, fit)
    }

    /// Writes the dictionary out for entities of these counts, which descend.
    #[must_use]
    pub fn on(&self, counts: &[u32]) -> Scorer {
        let mut values = Vec::with_capacity(counts.len());
        // Equal counts stand together, and most entities share theirs with many.
        for run in counts.chunk_by(|a, b| a == b) {
            values.resize(values.len() + run.len(), self.formula.of(run[0]));
        }
        let multiplied = matches!(self.reduction, Reduction::Any | Reduction::LengthNormalised);
        let misses = if multiplied { values.iter().map(|value| 1.0 - value).collect() } else { Vec::new() };
        Scorer { values, reduction: self.reduction, misses, limit: f64::INFINITY }
    }
}

impl Scorer {
    /// The score of an instance that holds the entities of these places (ascending); `None` without any.
    #[must_use]
    pub fn score(&self, ranks: &[u32]) -> Option<f64> {
        let rarest = self.value(*ranks.last()?);
        Some(match self.reduction {
            Reduction::Any => any(rarest, || self.product_of_misses(ranks)),
            Reduction::LengthNormalised => {
                any(rarest, || (self.product_of_misses(ranks).ln() / ranks.len() as f64).exp())
            }
            Reduction::Mean => ranks.iter().map(|&rank| self.value(rank)).sum::<f64>() / ranks.len() as f64,
            Reduction::Largest => rarest,
            Reduction::Product => ranks.iter().map(|&rank| self.value(rank)).sum::<f64>().exp().min(self.limit),
        })
    }

    /// The largest score; only a product of numbers has one.
    #[must_use]
    pub const fn limit(&self) -> f64 {
        self.limit
    }

    /// An entity's number.
    #[must_use]
    pub fn value(&self, rank: u32) -> f64 {
        self.values.get(rank as usize).copied().unwrap_or(0.0)
    }

    fn product_of_misses(&self, ranks: &[u32]) -> f64 {
        ranks.iter().map(|&rank| self.misses.get(rank as usize).copied().unwrap_or(1.0)).product()
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
