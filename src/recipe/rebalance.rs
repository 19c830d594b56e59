//! The recipe's `[rebalance]` table: which policy, and the parameters of all of them.
//!
//! Invariant: every policy's parameters stay in the recipe while another policy is chosen, so that switching back loses nothing.

use serde::{Deserialize, Serialize};

use super::overrides::{Line, Override};
use crate::entity::Perspective;

/// The rebalancing policies that a recipe can name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyName {
    /// ADR's probability dictionary (CVPR 2025).
    #[default]
    Adr,
    /// MetaCLIP's cap on every entity.
    Cap,
    /// LVIS's repeat factors.
    RepeatFactor,
    /// Shares proportional to n^(1/T).
    Temperature,
    /// Shares between those of the data and equal ones (Kang 2020).
    Progressive,
    /// Shares proportional to √n.
    SquareRoot,
    /// Shares by the effective number of samples.
    EffectiveNumber,
    /// Equal shares.
    Uniform,
    /// As near to a chosen distribution as instances allow.
    Target,
    /// The control: every instance with the same probability.
    Random,
    /// Keep everything.
    None,
}

impl PolicyName {
    /// All of them, in the order in which the screen lists them.
    pub const ALL: [Self; 11] = [
        Self::Adr,
        Self::Cap,
        Self::RepeatFactor,
        Self::Temperature,
        Self::Progressive,
        Self::SquareRoot,
        Self::EffectiveNumber,
        Self::Uniform,
        Self::Target,
        Self::Random,
        Self::None,
    ];

    /// The name in recipes and JSON.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Adr => "adr",
            Self::Cap => "cap",
            Self::RepeatFactor => "repeat_factor",
            Self::Temperature => "temperature",
            Self::Progressive => "progressive",
            Self::Target => "target",
            Self::SquareRoot => "square_root",
            Self::EffectiveNumber => "effective_number",
            Self::Uniform => "uniform",
            Self::Random => "random",
            Self::None => "none",
        }
    }
}

impl std::fmt::Display for PolicyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.key())
    }
}

/// How a perspective's entities vote for an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// Each entity draws; one success is a vote. Long instances draw more often.
    #[default]
    Any,
    /// One draw against the mean of the entities' unclamped probabilities, so that one rare entity lifts the whole.
    Mean,
    /// One draw against 1 − (1 − q)^(1/m), the per-entity mean of `any` over m entities: length gives no advantage.
    LengthNormalised,
}

impl Vote {
    /// All of them, in the order in which a slider steps through them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Mean, Self::LengthNormalised];

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Mean => "mean",
            Self::LengthNormalised => "length_normalised",
        }
    }
}

/// What happens to instances without any entity that the policy looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoEntity {
    /// Kept once, whatever the policy.
    #[default]
    Keep,
    /// Dropped.
    Drop,
}

/// ADR's "add" mode: whether voted instances are repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// Kept once.
    #[default]
    None,
    /// min(3, max(1, ⌊√p⌋)) times, p the largest unclamped probability among the instance's entities.
    Sqrt,
}

/// How a policy that gives shares is put into effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceBy {
    /// Instances are dropped and repeated; the volume stays.
    #[default]
    Resampling,
    /// Every instance stays once and has a weight for the loss or a sampler.
    Weights,
}

/// The form of a target distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetShape {
    /// The same count for every entity.
    #[default]
    Uniform,
    /// Counts proportional to rank^−exponent.
    PowerLaw,
    /// Counts as they are, but none above the cap.
    Cap,
}

impl TargetShape {
    /// All of them, in the order in which a slider steps through them.
    pub const ALL: [Self; 3] = [Self::Uniform, Self::PowerLaw, Self::Cap];

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::PowerLaw => "power_law",
            Self::Cap => "cap",
        }
    }
}

/// The recipe's `[rebalance]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rebalance {
    /// The policy.
    pub policy: PolicyName,
    /// `adr`: at least so many perspectives must vote for an instance (the official strict `pass_num`, plus one).
    pub pass_count: u32,
    /// `adr`: how a perspective's entities vote.
    pub vote: Vote,
    /// `adr`: whether voted instances are repeated.
    pub repeats: Repeats,
    /// `adr`: the share of voted instances that is kept.
    pub alpha: f64,
    /// What happens to instances without any entity that the policy looks at.
    pub no_entity: NoEntity,
    /// The perspective that one-perspective policies balance; label, else object, else token, without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perspective: Option<Perspective>,
    /// `random`: the share of instances that is kept.
    pub keep: f64,
    /// `cap`, and `target` of that form: MetaCLIP's t, the expected count that no entity should exceed by itself.
    pub cap: u32,
    /// `temperature`: T, from 1, which leaves the distribution as it is, to 100, which all but evens it out.
    pub temperature: f64,
    /// `repeat_factor`: t, the share of instances below which an entity is repeated.
    pub repeat_threshold: f64,
    /// `repeat_factor`: the exponent of t/f; 0.5 in LVIS.
    pub repeat_exponent: f64,
    /// `effective_number`: β of (1 − βⁿ)/(1 − β).
    pub beta: f64,
    /// `progressive`: 0 leaves shares as they are, 1 makes them equal.
    pub progress: f64,
    /// `temperature`, `progressive`: the stages of a schedule, each a temperature or a progress; each has weights of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<f64>,
    /// The policies that give shares: dropping and repeating, or weights.
    pub balance_by: BalanceBy,
    /// `target`: its form; `cap` gives the count of that form.
    pub target: TargetShape,
    /// `target`: the exponent of the power law.
    pub target_exponent: f64,
    /// `target`: the most that an instance is repeated, on average.
    pub repeat_limit: f64,
    /// The wanted volume after, repeats counted; without it, what the policy gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What happens to single entities, whatever the policy says.
    #[serde(rename = "override", skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Where in its file what may not fit a dataset stands.
    #[serde(skip)]
    pub lines: Lines,
}

/// Lines of a recipe's file, for what only a dataset can prove wrong, and for advice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lines {
    /// That of `policy`.
    pub policy: Line,
    /// That of `perspective`.
    pub perspective: Line,
    /// That of `pass_count`.
    pub pass_count: Line,
    /// That of `size`.
    pub size: Line,
    /// That of `stages`.
    pub stages: Line,
    /// That of `balance_by`.
    pub balance_by: Line,
    /// That of `no_entity`.
    pub no_entity: Line,
}

impl Default for Rebalance {
    fn default() -> Self {
        Self {
            policy: PolicyName::default(),
            pass_count: 1,
            vote: Vote::default(),
            repeats: Repeats::default(),
            alpha: 1.0,
            no_entity: NoEntity::default(),
            perspective: None,
            keep: 0.5,
            cap: 20_000,
            temperature: 2.0,
            repeat_threshold: 0.001,
            repeat_exponent: 0.5,
            beta: 0.9999,
            progress: 0.5,
            stages: Vec::new(),
            balance_by: BalanceBy::default(),
            target: TargetShape::default(),
            target_exponent: 0.5,
            repeat_limit: 4.0,
            size: None,
            overrides: Vec::new(),
            lines: Lines::default(),
        }
    }
}
