//! Instances and entities in both directions, ranked; distribution, head/tail split and metrics over them.
//!
//! Invariant: an entity's number is its rank (0 = most frequent; ties in name order), so the head is a prefix.
//! The index knows nothing of policies, screens or files other than its own cache.

mod build;
pub mod cache;
mod counts;
mod curve;
mod distribution;
mod facts;
mod groups;
mod imbalance;
mod inequality;
mod lookup;
mod names;
mod perspective;
mod power_law;
mod split;
mod subclasses;
mod unseen;

use std::borrow::Cow;

pub use build::{MOST_PAIRED_OBJECTS, build};
pub use counts::Counts;
pub use distribution::Distribution;
pub use facts::DatasetFacts;
pub use groups::Groups;
pub use imbalance::Imbalance;
pub use inequality::{Entropy, coverage, gini};
pub use names::{Names, name_hash, pair_hash};
pub use perspective::{PerspectiveIndex, Rows, Spelling};
pub use power_law::PowerLaw;
pub use split::{Split, Threshold, cumulated};
pub use subclasses::{Assignment, Subclasses};
pub use unseen::{GoodTuring, Unseen};

pub use crate::column::{Csr, StringTable};
use crate::entity::Perspective;
pub use crate::entity::TextFacts;

/// Everything that policies, previews and screens ask of a dataset.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// One entry a perspective that was extracted, in [`Perspective::ALL`] order.
    pub perspectives: Vec<PerspectiveIndex>,
    /// Stable hash of each instance's id; its length is the number of instances.
    pub id_hashes: Vec<u64>,
    /// Facts about the text.
    pub text: TextFacts,
    /// Instances with more than [`MOST_PAIRED_OBJECTS`] objects, of which only so many were paired.
    pub crowded_instances: u32,
    /// The number of instances of the whole, where this is an index of a part under the counts of the whole.
    pub population: Option<u64>,
    /// The perspectives by the counts of these instances themselves, where those above have the counts of the whole; else empty.
    pub own: Vec<PerspectiveIndex>,
    /// One perspective once more with its entities split, where a recipe asks for that.
    pub subclasses: Subclasses,
}

impl Index {
    /// The number of instances.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.id_hashes.len()
    }

    /// The number of instances that the counts are of.
    #[must_use]
    pub fn population(&self) -> u64 {
        self.population.unwrap_or(self.id_hashes.len() as u64)
    }

    /// The index of one perspective, when it was extracted.
    #[must_use]
    pub fn perspective(&self, perspective: Perspective) -> Option<&PerspectiveIndex> {
        self.perspectives.iter().find(|entry| entry.perspective == perspective)
    }

    /// The perspectives by the counts of these very instances: what an outcome is told of.
    #[must_use]
    pub fn told(&self) -> &[PerspectiveIndex] {
        if self.own.is_empty() { &self.perspectives } else { &self.own }
    }

    /// Head and tail of one of [`Self::told`], cut where the counts that decide are cut.
    #[must_use]
    pub fn told_split(&self, entry: &PerspectiveIndex, threshold: Threshold) -> Split {
        let whole = self.perspective(entry.perspective).filter(|_| !self.own.is_empty());
        whole.map_or_else(
            || entry.split(threshold),
            |whole| entry.split(Threshold::Count(whole.split(threshold).threshold)),
        )
    }

    /// The perspectives, in order, and behind them the one whose entities are split, where there is one.
    pub fn layers(&self) -> impl Iterator<Item = &PerspectiveIndex> {
        let split = match &self.subclasses {
            Subclasses::Known(split) => Some(split.as_ref()),
            Subclasses::Unasked | Subclasses::Unusable(_) => None,
        };
        self.perspectives.iter().chain(split)
    }

    /// The instances that hold the entity of a rank, ascending; empty for what is not there.
    #[must_use]
    pub fn instances_of(&self, perspective: Perspective, rank: usize) -> Cow<'_, [u32]> {
        let Some(entry) = self.perspective(perspective) else { return Cow::Borrowed(&[]) };
        if entry.by_entity.rows() > 0 {
            return Cow::Borrowed(entry.by_entity.row(rank));
        }
        let objects = self.perspective(Perspective::Object);
        let (Some([a, b]), Some(objects)) = (entry.names.pair(rank), objects) else { return Cow::Borrowed(&[]) };
        let (few, many) = (objects.by_entity.row(a.max(b) as usize), objects.by_entity.row(a.min(b) as usize));
        // An instance with too many objects holds both and yet may not hold the pair.
        let held = |instance: u32| entry.by_instance.row(instance as usize).binary_search(&(rank as u32)).is_ok();
        Cow::Owned(intersection(few, many).filter(|&instance| held(instance)).collect())
    }
}

/// What two ascending lists share, ascending; the shorter one first.
fn intersection<'a>(few: &'a [u32], mut many: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    few.iter().copied().filter(move |wanted| {
        // Doubling steps: cheap when neighbours are near, logarithmic when they are far.
        let mut step = 1;
        while many.get(step).is_some_and(|number| number < wanted) {
            step *= 2;
        }
        let reach = many.len().min(step + 1);
        many = &many[many[..reach].partition_point(|number| number < wanted)..];
        many.first() == Some(wanted)
    })
}
