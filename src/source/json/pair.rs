//! Reads pairs of object names, and takes apart those that were written as one string.
//!
//! Invariant: a pair is two names; a name that holds a comma is told from two names by the record's own objects.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::value::Text;
use crate::source::Given;

/// A list of pairs, each `"a,b"` or `["a", "b"]`.
pub(super) struct Pairs<'s, 'de>(pub(super) &'s mut Vec<Pair<'de>>);

/// A pair as it is written.
pub(crate) enum Pair<'de> {
    /// Two names in one string; a name may hold a comma too.
    Joined(Cow<'de, str>),
    /// Two names.
    Apart(Cow<'de, str>, Cow<'de, str>),
}

impl<'de> DeserializeSeed<'de> for Pairs<'_, 'de> {
    /// False for null.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pairs<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of pairs")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while let Some(pair) = list.next_element()? {
            self.0.push(pair);
        }
        Ok(true)
    }
}

impl<'de> Deserialize<'de> for Pair<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairVisitor;
        impl<'de> Visitor<'de> for PairVisitor {
            type Value = Pair<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pair: \"a,b\" or [\"a\", \"b\"]")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Pair::Joined(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Pair::Joined(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let (first, second) = (list.next_element()?, list.next_element()?);
                match (first, second, list.next_element::<IgnoredAny>()?) {
                    (Some(Text(one)), Some(Text(other)), None) => Ok(Pair::Apart(one, other)),
                    _ => Err(A::Error::custom("a pair that has not two names")),
                }
            }
        }
        deserializer.deserialize_any(PairVisitor)
    }
}

impl<'de> Pair<'de> {
    /// The two names. Of several commas the one counts that has a known object on both sides, else the first;
    /// `None` for a string without a comma or with nothing on one side of it.
    pub(super) fn names(self, objects: &[Cow<'de, str>]) -> Option<(Cow<'de, str>, Cow<'de, str>)> {
        match self {
            Self::Apart(one, other) => Some((one, other)),
            Self::Joined(Cow::Borrowed(text)) => {
                let (one, other) = split(text, objects)?;
                Some((Cow::Borrowed(one), Cow::Borrowed(other)))
            }
            Self::Joined(Cow::Owned(text)) => {
                let (one, other) = split(&text, objects)?;
                Some((Cow::Owned(one.to_owned()), Cow::Owned(other.to_owned())))
            }
        }
    }
}

/// Makes the pairs of a record those that it gives, now that all its objects are known.
pub(crate) fn take_pairs<'de>(pairs: Vec<Pair<'de>>, given: &mut Given<'de>) {
    if pairs.is_empty() {
        return;
    }
    let objects = given.objects.as_deref().unwrap_or_default();
    let found = pairs.into_iter().filter_map(|pair| pair.names(objects)).collect();
    given.pairs = Some(found);
}

fn split<'t>(text: &'t str, objects: &[Cow<'_, str>]) -> Option<(&'t str, &'t str)> {
    let known = |name: &str| objects.iter().any(|object| object == name);
    let cuts = || text.match_indices(',').map(|(at, _)| (text[..at].trim(), text[at + 1..].trim()));
    let cut = cuts().find(|(one, other)| known(one) && known(other)).or_else(|| cuts().next());
    cut.filter(|(one, other)| !one.is_empty() && !other.is_empty())
}
