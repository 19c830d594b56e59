//! The recipe's `[[rebalance.override]]` entries: what happens to single entities, whatever the policy says.
//!
//! Invariant: what two entries of the same name ask for can always be done; what contradicts is refused with its place.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::entity::Perspective;

/// What is asked for one entity, or for all that match a pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// `perspective:name`; the name may be a pattern of `*`, `?` and `[…]`. An entity of exactly this name is always meant first.
    pub entity: String,
    /// What is asked.
    pub action: OverrideAction,
    /// Where it stands in the recipe's file, for messages.
    #[serde(skip)]
    pub line: Line,
}

/// What happens to an entity's instances on top of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideAction {
    /// Each is kept at least once.
    Pin,
    /// Each is dropped.
    Exclude,
    /// At most so many stay, expected, repeats counted.
    Cap(u32),
    /// At least so many stay, expected, repeats counted; beyond the entity's count they are repeated.
    Floor(u32),
}

impl OverrideAction {
    /// True for caps and floors, which look at all instances of their entity.
    #[must_use]
    pub const fn sums_up(self) -> bool {
        matches!(self, Self::Cap(_) | Self::Floor(_))
    }

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Exclude => "exclude",
            Self::Cap(_) => "cap",
            Self::Floor(_) => "floor",
        }
    }

    /// True when both can be had of one entity: a floor beside a pin, or under a cap.
    #[must_use]
    pub fn agrees_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Cap(cap), Self::Floor(floor)) | (Self::Floor(floor), Self::Cap(cap)) => floor <= cap,
            (Self::Pin, Self::Floor(_)) | (Self::Floor(_), Self::Pin) => true,
            (one, other) => one == other,
        }
    }
}

impl std::fmt::Display for OverrideAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pin | Self::Exclude => f.write_str(self.key()),
            Self::Cap(count) | Self::Floor(count) => {
                write!(f, "{} {}", self.key(), crate::number::count(u64::from(*count)))
            }
        }
    }
}

/// Where something stands in a recipe's file; written as its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

impl Place {
    /// That of a byte offset of a text.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.line.fmt(f)
    }
}

/// A place in a file; takes no part in comparisons, since the same choice may stand anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line(pub Option<Place>);

impl PartialEq for Line {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Override {
    /// An entry that stands in no file yet, for the entity that is called exactly so.
    #[must_use]
    pub fn new(perspective: Perspective, name: &str, action: OverrideAction) -> Self {
        let name = glob::Pattern::escape(name);
        Self { entity: format!("{}:{name}", perspective.key()), action, line: Line::default() }
    }

    /// True when exactly this entity is meant, by its name or by its name with every sign of patterns escaped.
    #[must_use]
    pub fn names(&self, perspective: Perspective, name: &str) -> bool {
        self.parts().is_some_and(|(of, written)| of == perspective && (written == name || unescaped(written) == name))
    }

    /// The perspective and the name, or pattern, of the entity; `None` when the perspective is not known.
    #[must_use]
    pub fn parts(&self) -> Option<(Perspective, &str)> {
        let (perspective, name) = self.entity.split_once(':')?;
        let known = Perspective::ALL.into_iter().find(|known| known.key() == perspective.trim())?;
        Some((known, name))
    }
}

/// The name that a pattern stands for when its signs are escaped: `x[[]y` is `x[y`; another pattern is as it was.
#[must_use]
pub fn unescaped(pattern: &str) -> Cow<'_, str> {
    let mut name = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(sign) = rest.chars().next() {
        let mut inside = rest.chars().skip(1);
        let escaped = inside.next().filter(|_| sign == '[' && inside.next() == Some(']'));
        name.push(escaped.unwrap_or(sign));
        rest = &rest[escaped.map_or(sign.len_utf8(), |escaped| escaped.len_utf8() + 2)..];
    }
    if glob::Pattern::escape(&name) == pattern { Cow::Owned(name) } else { Cow::Borrowed(pattern) }
}

/// What is wrong with the overrides: the dotted place below `rebalance`, and the message.
pub(super) fn fault(overrides: &[Override], extracted: &[Perspective]) -> Option<(String, String)> {
    overrides.iter().enumerate().find_map(|(number, entry)| {
        let place = |key: &str| format!("override.{number}.{key}");
        let of_entity = entity_fault(entry, extracted).map(|message| (place("entity"), message));
        let of_action = || action_fault(entry.action).map(|message| (place("action"), message));
        let of_both = || contradiction(entry, &overrides[..number]).map(|message| (place("action"), message));
        of_entity.or_else(of_action).or_else(of_both)
    })
}

fn entity_fault(entry: &Override, extracted: &[Perspective]) -> Option<String> {
    let text = &entry.entity;
    let Some((perspective, name)) = entry.parts() else {
        let keys = Perspective::ALL.map(Perspective::key);
        let Some((written, _)) = text.split_once(':') else {
            return Some(format!(
                "'{text}' names no perspective; write \"token:{text}\" or another of: {}",
                keys.join(", ")
            ));
        };
        let hint = crate::nearest::nearest(written, keys)
            .map_or_else(|| format!("known: {}", keys.join(", ")), |name| format!("did you mean '{name}'?"));
        return Some(format!("no such perspective '{written}'; {hint}"));
    };
    if name.trim().is_empty() {
        return Some(format!("'{text}' names no entity; write a name behind the colon, or * for all"));
    }
    if !extracted.is_empty() && !extracted.contains(&perspective) {
        let key = perspective.key();
        return Some(format!("'{key}' is not extracted; add \"{key}\" to entities.perspectives"));
    }
    let broken = glob::Pattern::new(name).err()?;
    Some(format!("'{name}' is no pattern: {}; write [*], [?] or [[] for the signs themselves", broken.msg))
}

fn action_fault(action: OverrideAction) -> Option<String> {
    match action {
        OverrideAction::Cap(0) => Some("cap = 0 keeps nothing; write action = \"exclude\"".into()),
        OverrideAction::Floor(0) => Some("floor = 0 asks for nothing; write a count of at least 1".into()),
        _ => None,
    }
}

fn contradiction(entry: &Override, earlier: &[Override]) -> Option<String> {
    let same = |other: &&Override| other.parts() == entry.parts() && !other.action.agrees_with(entry.action);
    let other = earlier.iter().find(same)?;
    Some(against(entry, other))
}

/// The message for two entries that cannot both be had.
pub(crate) fn against(entry: &Override, other: &Override) -> String {
    let place = other.line.0.map_or_else(String::new, |line| format!(" on line {line}"));
    format!(
        "{} of '{}' contradicts {} of '{}'{place}; remove one of the two",
        entry.action, entry.entity, other.action, other.entity
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_makes_an_entry_that_is_a_pattern_and_means_the_name() {
        for name in ["cat", "x[y", "a**b", "what?", "[]", "]", "消[防", "a*"] {
            let entry = Override::new(Perspective::Label, name, OverrideAction::Pin);
            let (_, pattern) = entry.parts().unwrap();
            assert!(glob::Pattern::new(pattern).unwrap().matches(name), "{name}: {pattern}");
            assert_eq!(unescaped(pattern), name);
            assert!(entry.names(Perspective::Label, name) && !entry.names(Perspective::Token, name));
        }
        for pattern in ["a*", "[ab]c", "x[y", "a[*]b*"] {
            assert_eq!(unescaped(pattern), pattern, "a pattern that is no single name");
        }
    }
}
