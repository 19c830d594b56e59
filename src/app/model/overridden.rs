//! What the recipe's overrides ask of one entity, and by which of its entries, in words.
//!
//! Invariant: reads the recipe of now, never the preview: what is told holds before anything is reckoned.

use super::Model;
use crate::entity::Perspective;
use crate::policy::{Held, Mark, Marks};
use crate::recipe::overrides::unescaped;

impl Model {
    /// What the recipe's overrides ask of an entity.
    #[must_use]
    pub fn held(&self, perspective: Perspective, entity: &str) -> Held {
        Marks::of(&self.recipe.rebalance.overrides, perspective).held(entity)
    }

    /// What is asked and by which entries: `cap 30 by token:t*, line 4`.
    #[must_use]
    pub fn told_marks(&self, marks: &[Mark]) -> String {
        let told = |mark: &Mark| {
            let entry = self.recipe.rebalance.overrides.get(mark.place);
            let line = entry.and_then(|entry| entry.line.0).map_or_else(String::new, |line| format!(", line {line}"));
            format!("{} by {}{line}", mark.action, self.entry_name(mark.place))
        };
        marks.iter().map(told).collect::<Vec<_>>().join("; ")
    }

    /// The entries that ask for it: `token:t*`.
    #[must_use]
    pub fn entry_names(&self, marks: &[Mark]) -> String {
        marks.iter().map(|mark| self.entry_name(mark.place)).collect::<Vec<_>>().join(", ")
    }

    /// Whom an entry of the recipe's overrides means, without the signs that make a name a pattern of itself.
    #[must_use]
    pub fn entry_name(&self, place: usize) -> String {
        let entry = self.recipe.rebalance.overrides.get(place);
        let parts = entry.and_then(|entry| entry.parts());
        parts.map_or_else(String::new, |(perspective, name)| format!("{}:{}", perspective.key(), unescaped(name)))
    }
}
