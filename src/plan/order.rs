//! What the worker is asked to make, as plain data, and what came back, as far as a plan knows of it.
//!
//! Invariant: an order names everything that its fulfilment hangs on; the same dataset, recipe and seed give the same order.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::delivery::Picture;
use super::draw::{Key, Purpose};
use super::synthesis::{Seed, SynthesisPlan};
use crate::index::{Index, name_hash};
use crate::recipe::{Diffusion, Recipe, SynthesisName};
use crate::source::{Dataset, Image, Instance};

/// The form of an order; a worker refuses one that it does not know.
pub const ORDER_VERSION: u32 = 1;

/// Everything that the worker has to make for a plan: the content of a job's `order.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The form of this file; [`ORDER_VERSION`].
    pub version: u32,
    /// The dataset's fingerprint.
    pub fingerprint: String,
    /// The seed of all draws.
    pub seed: u64,
    /// The recipe's `[synthesis.diffusion]`: backend, sampling, training, filters.
    pub diffusion: Diffusion,
    /// The entities that pictures are asked for, each once, ascending: `perspective:name`.
    pub entities: Vec<String>,
    /// The seeds, in the order of the source.
    pub seeds: Vec<OrderSeed>,
}

/// A seed, and the pictures that are to begin from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderSeed {
    /// The instance's number in the dataset.
    pub instance: usize,
    /// Its id.
    pub id: String,
    /// Its first picture as the dataset writes it, below the image root; `None` where the dataset holds the picture itself.
    pub image: Option<String>,
    /// The entity that the pictures are for: `perspective:name`.
    pub entity: String,
    /// The pictures.
    pub pictures: Vec<OrderPicture>,
}

/// A picture that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPicture {
    /// The id of the instance that it becomes.
    pub id: String,
    /// Its number among all pictures of the order, from 0: what its file is called by.
    pub number: usize,
    /// The level of image guidance λ, 0 to 1.
    pub guidance: f64,
    /// The training stage in which it belongs, from 1.
    pub stage: u32,
    /// The seed of its noise: the same whatever else is asked for.
    pub noise: u64,
}

impl Order {
    /// The order of a plan; `None` when it asks the worker for nothing.
    #[must_use]
    pub fn of((dataset, index): (&Dataset, &Index), recipe: &Recipe, plan: &SynthesisPlan) -> Option<Self> {
        let mut seeds = Vec::new();
        let (mut instance, mut number) = (Instance::default(), 0);
        for seed in plan.seeds.iter().filter(|seed| seed.policy == SynthesisName::Diffusion) {
            dataset.read(seed.instance as usize, &mut instance);
            let id = instance.id.clone().into_owned();
            let key = Key::new(recipe.seed, index.id_hashes[seed.instance as usize], Purpose::Noise);
            let pictures = seed.makes.iter().map(|make| {
                number += 1;
                OrderPicture {
                    id: made_id(&id, seed.policy, make.number),
                    number: number - 1,
                    guidance: make.guidance.unwrap_or(0.0),
                    stage: make.stage.unwrap_or(1),
                    noise: key.with(u64::from(make.number)).bits(),
                }
            });
            let image = match instance.images.first() {
                Some(Image::Path(path)) => Some(path.clone().into_owned()),
                _ => None,
            };
            let (instance, entity, pictures) = (seed.instance as usize, entity(index, seed), pictures.collect());
            seeds.push(OrderSeed { instance, id, image, entity, pictures });
        }
        let mut entities: Vec<String> = seeds.iter().map(|seed| seed.entity.clone()).collect();
        entities.sort();
        entities.dedup();
        let (fingerprint, diffusion) = (dataset.fingerprint().to_string(), recipe.synthesis.diffusion.clone());
        (!seeds.is_empty()).then_some(Self {
            version: ORDER_VERSION,
            fingerprint,
            seed: recipe.seed,
            diffusion,
            entities,
            seeds,
        })
    }

    /// How many pictures are asked for.
    #[must_use]
    pub fn pictures(&self) -> usize {
        self.seeds.iter().map(|seed| seed.pictures.len()).sum()
    }

    /// The same order for the first seeds alone: a small batch to look at.
    #[must_use]
    pub fn trial(&self, seeds: &[usize]) -> Self {
        let chosen = self.seeds.iter().filter(|seed| seeds.contains(&seed.instance)).cloned().collect();
        Self { seeds: chosen, ..self.clone() }
    }
}

/// The entity for which a seed was taken: `perspective:name`.
#[must_use]
pub fn entity(index: &Index, seed: &Seed) -> String {
    let name = index.perspective(seed.perspective).map(|entry| entry.names.get(seed.rank as usize).into_owned());
    format!("{}:{}", seed.perspective.key(), name.unwrap_or_default())
}

/// The id of an instance that is made: its seed's, the policy, and a number.
#[must_use]
pub fn made_id(seed_id: &str, policy: SynthesisName, number: u32) -> String {
    format!("{seed_id}~{policy}-{number}")
}

/// A hash of an instance's first picture: of its path, or of its bytes where the dataset holds them.
pub(super) fn picture_hash(dataset: &Dataset, number: usize) -> Option<u64> {
    let mut instance = Instance::default();
    dataset.read(number, &mut instance);
    match instance.images.first()? {
        Image::Path(path) => Some(name_hash(path)),
        Image::Bytes(bytes) => Some(xxhash_rust::xxh3::xxh3_64(bytes)),
    }
}

/// Puts pictures in the place of what was to be made; what none came for is made no more.
pub(super) fn settle(index: &Index, plan: &mut SynthesisPlan, pictures: &[Picture]) {
    let places: rustc_hash::FxHashMap<(usize, u32), &PathBuf> =
        pictures.iter().map(|picture| ((picture.seed, picture.number), &picture.path)).collect();
    for seed in plan.seeds.iter_mut().filter(|seed| seed.policy == SynthesisName::Diffusion) {
        for make in &mut seed.makes {
            make.picture = places.get(&(seed.instance as usize, make.number)).map(|&path| path.clone());
        }
        seed.makes.retain(|make| make.picture.is_some());
    }
    plan.seeds.retain(|seed| !seed.makes.is_empty());
    plan.recount(index);
}
