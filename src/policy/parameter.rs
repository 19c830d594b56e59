//! What the user can turn on a policy, as data: the screen draws sliders from it and knows no policy.
//!
//! Invariant: a parameter lives in the recipe; reading and writing it go through here, and writing clamps to the range.

use super::range::{Range, Scale};
use super::synthesis::SynthesisParameter;
use crate::entity::Perspective;
use crate::index::Index;
use crate::recipe::{BalanceBy, NoEntity, Rebalance, Recipe, Repeats, TargetShape, ThresholdChoice, Vote};

/// One thing that can be turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// τ of a perspective, a count; setting it writes `{ count = n }`.
    Threshold(Perspective),
    /// How many perspectives must vote.
    PassCount,
    /// How a perspective's entities vote; a choice.
    Vote,
    /// The share of voted instances that is kept.
    Alpha,
    /// What happens to instances without entities; a choice.
    NoEntity,
    /// The perspective that is balanced; a choice among those of the index.
    Balanced,
    /// The share that `random` keeps.
    Keep,
    /// MetaCLIP's t.
    Cap,
    /// T of n^(1/T).
    Temperature,
    /// LVIS's t.
    RepeatThreshold,
    /// The exponent of the repeat factor.
    RepeatExponent,
    /// β of the effective number.
    Beta,
    /// Whether voted instances are repeated; a choice.
    Repeats,
    /// How far from shares as they are to equal ones.
    Progress,
    /// By resampling or by weights; a choice.
    BalanceBy,
    /// The target's form; a choice.
    Target,
    /// The exponent of a power law as target.
    TargetExponent,
    /// The most that an instance is repeated.
    RepeatLimit,
    /// The wanted volume; 0 for what the policy gives.
    Size,
    /// One of synthesis.
    Synthesis(SynthesisParameter),
}

