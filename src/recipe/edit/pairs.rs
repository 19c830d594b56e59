//! Which entry of a list as it is belongs to which entry of the list as it is wanted.
//!
//! Invariant: an entry has one partner at most; one that says the same goes before one of the same entity.

use toml_edit::Item;

use super::value::same;
use crate::recipe::overrides::unescaped;

/// For each wanted entry the place of the present one that it is, as it stands or changed; `None` for an added one.
pub(super) fn pairs(wanted: &[Item], present: &[Item]) -> Vec<Option<usize>> {
    let mut places = vec![None; wanted.len()];
    let mut taken = vec![false; present.len()];
    let equal = |one: &Item, other: &Item| same(Some(one), Some(other));
    let of_one_entity = |one: &Item, other: &Item| entity(one).is_some_and(|name| entity(other) == Some(name));
    for are_one in [&equal as &dyn Fn(&Item, &Item) -> bool, &of_one_entity] {
        for (place, entry) in places.iter_mut().zip(wanted).filter(|(place, _)| place.is_none()) {
            *place = (0..present.len()).find(|&old| !taken[old] && are_one(entry, &present[old]));
            if let Some(old) = *place {
                taken[old] = true;
            }
        }
    }
    places
}

fn entity(entry: &Item) -> Option<String> {
    Some(unescaped(entry.as_table_like()?.get("entity")?.as_str()?).into_owned())
}
