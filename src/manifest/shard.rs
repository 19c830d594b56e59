//! One of several parts of an export: which instances it writes.
//!
//! Invariant: the shards of one number cover every instance once, in order.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Part `number` of `of` parts, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    pub number: u32,
    /// Of how many; 0 for the whole.
    pub of: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl Shard {
    /// No part, but all of it: that is written as a whole, where the shard 1/1 is one that can be merged.
    pub const WHOLE: Self = Self { number: 1, of: 0 };

    /// True when it is no part.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.of == 0
    }

    /// True when what comes behind all instances is written with it.
    #[must_use]
    pub const fn is_last(self) -> bool {
        self.is_whole() || self.number == self.of
    }

    /// Its share of `count` things in a row.
    #[must_use]
    pub fn range(self, count: usize) -> Range<usize> {
        let cut = |part: u32| (count as u128 * u128::from(part) / u128::from(self.of.max(1))) as usize;
        cut(self.number.saturating_sub(1))..cut(self.number)
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no shard; write I/N, such as 2/8, with I from 1 to N");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let shard = Self { number: number.parse().map_err(|_| wrong())?, of: of.parse().map_err(|_| wrong())? };
        if (1..=shard.of).contains(&shard.number) { Ok(shard) } else { Err(wrong()) }
    }
}