impl Parameter {
    /// The key in the recipe, dotted.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::Threshold(perspective) => format!("threshold.{}", perspective.key()),
            Self::Synthesis(of) => of.key().to_owned(),
            other => format!("rebalance.{}", other.name()),
        }
    }

    /// The name beside the slider.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Threshold(perspective) => format!("{} τ", perspective.title()),
            other => other.name().replace('_', " "),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Threshold(_) => "threshold",
            Self::PassCount => "pass_count",
            Self::Vote => "vote",
            Self::Alpha => "alpha",
            Self::NoEntity => "no_entity",
            Self::Balanced => "perspective",
            Self::Keep => "keep",
            Self::Cap => "cap",
            Self::Temperature => "temperature",
            Self::RepeatThreshold => "repeat_threshold",
            Self::RepeatExponent => "repeat_exponent",
            Self::Beta => "beta",
            Self::Repeats => "repeats",
            Self::Progress => "progress",
            Self::BalanceBy => "balance_by",
            Self::Target => "target",
            Self::TargetExponent => "target_exponent",
            Self::RepeatLimit => "repeat_limit",
            Self::Size => "size",
            Self::Synthesis(of) => of.label(),
        }
    }

    /// One line of help.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Threshold(_) => "an entity of n instances votes with probability min(1, τ/n); up to τ it always does",
            Self::PassCount => "at least so many perspectives must vote for an instance",
            Self::Vote => {
                "any: each entity draws; mean: one draw, mean probability; length normalised: no advantage for long texts"
            }
            Self::Alpha => "the share of voted instances that is kept",
            Self::NoEntity => "whether instances without any entity are kept",
            Self::Balanced => "the perspective whose entities are balanced",
            Self::Keep => "every instance is kept with this probability",
            Self::Cap => "no entity keeps more than about so many instances by itself",
            Self::Temperature => "shares become proportional to n^(1/T): 1 as it is, higher is flatter",
            Self::RepeatThreshold => "entities in fewer than this share of instances are repeated",
            Self::RepeatExponent => "how strongly: 0.5 is the square root, 1 evens out up to the threshold",
            Self::Beta => "closer to 1 is closer to equal shares",
            Self::Repeats => "sqrt: what is kept is written up to 3 times, as far as it lies below its threshold",
            Self::Progress => "0 leaves shares as they are, 1 makes them equal",
            Self::BalanceBy => "resampling drops and repeats instances; weights keeps all and weighs them",
            Self::Target => "uniform: equal counts; power law: rank^-exponent; cap: counts as they are up to the cap",
            Self::TargetExponent => "of the power law: 0 is flat, 1 is Zipf's",
            Self::RepeatLimit => "no instance is repeated more often than this, on average",
            Self::Size => "about the wanted volume: thresholds are scaled until it is what is expected; 0: what comes",
            Self::Synthesis(of) => of.help(),
        }
    }

    /// The values it can take on this index; for a choice, the numbers of its choices.
    #[must_use]
    pub fn range(self, index: &Index) -> Range {
        let largest = |counts: &[u32]| f64::from(counts.first().copied().unwrap_or(1).max(1));
        match self {
            Self::Threshold(perspective) => {
                let high = index.perspective(perspective).map_or(1.0, |entry| largest(&entry.counts));
                Range::whole(1.0, high, Scale::Logarithmic)
            }
            Self::PassCount => Range::whole(1.0, index.perspectives.len().max(1) as f64, Scale::Linear),
            Self::Vote | Self::NoEntity | Self::Balanced | Self::Repeats | Self::BalanceBy | Self::Target => {
                Range::whole(0.0, self.choices(index).len().saturating_sub(1) as f64, Scale::Linear)
            }
            Self::Alpha | Self::Keep | Self::RepeatExponent => Range::share(0.01),
            Self::Cap => {
                let high = index.perspectives.iter().map(|entry| largest(&entry.counts)).fold(1.0, f64::max);
                Range::whole(1.0, high, Scale::Logarithmic)
            }
            Self::Temperature => Range { low: 1.0, high: 100.0, scale: Scale::Logarithmic, whole: false },
            Self::RepeatThreshold => Range { low: 0.000_001, high: 1.0, scale: Scale::Logarithmic, whole: false },
            Self::Progress => Range::share(0.0),
            Self::TargetExponent => Range { low: 0.01, high: 3.0, scale: Scale::Linear, whole: false },
            Self::RepeatLimit => Range { low: 0.1, high: 100.0, scale: Scale::Logarithmic, whole: false },
            Self::Size => Range::whole(0.0, index.instances().max(1) as f64 * 2.0, Scale::Linear),
            Self::Synthesis(of) => of.range(index),
            Self::Beta => Range { low: 0.9, high: 0.999_999, scale: Scale::Linear, whole: false },
        }
    }

    /// The names of a choice's values; empty for a number.
    #[must_use]
    pub fn choices(self, index: &Index) -> Vec<&'static str> {
        match self {
            Self::Vote => Vote::ALL.iter().map(|vote| vote.key()).collect(),
            Self::NoEntity => vec!["keep", "drop"],
            Self::Repeats => vec!["none", "sqrt"],
            Self::BalanceBy => vec!["resampling", "weights"],
            Self::Target => TargetShape::ALL.iter().map(|shape| shape.key()).collect(),
            Self::Balanced => index.perspectives.iter().map(|entry| entry.perspective.key()).collect(),
            Self::Synthesis(of) => of.choices(index),
            _ => Vec::new(),
        }
    }

    /// The value that a recipe without the key has.
    #[must_use]
    pub fn default(self, index: &Index) -> f64 {
        self.get(&Recipe::default(), index)
    }

    /// The value in a recipe; for a choice, the number of the chosen one.
    #[must_use]
    pub fn get(self, recipe: &Recipe, index: &Index) -> f64 {
        let Rebalance { pass_count, vote, alpha, no_entity, keep, cap, temperature, .. } = recipe.rebalance;
        match self {
            Self::Threshold(perspective) => {
                index.perspective(perspective).map_or(1.0, |entry| f64::from(recipe.split(entry).threshold))
            }
            Self::PassCount => f64::from(pass_count),
            Self::Vote => Vote::ALL.iter().position(|&known| known == vote).unwrap_or(0) as f64,
            Self::Alpha => alpha,
            Self::NoEntity => f64::from(no_entity == NoEntity::Drop),
            Self::Balanced => {
                let balanced = super::balanced_perspective(index, recipe).map(|entry| entry.perspective).ok();
                index.perspectives.iter().position(|entry| Some(entry.perspective) == balanced).unwrap_or(0) as f64
            }
            Self::Keep => keep,
            Self::Cap => f64::from(cap),
            Self::Temperature => temperature,
            Self::RepeatThreshold => recipe.rebalance.repeat_threshold,
            Self::RepeatExponent => recipe.rebalance.repeat_exponent,
            Self::Beta => recipe.rebalance.beta,
            Self::Repeats => f64::from(u8::from(recipe.rebalance.repeats == Repeats::Sqrt)),
            Self::Progress => recipe.rebalance.progress,
            Self::BalanceBy => f64::from(u8::from(recipe.rebalance.balance_by == BalanceBy::Weights)),
            Self::Target => {
                let chosen = recipe.rebalance.target;
                TargetShape::ALL.iter().position(|&known| known == chosen).unwrap_or(0) as f64
            }
            Self::TargetExponent => recipe.rebalance.target_exponent,
            Self::RepeatLimit => recipe.rebalance.repeat_limit,
            Self::Size => recipe.rebalance.size.unwrap_or(0) as f64,
            Self::Synthesis(of) => of.get(recipe, index),
        }
    }

    /// Writes a value into a recipe, clamped to the range.
    pub fn set(self, recipe: &mut Recipe, index: &Index, value: f64) {
        let value = self.range(index).clamped(value);
        let rebalance = &mut recipe.rebalance;
        match self {
            Self::Threshold(perspective) => {
                recipe.threshold.insert(perspective, ThresholdChoice::Count(value as u32));
            }
            Self::PassCount => rebalance.pass_count = value as u32,
            Self::Vote => rebalance.vote = Vote::ALL.get(value as usize).copied().unwrap_or_default(),
            Self::Alpha => rebalance.alpha = value,
            Self::NoEntity => rebalance.no_entity = if value >= 1.0 { NoEntity::Drop } else { NoEntity::Keep },
            Self::Balanced => {
                rebalance.perspective = index.perspectives.get(value as usize).map(|entry| entry.perspective);
            }
            Self::Keep => rebalance.keep = value,
            Self::Cap => rebalance.cap = value as u32,
            Self::Temperature => rebalance.temperature = value,
            Self::RepeatThreshold => rebalance.repeat_threshold = value,
            Self::RepeatExponent => rebalance.repeat_exponent = value,
            Self::Beta => rebalance.beta = value,
            Self::Repeats => rebalance.repeats = if value >= 1.0 { Repeats::Sqrt } else { Repeats::None },
            Self::Progress => rebalance.progress = value,
            Self::BalanceBy => {
                rebalance.balance_by = if value >= 1.0 { BalanceBy::Weights } else { BalanceBy::Resampling };
            }
            Self::Target => rebalance.target = TargetShape::ALL.get(value as usize).copied().unwrap_or_default(),
            Self::TargetExponent => rebalance.target_exponent = value,
            Self::RepeatLimit => rebalance.repeat_limit = value,
            Self::Size => rebalance.size = (value >= 1.0).then_some(value as u64),
            Self::Synthesis(of) => of.set(recipe, index, value),
        }
    }
}
