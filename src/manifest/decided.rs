//! What decided a shard beyond the words of its recipe, as hashes: shards that are put together must agree on it.
//!
//! Invariant: hangs on what was decided and by what, never on paths, machines or the shard's number.

use serde::{Deserialize, Serialize};

use super::Contents;
use crate::index::Subclasses;
use crate::recipe::PolicyName;

/// Hashes of what decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decided {
    /// The counts of all entities, of the whole where those were given.
    counts: String,
    /// How often each instance is kept, and what is made.
    plan: String,
    /// The subclasses that the plan is by; the recipe knows only the name of their file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subclasses: Option<String>,
}

impl Decided {
    /// What decides these contents.
    pub(super) fn of(contents: &Contents<'_>) -> Self {
        Self { counts: counts(contents), plan: plan(contents), subclasses: subclasses(contents) }
    }

    /// What sets another apart from this one, where something does.
    pub(super) fn differs(&self, other: &Self) -> Option<&'static str> {
        if self.subclasses != other.subclasses {
            return Some(
                "its subclasses are not those of the first shard, as their file was another one; write both anew",
            );
        }
        if self.counts != other.counts {
            return Some(
                "its entities are counted otherwise than those of the first shard, as its --counts-in or its file of entities was \
                 another one; write both anew under the same",
            );
        }
        (self.plan != other.plan)
            .then_some("it is of another plan than the first shard: other instances are kept or made; write both anew")
    }
}

fn counts(contents: &Contents<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&contents.index.population.unwrap_or_default().to_le_bytes());
    for entry in &contents.index.perspectives {
        hasher.update(entry.perspective.key().as_bytes());
        hasher.update(bytemuck::cast_slice(&entry.counts));
    }
    hasher.finalize().to_hex().to_string()
}

fn plan(contents: &Contents<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytemuck::cast_slice(contents.plan.repeats()));
    for seed in &contents.plan.synthesis().seeds {
        hasher.update(format!("{} {} {}", seed.policy, seed.instance, seed.rank).as_bytes());
        for make in &seed.makes {
            let pictured = make.picture.is_some();
            hasher.update(format!(" {} {:?} {:?} {pictured}", make.number, make.guidance, make.stage).as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// The subclasses that the policy goes by: their names, and which instance is in which.
fn subclasses(contents: &Contents<'_>) -> Option<String> {
    let Subclasses::Known(split) = &contents.index.subclasses else { return None };
    if contents.recipe.rebalance.policy != PolicyName::Subclass {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    split.name_hashes.iter().for_each(|hash| {
        hasher.update(&hash.to_le_bytes());
    });
    for instance in 0..split.by_instance.rows() {
        let row = split.by_instance.row(instance);
        hasher.update(&(row.len() as u64).to_le_bytes());
        for rank in row {
            hasher.update(&rank.to_le_bytes());
        }
    }
    Some(hasher.finalize().to_hex().to_string())
}
