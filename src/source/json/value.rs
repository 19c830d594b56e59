//! Reads the plain values of a record's members: strings, names, lists of names.
//!
//! Invariant: text is borrowed from the record unless it holds an escape.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

/// A string, borrowed where it can be.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// What a list of names may hold, and where each name goes.
pub(super) struct Strings<'s, 'de> {
    /// What is expected, for messages.
    pub(super) expecting: &'static str,
    /// Whether numbers and booleans are names too.
    pub(super) scalars: bool,
    /// The member that holds the name where an element is an object; the first that is present counts.
    pub(super) members: &'static [&'static str],
    /// Takes each name.
    pub(super) each: &'s mut dyn FnMut(Cow<'de, str>),
}

impl<'de> Strings<'_, 'de> {
    fn again(&mut self) -> Strings<'_, 'de> {
        Strings { expecting: self.expecting, scalars: self.scalars, members: self.members, each: &mut *self.each }
    }

    fn scalar<E: Error>(self, text: String, unexpected: Unexpected<'_>) -> Result<bool, E> {
        if !self.scalars {
            return Err(E::invalid_type(unexpected, &self));
        }
        (self.each)(Cow::Owned(text));
        Ok(true)
    }
}

impl<'de> DeserializeSeed<'de> for Strings<'_, 'de> {
    /// False for null.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strings<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<bool, E> {
        (self.each)(Cow::Borrowed(text));
        Ok(true)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        (self.each)(Cow::Owned(text.to_owned()));
        Ok(true)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
        self.scalar(number.to_string(), Unexpected::Unsigned(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<bool, E> {
        self.scalar(number.to_string(), Unexpected::Signed(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<bool, E> {
        self.scalar(number.to_string(), Unexpected::Float(number))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        self.scalar(value.to_string(), Unexpected::Bool(value))
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element_seed(self.again())?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(Text(name)) = map.next_key()? {
            if !found && self.members.contains(&name.as_ref()) {
                found = map.next_value_seed(self.again())?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found || self.members.is_empty() {
            return if found { Ok(true) } else { Err(A::Error::invalid_type(Unexpected::Map, &self)) };
        }
        Err(A::Error::custom(format!("an object without {}", self.members.join(" or "))))
    }
}

/// An id: a string or a number; nothing for null and the empty string.
pub(crate) struct Name<'a>(pub(crate) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a number")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name((!text.is_empty()).then_some(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name((!text.is_empty()).then(|| Cow::Owned(text.to_owned()))))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Name(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Name(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Name(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Name(None))
            }
        }
        deserializer.deserialize_any(NameVisitor)
    }
}
