//! The recipe's `[rebalance]` table: which policy, and the parameters of all of them.
//!
//! Invariant: every policy's parameters stay in the recipe while another policy is chosen, so that switching back loses nothing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::choice::{BalanceBy, NoEntity, Repeats, TargetShape, Vote};
use super::overrides::{Line, Override};
use super::policy_name::PolicyName;
use crate::entity::Perspective;

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
    /// `subclass`: the file that tells the subclass of each instance's entities, as the worker writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subclasses: Option<PathBuf>,
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
    /// That of `subclasses`.
    pub subclasses: Line,
    /// That of `no_entity`.
    pub no_entity: Line,
    /// Those of `threshold`'s keys, in the order of [`Perspective::ALL`].
    pub thresholds: [Line; Perspective::ALL.len()],
}

impl Rebalance {
    /// True when instances are weighed and each is written once.
    #[must_use]
    pub fn weighs(&self) -> bool {
        self.balance_by == BalanceBy::Weights && self.policy.gives_shares()
    }
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
            subclasses: None,
            overrides: Vec::new(),
            lines: Lines::default(),
        }
    }
}
