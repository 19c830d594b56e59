//! Chooses seeds for one policy.
//!
//! Invariant: a seed is an instance that stays or, where pictures begin from it, could have stayed; there, a picture is the seed of
//! one instance only.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::need::Needs;
use super::{Evidence, Make, Seed};
use crate::index::Index;
use crate::plan::draw::{Key, Purpose};
use crate::policy::synthesis::Terms;
use crate::progress::Observer;
use crate::recipe::{Recipe, SynthesisName};

/// What seeds are chosen from, and by what.
pub(super) struct Selection<'a> {
    pub(super) index: &'a Index,
    pub(super) recipe: &'a Recipe,
    pub(super) repeats: &'a [u32],
    /// How often each instance is written on average; empty where no policy begins from pictures.
    pub(super) chances: &'a [f64],
    /// Hashes of the ids that are never a seed.
    pub(super) dropped: &'a FxHashSet<u64>,
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) terms: Terms,
}

/// An instance that could be a seed: its place in the order, its id's hash, its number, its weight.
type Candidate = (f64, u64, u32, f64);

/// Seeds while they are chosen.
#[derive(Default)]
struct Chosen {
    seeds: Vec<Seed>,
    /// The place of each instance in `seeds`.
    places: FxHashMap<u32, usize>,
    /// The instance that begins from each picture.
    pictures: FxHashMap<u64, u32>,
}

impl Selection<'_> {
    /// Chooses seeds until the needs are met, the budget is spent, or nothing helps any more.
    pub(super) fn select(
        &self,
        name: SynthesisName,
        (needs, left): (&mut Needs, &mut u64),
        observer: &dyn Observer,
    ) -> Vec<Seed> {
        let mut chosen = Chosen::default();
        for visit in 0..self.terms.visits {
            if needs.is_met() || *left == 0 || observer.cancelled() {
                break;
            }
            let before = *left;
            for candidate in self.candidates(name, visit, needs) {
                if needs.is_met() || *left == 0 {
                    break;
                }
                self.visit(candidate, (&mut *needs, &mut *left), (name, &mut chosen));
            }
            if *left == before {
                break;
            }
        }
        chosen.seeds.sort_by_key(|seed| seed.instance);
        chosen.seeds
    }

    /// Makes of a candidate what still helps and is allowed.
    fn visit(
        &self,
        (_, _, instance, weight): Candidate,
        (needs, left): (&mut Needs, &mut u64),
        (name, chosen): (SynthesisName, &mut Chosen),
    ) {
        let number = instance as usize;
        let allowed = u64::from(needs.allowed(self.index, number)).min(*left);
        let made = (allowed as usize).min(self.terms.visit.len());
        let Some((perspective, rank)) = needs.target(self.index, number).filter(|_| made > 0) else { return };
        if self.terms.pictured && !self.may_begin_from(instance, &mut chosen.pictures) {
            return;
        }
        let place = *chosen.places.entry(instance).or_insert_with(|| {
            let kept = self.repeats[number] > 0;
            chosen.seeds.push(Seed { policy: name, instance, kept, perspective, rank, weight, makes: Vec::new() });
            chosen.seeds.len() - 1
        });
        let makes = &mut chosen.seeds[place].makes;
        for &guidance in &self.terms.visit[..made] {
            let stage = guidance.map(|guidance| self.recipe.synthesis.diffusion.stage(guidance));
            makes.push(Make { number: makes.len() as u32 + 1, guidance, stage, picture: None });
        }
        needs.take(self.index, number, made as u32);
        *left -= made as u64;
    }

    /// True when the instance has a picture that is no other seed's.
    fn may_begin_from(&self, instance: u32, pictures: &mut FxHashMap<u64, u32>) -> bool {
        let Some(picture) = (self.evidence.picture)(instance as usize) else { return false };
        *pictures.entry(picture).or_insert(instance) == instance
    }

    /// True when the instance stays, or, where pictures are begun from it, could have stayed: what the draw alone dropped is real data
    /// of the user's still, and a picture that begins from it is not the instance itself. What a rule leaves no chance, such as an
    /// excluded entity, seeds nothing.
    fn may_seed(&self, instance: usize) -> bool {
        self.repeats[instance] > 0
            || (self.terms.pictured && self.chances.get(instance).is_some_and(|&chance| chance > 0.0))
    }

    /// The candidates of a visit in the order in which they are asked.
    fn candidates(&self, name: SynthesisName, visit: u32, needs: &Needs) -> Vec<Candidate> {
        let of = |instance: usize| {
            let weight = needs.weight(self.index, instance)?;
            let hash = self.index.id_hashes[instance];
            let outlying = (self.evidence.outlier)(instance).is_some_and(|score| score > self.recipe.synthesis.outlier);
            if outlying || (!self.dropped.is_empty() && self.dropped.contains(&hash)) {
                return None;
            }
            let key = Key::new(self.recipe.seed, hash, Purpose::Seed).with(name as u64).with(u64::from(visit));
            // 1 − u lies in (0, 1], so that its logarithm is finite.
            Some((-(1.0 - key.unit()).ln() / weight, hash, instance as u32, weight))
        };
        let all = (0..self.repeats.len()).into_par_iter().with_min_len(4096);
        let mut found: Vec<Candidate> = all.filter(|&instance| self.may_seed(instance)).filter_map(of).collect();
        found.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        found
    }
}
