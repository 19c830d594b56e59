//! `synthesis.budget`: a word or a number.
//!
//! Invariant: what is written back is read as the same budget.

use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// How much may be made in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Budget {
    /// As much as brings the volume back to what it was before rebalancing.
    #[default]
    Restore,
    /// At most so many instances.
    Instances(u64),
    /// Whatever the deficits and the ceilings allow.
    Unlimited,
}

impl Serialize for Budget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Restore => serializer.serialize_str("restore"),
            Self::Instances(count) => serializer.serialize_u64(*count),
            Self::Unlimited => serializer.serialize_str("none"),
        }
    }
}

impl<'de> Deserialize<'de> for Budget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Budget;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"restore\", \"none\" or a number of instances")
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Budget, E> {
                Ok(Budget::Instances(value))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Budget, E> {
                u64::try_from(value).map(Budget::Instances).map_err(|_| {
                    E::custom(format!("budget = {value} is out of range; write a number of instances, 0 or more"))
                })
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Budget, E> {
                match value {
                    "restore" => Ok(Budget::Restore),
                    "none" => Ok(Budget::Unlimited),
                    other => Err(E::unknown_variant(other, &["restore", "none"])),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
