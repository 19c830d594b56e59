//! Which entities a policy moves most, and which tail entities it hurts.
//!
//! Invariant: lists are short and ordered: by size of the move, then by rank.

use crate::index::Split;

/// The share of its count that a tail entity must lose to be named as collateral.
pub const COLLATERAL_LOSS: f64 = 0.2;

/// The most entities that a list names.
const LISTED: usize = 12;

/// An entity's count before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// The entity's rank before.
    pub rank: u32,
    /// Its count before.
    pub before: u32,
    /// Its expected count after.
    pub after: f32,
}

impl Move {
    fn size(&self) -> f64 {
        (f64::from(self.before) - f64::from(self.after)).abs()
    }

    fn lost_share(&self) -> f64 {
        1.0 - f64::from(self.after) / f64::from(self.before.max(1))
    }
}

/// The entities whose count moves most.
pub(super) fn moves_most(before: &[u32], after: &[f32]) -> Vec<Move> {
    let mut largest = Largest::default();
    moves(before, after, 0).for_each(|entry| largest.offer(entry));
    largest.moves
}

/// As [`moves_most`], looking at some ranks only.
pub(super) fn moves_most_of(before: &[u32], after: &[f32], ranks: &[u32]) -> Vec<Move> {
    let mut largest = Largest::default();
    for &rank in ranks {
        largest.offer(Move { rank, before: before[rank as usize], after: after[rank as usize] });
    }
    largest.moves
}

/// The tail entities that lose most of those that lose more than [`COLLATERAL_LOSS`], and the number of all of these.
pub(super) fn collateral(before: &[u32], after: &[f32], split: &Split) -> (Vec<Move>, u64) {
    let mut largest = Largest::default();
    let hurt = moves(before, after, split.first_tail_rank).filter(|entry| entry.lost_share() > COLLATERAL_LOSS);
    let entities = hurt.map(|entry| largest.offer(entry)).count() as u64;
    (largest.moves, entities)
}

fn moves<'a>(before: &'a [u32], after: &'a [f32], first: usize) -> impl Iterator<Item = Move> + 'a {
    let both = before.iter().zip(after).enumerate().skip(first);
    both.map(|(rank, (&before, &after))| Move { rank: rank as u32, before, after })
}

/// A bounded list of the largest moves seen.
#[derive(Default)]
struct Largest {
    moves: Vec<Move>,
    /// The size of the least of them once the list is full.
    least: f64,
}

impl Largest {
    fn offer(&mut self, entry: Move) {
        let size = entry.size();
        if size < 1e-6 || size <= self.least {
            return;
        }
        let place = self.moves.partition_point(|other| other.size() >= size);
        self.moves.insert(place, entry);
        self.moves.truncate(LISTED);
        self.least = if self.moves.len() == LISTED { self.moves.last().map_or(0.0, Move::size) } else { 0.0 };
    }
}
