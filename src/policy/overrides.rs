//! Overrides bound to an index: which entities they mean.
//!
//! A name means the entity that is called exactly so; only where there is none is it a pattern. An entity that an exact name means
//! is not touched by patterns.
//!
//! Invariant: an override that means no entity, or two that cannot both be had of one entity, are errors with their line.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex};
use crate::recipe::{
    Override, OverrideAction, RecipeError, nearest,
    overrides::{against, unescaped},
};

/// One entity and what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The place of its perspective in the index.
    pub slot: usize,
    /// Its rank.
    pub rank: u32,
    /// What is asked.
    pub action: OverrideAction,
    /// The place of what asks it among the recipe's overrides.
    pub place: usize,
}

impl Bound {
    /// The instances that hold the entity.
    #[must_use]
    pub fn holders<'i>(&self, index: &'i Index) -> Cow<'i, [u32]> {
        index.instances_of(index.perspectives[self.slot].perspective, self.rank as usize)
    }
}

/// The entities that a recipe's overrides mean, in the order of the recipe, then by rank.
///
/// # Errors
/// [`RecipeError::Misfit`] when one means no entity of this index, or two contradict.
pub fn bind(index: &Index, overrides: &[Override]) -> Result<Vec<Bound>, RecipeError> {
    let mut meant = Vec::with_capacity(overrides.len());
    for entry in overrides {
        meant.push(Meant::of(index, entry)?);
    }
    let mut by_entity: BTreeMap<(usize, u32), Vec<usize>> = BTreeMap::new();
    for (place, meant) in meant.iter().enumerate() {
        for &rank in &meant.ranks {
            by_entity.entry((meant.slot, rank)).or_default().push(place);
        }
    }
    let mut bound = Vec::with_capacity(by_entity.len());
    for ((slot, rank), places) in by_entity {
        let exactly = places.iter().any(|&place| meant[place].exactly);
        let chosen: Vec<usize> = places.into_iter().filter(|&place| meant[place].exactly || !exactly).collect();
        let action = |place: usize| overrides[place].action;
        for (number, &place) in chosen.iter().enumerate() {
            let earlier = &chosen[..number];
            if let Some(&other) = earlier.iter().find(|&&other| !action(other).agrees_with(action(place))) {
                let message = format!(
                    "{} (both mean '{}')",
                    against(&overrides[place], &overrides[other]),
                    index.perspectives[slot].names.get(rank as usize)
                );
                return Err(RecipeError::Misfit { line: overrides[place].line.0, message });
            }
            // The same action twice, by two patterns, is one.
            if earlier.iter().all(|&other| action(other) != action(place)) {
                bound.push((place, Bound { slot, rank, action: action(place), place }));
            }
        }
    }
    bound.sort_by_key(|&(place, bound)| (place, bound.rank));
    Ok(bound.into_iter().map(|(_, bound)| bound).collect())
}

/// What one override means.
struct Meant {
    slot: usize,
    ranks: Vec<u32>,
    exactly: bool,
}

