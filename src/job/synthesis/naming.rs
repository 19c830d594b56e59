//! The numbers by which a model knows entities: those of the perspectives whose tail is filled, one perspective after the other.
//!
//! Invariant: the same index and recipe give the same numbers.

use crate::index::{Index, PerspectiveIndex};
use crate::job::{End, Failure};
use crate::policy::synthesis::driving;
use crate::recipe::Recipe;

/// Which number each entity has.
pub(super) struct Naming<'a> {
    /// Each perspective with the number of its first entity.
    entries: Vec<(&'a PerspectiveIndex, u32)>,
}

impl<'a> Naming<'a> {
    pub(super) fn of(index: &'a Index, recipe: &Recipe) -> Result<Self, End> {
        let slots = driving(index, recipe).map_err(|error| {
            let (message, exit_code) = (error.to_string(), error.exit_code());
            End::Failed(Failure { message, next: "choose another perspective".into(), exit_code, unfinished: false })
        })?;
        let mut first = 0;
        let entries = slots.into_iter().map(|slot| {
            let entry = &index.perspectives[slot];
            let own = first;
            first += entry.entities() as u32;
            (entry, own)
        });
        Ok(Self { entries: entries.collect() })
    }

    /// The numbers of an instance's entities.
    pub(super) fn of_instance(&self, instance: usize) -> Vec<u32> {
        let rows = self.entries.iter();
        rows.flat_map(|(entry, first)| entry.by_instance.row(instance).iter().map(move |rank| first + rank)).collect()
    }

    /// The number of an entity, `perspective:name`.
    pub(super) fn number(&self, entity: &str) -> Option<u32> {
        let (perspective, name) = entity.split_once(':')?;
        let (entry, first) = self.entries.iter().find(|(entry, _)| entry.perspective.key() == perspective)?;
        Some(first + entry.find(name)? as u32)
    }

    /// The names in the order of their numbers, each on one line whatever is in it.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + '_ {
        let of = |entry: &'a PerspectiveIndex| (0..entry.entities()).map(move |rank| entry.names.get(rank));
        self.entries.iter().flat_map(move |(entry, _)| of(entry)).map(|name| name.replace(['\n', '\r'], " "))
    }

    /// The perspectives, as a title has them.
    pub(super) fn title(&self) -> String {
        let names: Vec<String> = self.entries.iter().map(|(entry, _)| entry.perspective.to_string()).collect();
        names.join(" and ")
    }
}
