//! What tail entities lack, and how many more may be made for each.
//!
//! Invariant: need and room only fall; when an entity's room is 0 nothing that holds it is made any more.

use rustc_hash::FxHashMap;

use crate::entity::Perspective;
use crate::index::Index;
use crate::policy::synthesis::BoundCeiling;
use crate::recipe::Recipe;

/// A tail that is filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Its perspective.
    pub perspective: Perspective,
    /// τ, a count.
    pub threshold: u32,
    /// The entities below it after rebalancing, the largest deficit first, then in order of rank.
    pub lacks: Vec<Lack>,
}

/// A tail entity that lacks instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Its rank before.
    pub rank: u32,
    /// Its count before.
    pub before: u32,
    /// Its count after rebalancing.
    pub after: u32,
    /// τ − after.
    pub deficit: u32,
    /// At most so many may be made for it.
    pub ceiling: Option<u32>,
    /// How many are made that hold it.
    pub made: u32,
}

/// The needs of all tails that are filled.
pub(super) struct Needs {
    slots: Vec<Need>,
    /// The ceilings of entities of other perspectives, by the place of the perspective.
    others: Vec<(usize, FxHashMap<u32, u32>)>,
    /// The sum of what is needed.
    total: u64,
}

/// The needs of one tail.
struct Need {
    slot: usize,
    first_tail: u32,
    threshold: u32,
    /// What each tail entity still needs, from the first tail rank on.
    needs: Vec<u32>,
    /// How many more may be made for each.
    room: Vec<u32>,
    /// The ceilings of head entities, which few have.
    head_room: FxHashMap<u32, u32>,
    lacks: Vec<Lack>,
}

impl Needs {
    pub(super) fn new(
        index: &Index,
        recipe: &Recipe,
        (slots, bound): (&[usize], &[BoundCeiling]),
        counts: &[Vec<u32>],
    ) -> Self {
        let slots: Vec<Need> =
            slots.iter().map(|&slot| Need::new(index, recipe, (slot, bound), &counts[slot])).collect();
        let others = ceilings_beside(&slots, bound);
        let total = slots.iter().flat_map(|need| &need.needs).map(|&need| u64::from(need)).sum();
        Self { slots, others, total }
    }

    /// True when nothing is needed any more.
    pub(super) const fn is_met(&self) -> bool {
        self.total == 0
    }

    /// An instance's weight as a seed; `None` when it helps nobody or would break a ceiling.
    pub(super) fn weight(&self, index: &Index, instance: usize) -> Option<f64> {
        if self.other_room(index, instance) == 0 {
            return None;
        }
        let mut weight = 0.0;
        for need in &self.slots {
            let row = index.perspectives[need.slot].by_instance.row(instance);
            if need.is_full(row) {
                return None;
            }
            let tail = &row[row.partition_point(|&rank| rank < need.first_tail)..];
            let sum: u64 = tail.iter().map(|&rank| u64::from(need.needs[(rank - need.first_tail) as usize])).sum();
            weight += sum as f64 / f64::from(need.threshold.max(1));
        }
        (weight > 0.0).then_some(weight)
    }

    /// How many of an instance may be made: what its neediest entity needs, as far as the ceilings of all its entities allow.
    pub(super) fn allowed(&self, index: &Index, instance: usize) -> u32 {
        let (mut needed, mut room) = (0, self.other_room(index, instance));
        for need in &self.slots {
            let row = index.perspectives[need.slot].by_instance.row(instance);
            needed = row.iter().map(|&rank| need.need(rank)).fold(needed, u32::max);
            room = row.iter().map(|&rank| need.room(rank)).fold(room, u32::min);
        }
        needed.min(room)
    }

    /// The entity for which an instance is taken: the one that lacks the largest share of its threshold, the rarer of equal ones.
    pub(super) fn target(&self, index: &Index, instance: usize) -> Option<(Perspective, u32)> {
        let mut best: Option<(u64, u32, Perspective, u32)> = None;
        for need in &self.slots {
            let entry = &index.perspectives[need.slot];
            for &rank in entry.by_instance.row(instance) {
                let (lacks, threshold) = (need.need(rank), need.threshold.max(1));
                let (other, other_threshold) = best.map_or((0, 1), |(lacks, threshold, ..)| (lacks, threshold));
                let larger = u64::from(lacks) * u64::from(other_threshold) >= other * u64::from(threshold);
                if lacks > 0 && larger {
                    best = Some((u64::from(lacks), threshold, entry.perspective, rank));
                }
            }
        }
        best.map(|(_, _, perspective, rank)| (perspective, rank))
    }

