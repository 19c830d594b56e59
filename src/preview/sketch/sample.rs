//! The sampled instances and their entities, as one perspective sees them.
//!
//! Invariant: what is known of all entities without visiting their instances is known once, by their count.

use crate::index::{Csr, PerspectiveIndex};

/// The sample as one perspective sees it. Entities are numbered by their place among those that the sample holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// The entities of each sampled instance, ascending.
    pub(super) rows: Csr,
    /// The sampled instances of each entity.
    pub(super) holders: Csr,
    /// The rank of each entity, ascending.
    pub(super) ranks: Vec<u32>,
    /// The count of each entity in the whole index.
    pub(super) counts: Vec<u32>,
    /// How many sampled instances hold each entity.
    pub(super) held: Vec<u32>,
    /// Entities outside the sample: a count, and how many have it.
    pub(super) unseen: Vec<(u32, u32)>,
    /// All entities by their count, descending.
    pub(super) runs: Vec<Run>,
    /// Instances of the whole index without an entity.
    pub(super) empty: u64,
}

/// The entities of one count, and what the whole index knows of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Their count.
    pub(super) count: u32,
    /// How many they are.
    pub(super) entities: u32,
    /// Instances whose rarest entity is one of them.
    pub(super) rarest_of: u32,
    /// Sum of 1/k over their occurrences, with k the number of entities that the instance holds: what a mean needs.
    pub(super) shares: f64,
}

impl Sample {
    /// The sampled `instances` of a perspective.
    pub(super) fn of(entry: &PerspectiveIndex, instances: &[(u64, usize)]) -> Self {
        let mut held_by_rank = vec![0_u32; entry.entities()];
        let rows_of = |instance: usize| entry.by_instance.row(instance).iter();
        instances
            .iter()
            .flat_map(|&(_, instance)| rows_of(instance))
            .for_each(|&rank| held_by_rank[rank as usize] += 1);
        let mut sample = Self::default();
        let mut place = vec![0_u32; entry.entities()];
        for (rank, (&held, &count)) in held_by_rank.iter().zip(&entry.counts).enumerate() {
            if held > 0 {
                place[rank] = sample.ranks.len() as u32;
                sample.ranks.push(rank as u32);
                sample.counts.push(count);
                sample.held.push(held);
                continue;
            }
            match sample.unseen.last_mut() {
                Some((last, entities)) if *last == count => *entities += 1,
                _ => sample.unseen.push((count, 1)),
            }
        }
        sample.runs = runs(entry);
        for &(_, instance) in instances {
            sample.rows.push(rows_of(instance).map(|&rank| place[rank as usize]));
        }
        sample.holders = sample.rows.transposed(sample.ranks.len());
        let ends = entry.by_instance.offsets().windows(2);
        sample.empty = ends.filter(|ends| ends[0] == ends[1]).count() as u64;
        sample
    }

    /// For each octave of counts, the mean keep of its sampled holders; octaves without any take the overall one.
    pub(super) fn typical(&self, sums: &[f32], overall: f32) -> [f32; 33] {
        let mut octaves = [(0.0_f32, 0.0_f32); 33];
        for ((&sum, &held), &count) in sums.iter().zip(&self.held).zip(&self.counts) {
            let (kept, all) = &mut octaves[octave(count)];
            *kept += sum;
            *all += held as f32;
        }
        octaves.map(|(kept, all)| (kept + overall) / (all + 1.0))
    }
}

/// The octave of a count.
pub(super) fn octave(count: u32) -> usize {
    (u32::BITS - count.leading_zeros()) as usize
}

fn runs(entry: &PerspectiveIndex) -> Vec<Run> {
    let mut shares = vec![0.0_f64; entry.entities()];
    for instance in 0..entry.by_instance.rows() {
        let row = entry.by_instance.row(instance);
        let share = 1.0 / row.len() as f64;
        for &rank in row {
            shares[rank as usize] += share;
        }
    }
    let reach = |rank: usize| entry.reach.get(rank).copied().unwrap_or(0);
    let mut start = 0;
    let run = |run: &[u32]| {
        let end = start + run.len();
        let shares = shares[start..end].iter().sum();
        let rarest_of = reach(start).saturating_sub(reach(end));
        start = end;
        Run { count: run[0], entities: run.len() as u32, rarest_of, shares }
    };
    entry.counts.chunk_by(|a, b| a == b).map(run).collect()
}
