//! Which instances are made for the tail, and from which seeds: deficits, budget, ceilings, and the choice of seeds.
//!
//! An entity's deficit is max(0, τ − c), c its count after rebalancing. Each policy of the recipe, in order, fills what those before
//! it left. Seeds are drawn without replacement with a probability proportional to Σ max(0, τ − c)/τ over the instance's tail
//! entities (Efraimidis and Spirakis 2006: the order of −ln(u)/w, u being a hash of seed, instance and purpose); a seed is taken
//! when it still helps and breaks no ceiling. Every seed is visited once before any is visited again.
//!
//! Invariant: nothing here depends on the order of the records, on threads or on shards; no more is made than the budget, and no
//! entity gets more than its ceiling.

mod need;
mod seeds;

pub use need::{Lack, Tail};

use std::path::PathBuf;

use rustc_hash::FxHashSet;

use super::delivery::Account;
use crate::entity::Perspective;
use crate::index::{Index, name_hash};
use crate::policy::synthesis::{ceilings, driving, synthesizer};
use crate::progress::Observer;
use crate::recipe::{Budget, Recipe, RecipeError, SynthesisName};
use need::Needs;
use seeds::Selection;

/// What is known of instances beyond their entities.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// A hash of an instance's first picture, by its path or its bytes; `None` where it has none.
    pub picture: &'a (dyn Fn(usize) -> Option<u64> + Sync),
    /// An instance's outlier score, once one is known.
    pub outlier: &'a (dyn Fn(usize) -> Option<f64> + Sync),
}

impl Evidence<'_> {
    /// Nothing is known of pictures and outliers: each instance stands for a picture of its own.
    pub const NONE: Evidence<'static> = Evidence { picture: &|instance| Some(instance as u64), outlier: &|_| None };
}

/// What is made for the tail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SynthesisPlan {
    /// How many instances may be made; `None` where only deficits and ceilings limit.
    pub budget: Option<u64>,
    /// The tails that are filled, one a perspective.
    pub tails: Vec<Tail>,
    /// The seeds, by policy in the order of the recipe, and then in the order of the source.
    pub seeds: Vec<Seed>,
    /// What is to be told of the pictures that were made.
    pub account: Account,
}

/// A real instance from which others are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    /// What is made of it.
    pub policy: SynthesisName,
    /// The instance.
    pub instance: u32,
    /// Whether rebalancing keeps it: pictures may begin from what its draw alone dropped.
    pub kept: bool,
    /// The perspective of the entity for which it was taken first.
    pub perspective: Perspective,
    /// That entity's rank before.
    pub rank: u32,
    /// Its weight among the seeds when it was taken: Σ max(0, τ − c)/τ over its tail entities.
    pub weight: f64,
    /// What is made, in order.
    pub makes: Vec<Make>,
}

/// An instance that is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Make {
    /// Its number among those of its seed and policy, from 1.
    pub number: u32,
    /// The level of image guidance; `None` for a copy.
    pub guidance: Option<f64>,
    /// The training stage in which it belongs, from 1; `None` for a copy.
    pub stage: Option<u32>,
    /// Its picture, once it was made.
    pub picture: Option<PathBuf>,
}

impl SynthesisPlan {
    /// Plans what is made after a rebalancing that writes each instance `repeats` times and leaves each entity these `counts`, by
    /// perspective and rank. Without a policy nothing is made, and what is lacking is told all the same.
    ///
    /// # Errors
    /// [`RecipeError`] when the recipe's synthesis does not fit the index.
    pub fn new(
        (index, recipe): (&Index, &Recipe),
        (repeats, counts): (&[u32], &[Vec<u32>]),
        evidence: &Evidence<'_>,
        observer: &dyn Observer,
    ) -> Result<Self, RecipeError> {
        let volume: u64 = repeats.iter().map(|&repeat| u64::from(repeat)).sum();
        let budget = match recipe.synthesis.budget {
            Budget::Restore => Some((index.instances() as u64).saturating_sub(volume)),
            Budget::Instances(count) => Some(count),
            Budget::Unlimited => None,
        };
        let (slots, bound) = (driving(index, recipe)?, ceilings(index, recipe)?);
        let mut needs = Needs::new(index, recipe, (&slots, &bound), counts);
        let dropped: FxHashSet<u64> = recipe.synthesis.dropped_seeds.iter().map(|id| name_hash(id)).collect();
        let pictured = recipe.synthesis.policies.iter().any(|&name| synthesizer(name).terms(recipe).pictured);
        let chances = if pictured { super::weights(index, recipe, 0..repeats.len())? } else { Vec::new() };
        let mut left = budget.unwrap_or(u64::MAX);
        let mut seeds = Vec::new();
        for &name in &recipe.synthesis.policies {
            let selection = Selection {
                index,
                recipe,
                repeats,
                chances: &chances,
                dropped: &dropped,
                evidence,
                terms: synthesizer(name).terms(recipe),
            };
            seeds.extend(selection.select(name, (&mut needs, &mut left), observer));
        }
        let mut plan = Self { budget, tails: needs.into_tails(index), seeds, account: Account::default() };
        plan.recount(index);
        Ok(plan)
    }

    /// How many instances are made.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.seeds.iter().map(|seed| seed.makes.len() as u64).sum()
    }

    /// How many instances a policy makes.
    #[must_use]
    pub fn made_by(&self, policy: SynthesisName) -> u64 {
        let of = self.seeds.iter().filter(|seed| seed.policy == policy);
        of.map(|seed| seed.makes.len() as u64).sum()
    }

    /// How many would lift every tail entity to its threshold, ceilings aside, if no instance served two of them.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        self.tails.iter().flat_map(|tail| &tail.lacks).map(|lack| u64::from(lack.deficit)).sum()
    }

    /// True when the worker has to make something.
    #[must_use]
    pub fn asks_worker(&self) -> bool {
        self.seeds.iter().any(|seed| synthesizer_asks(seed.policy))
    }

    /// The instances that a policy copies, each with how often; in the order of the source.
    pub fn copies(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let copied = self.seeds.iter().filter(|seed| !synthesizer_asks(seed.policy));
        copied.map(|seed| (seed.instance as usize, seed.makes.len() as u32))
    }

    /// Counts anew what is made of each entity that lacks something.
    pub(super) fn recount(&mut self, index: &Index) {
        let seeds = &self.seeds;
        for tail in &mut self.tails {
            let Some(entry) = index.perspective(tail.perspective) else { continue };
            let mut made = vec![0_u32; entry.entities()];
            for seed in seeds {
                let row = entry.by_instance.row(seed.instance as usize);
                for &rank in row {
                    made[rank as usize] += seed.makes.len() as u32;
                }
            }
            for lack in &mut tail.lacks {
                lack.made = made[lack.rank as usize];
            }
        }
    }

    /// Adds what is made to counts by perspective and rank: an instance that is made holds its seed's entities.
    pub fn add_to(&self, index: &Index, counts: &mut [Vec<u32>]) {
        for (entry, counts) in index.perspectives.iter().zip(counts) {
            for seed in &self.seeds {
                for &rank in entry.by_instance.row(seed.instance as usize) {
                    counts[rank as usize] += seed.makes.len() as u32;
                }
            }
        }
    }
}

/// True when the worker makes what this policy makes.
const fn synthesizer_asks(policy: SynthesisName) -> bool {
    match policy {
        SynthesisName::Repeat => false,
        SynthesisName::Diffusion => true,
    }
}
