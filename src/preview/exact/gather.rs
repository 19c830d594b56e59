//! From what is expected of instances to what is expected of entities: sums over the holders of each.
//!
//! Invariant: a sum is taken in eight lanes of fixed places, which keeps a core's adders busy and depends on nothing else.

use rayon::prelude::*;

use super::Exact;
use crate::index::{PerspectiveIndex, Split};
use crate::preview::concurrence::scumble;
use crate::preview::measures::Lost;
use crate::preview::outcome::Known;
use crate::preview::{Measures, Outcome};

/// The expected count above which an entity is never lost: e⁻⁴⁰ is nothing.
const SURE: f64 = 40.0;
/// Entities of at most so many holders are summed and multiplied in one go.
const FEW: usize = 64;
const LANES: usize = 8;

impl Exact {
    /// What becomes of a perspective.
    pub(super) fn outcome(&self, slot: usize, entry: &PerspectiveIndex, cut: (Split, f64)) -> Outcome {
        let holders = self.holders(slot, entry);
        let found: Vec<(f32, f32)> = (0..entry.entities())
            .into_par_iter()
            .with_min_len(32)
            .map(|rank| self.expected_of(holders.row(rank)))
            .collect();
        let counts: Vec<f32> = found.iter().map(|&(count, _)| count).collect();
        Outcome::of(entry, cut, (counts, Known::All), |counts, split| {
            let measure = || Measures::after(entry, split, counts);
            let (after, scumble) = rayon::join(measure, || scumble(&entry.by_instance, &self.expected, counts));
            let mut lost = Lost::of(entry);
            for (&(_, missed), &count) in found.iter().zip(&entry.counts).filter(|&(&(_, missed), _)| missed > 0.0) {
                lost.add(count, f64::from(missed));
            }
            lost.put(Measures { scumble: Some(scumble), ..after })
        })
    }

    /// An entity's expected count, and the probability that none of its instances stays.
    pub(super) fn expected_of(&self, holders: &[u32]) -> (f32, f32) {
        let missed = |&instance: &u32| 1.0 - self.keep[instance as usize];
        if holders.len() <= FEW {
            let one = |(count, lost): (f64, f32), instance: &u32| {
                (count + f64::from(self.expected[*instance as usize]), lost * missed(instance))
            };
            let (count, lost) = holders.iter().fold((0.0, 1.0), one);
            return (count as f32, lost);
        }
        let count = gathered(holders, &self.expected);
        let lost = if count < SURE { holders.iter().map(missed).product() } else { 0.0 };
        (count as f32, lost)
    }
}

fn gathered(holders: &[u32], expected: &[f32]) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let (whole, rest) = holders.as_chunks::<LANES>();
    for places in whole {
        for (lane, &instance) in lanes.iter_mut().zip(places) {
            *lane += f64::from(expected[instance as usize]);
        }
    }
    let rest: f64 = rest.iter().map(|&instance| f64::from(expected[instance as usize])).sum();
    lanes.iter().sum::<f64>() + rest
}