impl Meant {
    fn of(index: &Index, entry: &Override) -> Result<Self, RecipeError> {
        let misfit = |message: String| RecipeError::Misfit { line: entry.line.0, message };
        let (perspective, name) =
            entry.parts().ok_or_else(|| misfit(format!("'{}' names no perspective", entry.entity)))?;
        let slot = index.perspectives.iter().position(|known| known.perspective == perspective);
        let slot = slot.ok_or_else(|| {
            let there: Vec<_> = index.perspectives.iter().map(|known| known.perspective.key()).collect();
            misfit(format!("this dataset has no {perspective} perspective; it has: {}", there.join(", ")))
        })?;
        let known = &index.perspectives[slot];
        if let Some(rank) = known.find(name).or_else(|| known.find(&unescaped(name))) {
            return Ok(Self { slot, ranks: vec![rank as u32], exactly: true });
        }
        let ranks = matching(known, name);
        if ranks.is_empty() {
            return Err(misfit(missing(known, name)));
        }
        Ok(Self { slot, ranks, exactly: false })
    }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

fn matching(known: &PerspectiveIndex, name: &str) -> Vec<u32> {
    let Some(pattern) = pattern(known.perspective, name) else { return Vec::new() };
    let matches = |rank: &usize| pattern.matches(&known.perspective.folded(&known.names.get(*rank)));
    (0..known.entities()).filter(matches).map(|rank| rank as u32).collect()
}

/// The pattern that a name is, for names whose case is folded as that of the perspective's entities.
fn pattern(perspective: Perspective, name: &str) -> Option<glob::Pattern> {
    is_pattern(name).then(|| glob::Pattern::new(&perspective.folded(name)).ok()).flatten()
}

/// What is said of a name that nothing has.
fn missing(known: &PerspectiveIndex, name: &str) -> String {
    let perspective = known.perspective;
    if is_pattern(name) {
        return format!("no {perspective} entity matches '{name}'; remove the override or widen its pattern");
    }
    // Edit distances to all of a million names would take long: only those of about the same length, the frequent ones.
    let about = |candidate: &str| candidate.chars().count().abs_diff(name.chars().count()) <= 2;
    let names: Vec<String> = (0..known.entities().min(200_000))
        .map(|rank| known.names.get(rank).into_owned())
        .filter(|candidate| about(candidate))
        .collect();
    let hint = nearest(name, names.iter().map(String::as_str))
        .map_or_else(|| "remove the override".to_owned(), |near| format!("did you mean '{near}'?"));
    format!("no {perspective} entity is called '{name}'; {hint}")
}

/// What an entry of the recipe asks of one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What is asked.
    pub action: OverrideAction,
    /// The entry's place among the recipe's overrides.
    pub place: usize,
}

/// What the recipe's overrides ask of one entity, in the order of the recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// By entries of exactly its name.
    pub own: Vec<Mark>,
    /// By patterns that match it; they do not touch it while it has entries of its own.
    pub patterns: Vec<Mark>,
}

impl Held {
    /// What holds.
    #[must_use]
    pub fn in_force(&self) -> &[Mark] {
        if self.own.is_empty() { &self.patterns } else { &self.own }
    }
}

/// The overrides of one perspective by name, for what shows a few entities of many.
#[derive(Clone, Debug)]
pub struct Marks {
    perspective: Perspective,
    exact: Vec<(String, Mark)>,
    patterns: Vec<(glob::Pattern, Mark)>,
}

impl Marks {
    /// Those of a perspective.
    #[must_use]
    pub fn of(overrides: &[Override], perspective: Perspective) -> Self {
        let mut marks = Self { perspective, exact: Vec::new(), patterns: Vec::new() };
        for (place, entry) in overrides.iter().enumerate() {
            let Some((_, name)) = entry.parts().filter(|&(of, _)| of == perspective) else { continue };
            let mark = Mark { action: entry.action, place };
            for name in [unescaped(name), name.into()] {
                marks.exact.push((perspective.folded(&name).into_owned(), mark));
            }
            marks.patterns.extend(pattern(perspective, name).map(|pattern| (pattern, mark)));
        }
        marks
    }

    /// What is asked of an entity.
    #[must_use]
    pub fn held(&self, name: &str) -> Held {
        let name = self.perspective.folded(name);
        let mut own: Vec<Mark> = self.exact.iter().filter(|(known, _)| *known == name).map(|&(_, mark)| mark).collect();
        own.dedup();
        let matching = self.patterns.iter().filter(|(pattern, _)| pattern.matches(&name)).map(|&(_, mark)| mark);
        let patterns = matching.filter(|mark| !own.contains(mark)).collect();
        Held { own, patterns }
    }

    /// What is asked of an entity: the first entry that means it.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<OverrideAction> {
        self.held(name).in_force().first().map(|mark| mark.action)
    }
}
