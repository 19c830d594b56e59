//! The rebalancing policies by name.
//!
//! Invariant: the order of [`PolicyName::ALL`] is that of every list of them.

use serde::{Deserialize, Serialize};

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
    /// ADR's dictionary over subclasses of head entities (SBCL).
    Subclass,
    /// The control: every instance with the same probability.
    Random,
    /// Keep everything.
    None,
}

impl PolicyName {
    /// All of them, in the order in which the screen lists them.
    pub const ALL: [Self; 12] = [
        Self::Adr,
        Self::Cap,
        Self::RepeatFactor,
        Self::Temperature,
        Self::Progressive,
        Self::SquareRoot,
        Self::EffectiveNumber,
        Self::Uniform,
        Self::Target,
        Self::Subclass,
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
            Self::Subclass => "subclass",
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
