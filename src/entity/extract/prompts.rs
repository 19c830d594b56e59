//! The prompts that are said most often.
//!
//! Invariant: exact, and the same on any number of threads: every turn of the asking side is counted by its hash.

use rayon::prelude::*;

use super::chunk::Chunk;
use super::turn;
use crate::source::{Dataset, Instance, Speaker};

/// How many prompts are told.
const MOST: usize = 10;

/// The prompts said more than once with their numbers, most frequent first, ties by first instance.
pub(super) fn most_frequent(dataset: &Dataset, chunks: Vec<Chunk>) -> Vec<(String, u64)> {
    let mut said: Vec<(u64, u32)> = chunks.into_iter().flat_map(|chunk| chunk.prompts).collect();
    said.par_sort_unstable();
    let mut runs: Vec<(u64, u32, u64)> = said
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() > 1)
        .map(|run| (run.len() as u64, run[0].1, run[0].0))
        .collect();
    let by_count = |a: &(u64, u32, u64), b: &(u64, u32, u64)| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2));
    if runs.len() > MOST {
        runs.select_nth_unstable_by(MOST, by_count);
        runs.truncate(MOST);
    }
    runs.sort_unstable_by(by_count);
    runs.into_iter().filter_map(|(count, instance, hash)| Some((text(dataset, instance, hash)?, count))).collect()
}

/// The text of the turn with this hash.
fn text(dataset: &Dataset, number: u32, hash: u64) -> Option<String> {
    let mut instance = Instance::default();
    dataset.read(number as usize, &mut instance);
    let human = instance.turns.iter().filter(|turn| turn.speaker == Speaker::Human).map(turn::spoken);
    human.into_iter().find(|spoken| turn::key(Speaker::Human, spoken) as u64 == hash).map(str::to_owned)
}