    /// Takes down that so many of an instance are made.
    pub(super) fn take(&mut self, index: &Index, instance: usize, made: u32) {
        for need in &mut self.slots {
            for &rank in index.perspectives[need.slot].by_instance.row(instance) {
                self.total -= u64::from(need.take(rank, made));
            }
        }
        for (slot, rooms) in &mut self.others {
            for rank in index.perspectives[*slot].by_instance.row(instance) {
                if let Some(room) = rooms.get_mut(rank) {
                    *room -= made.min(*room);
                }
            }
        }
    }

    /// How many of an instance the ceilings of perspectives without a need allow.
    fn other_room(&self, index: &Index, instance: usize) -> u32 {
        let rooms = self.others.iter().flat_map(|(slot, rooms)| {
            index.perspectives[*slot].by_instance.row(instance).iter().filter_map(|rank| rooms.get(rank))
        });
        rooms.copied().min().unwrap_or(u32::MAX)
    }

    /// What was lacking before anything was made.
    pub(super) fn into_tails(self, index: &Index) -> Vec<Tail> {
        let tails = self.slots.into_iter().map(|need| {
            let mut lacks = need.lacks;
            lacks.sort_by_key(|lack| (std::cmp::Reverse(lack.deficit), lack.rank));
            Tail { perspective: index.perspectives[need.slot].perspective, threshold: need.threshold, lacks }
        });
        tails.collect()
    }
}

/// The ceilings of entities whose perspective has no need.
fn ceilings_beside(needs: &[Need], bound: &[BoundCeiling]) -> Vec<(usize, FxHashMap<u32, u32>)> {
    let mut others: Vec<(usize, FxHashMap<u32, u32>)> = Vec::new();
    for bound in bound.iter().filter(|bound| needs.iter().all(|need| need.slot != bound.slot)) {
        let place = others.iter().position(|(slot, _)| *slot == bound.slot).unwrap_or_else(|| {
            others.push((bound.slot, FxHashMap::default()));
            others.len() - 1
        });
        others[place].1.insert(bound.rank, bound.ceiling);
    }
    others
}

impl Need {
    fn new(index: &Index, recipe: &Recipe, (slot, bound): (usize, &[BoundCeiling]), counts: &[u32]) -> Self {
        let entry = &index.perspectives[slot];
        let split = recipe.split(entry);
        let first = split.first_tail_rank.min(entry.entities());
        let shared = recipe.synthesis.ceiling;
        let own: FxHashMap<u32, u32> =
            bound.iter().filter(|bound| bound.slot == slot).map(|bound| (bound.rank, bound.ceiling)).collect();
        let ceiling = |rank: u32| own.get(&rank).copied().or(shared);
        let ranks = first as u32..entry.entities() as u32;
        let room: Vec<u32> = ranks.clone().map(|rank| ceiling(rank).unwrap_or(u32::MAX)).collect();
        let deficit = |rank: u32| split.threshold.saturating_sub(counts[rank as usize]);
        let needs = ranks.clone().zip(&room).map(|(rank, &room)| deficit(rank).min(room)).collect();
        let lack = |rank: u32| Lack {
            rank,
            before: entry.counts[rank as usize],
            after: counts[rank as usize],
            deficit: deficit(rank),
            ceiling: ceiling(rank),
            made: 0,
        };
        let lacks = ranks.map(lack).filter(|lack| lack.deficit > 0).collect();
        let head_room = own.into_iter().filter(|&(rank, _)| (rank as usize) < first).collect();
        Self { slot, first_tail: first as u32, threshold: split.threshold, needs, room, head_room, lacks }
    }

    fn need(&self, rank: u32) -> u32 {
        rank.checked_sub(self.first_tail).map_or(0, |place| self.needs[place as usize])
    }

    fn room(&self, rank: u32) -> u32 {
        match rank.checked_sub(self.first_tail) {
            Some(place) => self.room[place as usize],
            None => self.head_room.get(&rank).copied().unwrap_or(u32::MAX),
        }
    }

    /// True when some entity of a row may not get any more.
    fn is_full(&self, row: &[u32]) -> bool {
        let from = if self.head_room.is_empty() { row.partition_point(|&rank| rank < self.first_tail) } else { 0 };
        row[from..].iter().any(|&rank| self.room(rank) == 0)
    }

    /// Takes down that so many are made of an entity; what its need fell by.
    fn take(&mut self, rank: u32, made: u32) -> u32 {
        let Some(place) = rank.checked_sub(self.first_tail) else {
            if let Some(room) = self.head_room.get_mut(&rank) {
                *room -= made.min(*room);
            }
            return 0;
        };
        let (need, room) = (&mut self.needs[place as usize], &mut self.room[place as usize]);
        let before = *need;
        if *room < u32::MAX {
            *room -= made.min(*room);
        }
        *need = before.saturating_sub(made).min(*room);
        before - *need
    }
}
