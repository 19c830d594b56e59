//! One perspective of the index: ranked entities, their counts, and both directions.
//!
//! Invariant: `counts` descends; rows hold ranks, distinct and ascending; every sum agrees with the counts.

use serde::{Deserialize, Serialize};

use super::curve;
use super::distribution::Distribution;
use super::groups::Groups;
use super::names::Names;
use super::split::{Split, Threshold, cumulated};
use crate::column::Csr;
use crate::entity::{Origin, Perspective};

/// One perspective of an index. Made by [`super::build`] or [`PerspectiveIndex::new`], which fill the derived members.
#[derive(Clone, Debug)]
pub struct PerspectiveIndex {
    /// Which perspective.
    pub perspective: Perspective,
    /// Where its entities come from.
    pub origin: Origin,
    /// Names by rank.
    pub names: Names,
    /// Number of instances that hold each entity, by rank, descending.
    pub counts: Vec<u32>,
    /// Ranks held by each instance, ascending.
    pub by_instance: Csr,
    /// Instances that hold each entity, ascending; empty for pairs that were made from the object perspective, whose instances
    /// are an intersection: ask [`super::Index::instances_of`].
    pub by_entity: Csr,
    /// Stable hash of each entity's name (XXH3; of a token in small letters), by rank: what draws are keyed by.
    pub name_hashes: Vec<u64>,
    /// Sum of the counts before each rank and, last, of all: `V + 1` numbers.
    pub cumulative: Vec<u64>,
    /// Number of instances that hold an entity of this rank or a rarer one: `V + 1` numbers, the last 0.
    pub reach: Vec<u32>,
    /// Every measure that does not hang on the threshold.
    pub distribution: Distribution,
    /// All spellings of the entities that have several, by rank: what parts of a dataset need to agree on one.
    pub spellings: Vec<Spelling>,
}

/// One of several spellings of an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelling {
    /// The entity's rank.
    pub rank: u32,
    /// The number of instances that spell it so.
    pub count: u32,
    /// The spelling.
    pub name: String,
}

impl PerspectiveIndex {
    /// Completes a perspective from its ranked parts: sums, hashes and, unless they are known, measures are computed here.
    #[must_use]
    pub fn new(perspective: Perspective, origin: Origin, names: Names, rows: Rows) -> Self {
        let Rows { counts, by_instance, by_entity, measured } = rows;
        let ((name_hashes, cumulative), (reach, distribution)) = rayon::join(
            || (names.hashes(perspective), cumulated(&counts)),
            || {
                let distribution = measured.unwrap_or_else(|| Distribution::of(&counts, &by_instance));
                (reach(counts.len(), &by_instance), distribution)
            },
        );
        Self {
            perspective,
            origin,
            names,
            counts,
            by_instance,
            by_entity,
            name_hashes,
            cumulative,
            reach,
            distribution,
            spellings: Vec::new(),
        }
    }

    /// The number of entities.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.counts.len()
    }

    /// The sum of all counts.
    #[must_use]
    pub fn occurrences(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    /// Splits head from tail, in time logarithmic in the number of entities.
    #[must_use]
    pub fn split(&self, threshold: Threshold) -> Split {
        Split::with_sums(&self.counts, &self.cumulative, threshold)
    }

    /// The share of all instances that hold at least one tail entity.
    #[must_use]
    pub fn tail_instance_share(&self, split: &Split) -> f64 {
        let instances = self.by_instance.rows();
        let reached = self.reach.get(split.first_tail_rank).copied().unwrap_or(0);
        if instances == 0 { 0.0 } else { f64::from(reached) / instances as f64 }
    }

    /// Many, medium and few.
    #[must_use]
    pub fn groups(&self) -> Groups {
        Groups::of(&self.counts)
    }

    /// The Lorenz curve at `points + 1` places, from the rarest entity: share of entities, share of occurrences.
    #[must_use]
    pub fn lorenz(&self, points: usize) -> Vec<(f64, f64)> {
        curve::lorenz(&self.cumulative, points)
    }

    /// Cumulative mass at `points + 1` places, from the most frequent entity: share of entities, share of occurrences.
    #[must_use]
    pub fn mass(&self, points: usize) -> Vec<(f64, f64)> {
        curve::mass(&self.cumulative, points)
    }

    /// The rank of an entity by its shown name, where there is one; a token's in whatever case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        let hashes = self.names.possible_hashes(self.perspective, name);
        let wanted = self.perspective.folded(name);
        let is_named = |rank: usize| self.perspective.folded(&self.names.get(rank)) == wanted;
        let held = |rank: &usize| hashes.contains(&self.name_hashes[*rank]) && is_named(*rank);
        (0..self.name_hashes.len()).find(held)
    }
}

/// The ranked parts of a perspective.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Number of instances that hold each entity, by rank, descending.
    pub counts: Vec<u32>,
    /// Ranks held by each instance, ascending.
    pub by_instance: Csr,
    /// Instances that hold each entity, ascending; may be empty for pairs.
    pub by_entity: Csr,
    /// The measures, where they are known already.
    pub measured: Option<Distribution>,
}

/// How many rows hold a number of at least r, for each r up to `entities`; rows ascend.
fn reach(entities: usize, by_instance: &Csr) -> Vec<u32> {
    let mut reach = vec![0_u32; entities + 1];
    for row in 0..by_instance.rows() {
        if let Some(&rarest) = by_instance.row(row).last() {
            reach[rarest as usize] += 1;
        }
    }
    for rank in (0..entities).rev() {
        reach[rank] += reach[rank + 1];
    }
    reach
}
