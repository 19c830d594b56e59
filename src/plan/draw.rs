//! Random numbers without state: each is a hash of what it is for.
//!
//! Source: the mix is splitmix64's finaliser (Steele, Lea and Flood 2014; constants of Stafford's variant 13): bijective on
//! 64 bits, each input bit flips each output bit with probability close to one half.
//!
//! Invariant: the same key gives the same number on every machine; numbers of different keys are independent.

use crate::entity::Perspective;

/// What a number decides. Its value is part of every key: it is never changed, only added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Whether an entity, or a perspective, votes.
    Vote = 1,
    /// Whether a voted instance passes α.
    Alpha = 2,
    /// Whether the random control keeps an instance.
    Share = 3,
    /// Whether a fractional repeat is rounded up.
    Repeat = 4,
    /// Whether an instance of a capped entity stays.
    Cap = 5,
    /// Whether a dropped instance of an entity with a floor comes back.
    Floor = 6,
    /// Whether the fractional repeat that a floor asks for is rounded up.
    Refill = 7,
    /// In which order instances are asked to be seeds.
    Seed = 8,
    /// The noise that a picture is made of.
    Noise = 9,
}

/// A hash of everything that a number depends on so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// The key of an instance for a purpose.
    #[must_use]
    pub const fn new(seed: u64, id_hash: u64, purpose: Purpose) -> Self {
        Self(mix(seed ^ mix(purpose as u64))).with(id_hash)
    }

    /// Adds one more thing that the number depends on.
    #[must_use]
    pub const fn with(self, value: u64) -> Self {
        Self(mix(self.0 ^ value))
    }

    /// Adds a perspective, by a number that never changes.
    #[must_use]
    pub const fn of(self, perspective: Perspective) -> Self {
        self.with(perspective as u64 + 1)
    }

    /// All 64 bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The number: uniform in [0, 1), a multiple of 2⁻⁵³.
    #[must_use]
    pub const fn unit(self) -> f64 {
        (self.0 >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
