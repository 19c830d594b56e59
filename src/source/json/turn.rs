//! Reads a conversation: turns with plain content or with a list of text and image parts, or questions with their answers.
//!
//! Invariant: parts stay turns of their own, so that words of neighbouring parts never glue.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::said::Said;
use super::value::{Strings, Text};
use crate::source::exchange;
use crate::source::role::speaker;
use crate::source::{Image, Instance, Speaker, Turn};

/// A list of turns, each an object with `from` and `value` or with `role` and `content`, or an exchange; or one exchange.
pub(super) struct Turns<'i, 'de>(pub(super) &'i mut Instance<'de>);

impl<'de> DeserializeSeed<'de> for Turns<'_, 'de> {
    /// False for null.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Turns<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of turns")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element_seed(OneTurn(&mut *self.0))?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        OneTurn(self.0).visit_map(map).map(|()| true)
    }
}

struct OneTurn<'i, 'de>(&'i mut Instance<'de>);

impl<'de> DeserializeSeed<'de> for OneTurn<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneTurn<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a turn: an object with from and value, role and content, or a question and its answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let first = self.0.turns.len();
        let (mut who, mut said) = (None, false);
        let mut spoken = Vec::new();
        let mut exchanges = false;
        while let Some(Text(member)) = map.next_key()? {
            match member.as_ref() {
                "from" | "role" => {
                    let Text(name) = map.next_value()?;
                    who = Some(speaker(&name));
                }
                "value" | "content" => {
                    map.next_value_seed(Content(&mut *self.0))?;
                    said = true;
                }
                member => match exchange::speaker(member) {
                    Some(speaker) => {
                        let mut say = |text| spoken.push(Turn { speaker, text });
                        exchanges |= map.next_value_seed(Said(&mut say))?;
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        let (Some(who), true) = (who, said) else {
            if !exchanges {
                return Err(A::Error::custom(
                    "a turn without from and value, role and content, or question and answer",
                ));
            }
            exchange::in_order(&mut spoken);
            self.0.turns.append(&mut spoken);
            return Ok(());
        };
        for turn in &mut self.0.turns[first..] {
            turn.speaker = who;
        }
        Ok(())
    }
}

/// What a turn says: a string, null, or a list of parts, each a string, a text or an image.
struct Content<'i, 'de>(&'i mut Instance<'de>);

impl<'de> Content<'_, 'de> {
    fn say(self, text: Cow<'de, str>) {
        self.0.turns.push(Turn { speaker: Speaker::Assistant, text });
    }
}

impl<'de> DeserializeSeed<'de> for Content<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Content<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the turn says: a string or a list of parts")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.say(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.say(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Content(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Instance { turns, images, .. } = self.0;
        while let Some(Text(member)) = map.next_key()? {
            match member.as_ref() {
                "text" => {
                    map.next_value_seed(Strings {
                        expecting: "a string",
                        scalars: false,
                        members: &[],
                        each: &mut |text| turns.push(Turn { speaker: Speaker::Assistant, text }),
                    })?;
                }
                "image" | "image_url" | "path" | "url" => {
                    map.next_value_seed(Strings {
                        expecting: "an image's path",
                        scalars: false,
                        members: &["url", "path"],
                        each: &mut |path| images.push(Image::Path(path)),
                    })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
