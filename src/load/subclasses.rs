//! Joins the subclasses that a worker found to an index: lines of `{"id": …, "label": …, "subclass": …}`.
//!
//! Invariant: nothing here keeps a dataset from being opened; what is wrong with the file is told by the policy that needs it.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::index::{Assignment, Index, PerspectiveIndex, Subclasses, name_hash};
use crate::policy::{self, rebalance::subclass::HOW};
use crate::recipe::Recipe;

/// A line of the file.
#[derive(Deserialize)]
struct Line {
    id: String,
    label: String,
    subclass: u32,
}

/// The index with the subclasses that the recipe asks for.
pub(super) fn joined(mut index: Index, recipe: &Recipe) -> Index {
    if let Some(path) = &recipe.rebalance.subclasses {
        index.subclasses = match known(&index, recipe, path) {
            Ok(split) => Subclasses::Known(Arc::new(split)),
            Err(reason) => Subclasses::Unusable(reason),
        };
    }
    index
}

fn known(index: &Index, recipe: &Recipe, path: &Path) -> Result<PerspectiveIndex, String> {
    let shown = path.display();
    let base = policy::balanced_perspective(index, recipe).map_err(|error| error.to_string())?;
    let text = std::fs::read_to_string(path).map_err(|cause| format!("cannot read {shown}: {cause}; {HOW}"))?;
    let mut instances: FxHashMap<u64, u32> = FxHashMap::default();
    instances.extend(index.id_hashes.iter().copied().zip(0_u32..));
    let mut ranks: FxHashMap<String, Option<u32>> = FxHashMap::default();
    let mut found = Assignment::default();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        let wrong = |reason: String| format!("{shown}:{}: {reason}", number + 1);
        let Line { id, label, subclass } = serde_json::from_str(line).map_err(|cause| wrong(cause.to_string()))?;
        let rank = *ranks.entry(label).or_insert_with_key(|label| base.find(label).map(|rank| rank as u32));
        let Some((&instance, rank)) = instances.get(&name_hash(&id)).zip(rank) else { continue };
        if found.insert((instance, rank), subclass).is_some_and(|earlier| earlier != subclass) {
            return Err(wrong(format!("'{id}' is in two subclasses of one label; {HOW}")));
        }
    }
    if found.is_empty() {
        let perspective = base.perspective;
        return Err(format!(
            "none of the lines of {shown} is of an instance and a {perspective} of this dataset; {HOW}"
        ));
    }
    index.split(base.perspective, &found).ok_or_else(|| {
        format!("the {} perspective cannot be split; set rebalance.perspective to another", base.perspective)
    })
}
