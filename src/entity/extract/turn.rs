//! Turns that are said again and again are analysed once.
//!
//! A turn is kept from its second sighting on, so that turns said once, the bulk of most datasets, cost one slot of a fixed table.
//!
//! Invariant: memory is bounded; what a turn gives does not hang on whether it was kept.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::interner::locked;
use crate::source::{Speaker, Turn};

/// What a turn holds: entity numbers, distinct within the turn, and its number of words.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) tokens: Vec<u32>,
    pub(super) objects: Vec<u32>,
    pub(super) interrogations: Vec<u32>,
    pub(super) words: u32,
}

impl Findings {
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.objects.clear();
        self.interrogations.clear();
        self.words = 0;
    }
}

/// A turn's text without the placeholder of its picture, which stands before or after the text by chance.
pub(super) fn spoken<'a>(turn: &'a Turn<'_>) -> &'a str {
    const PLACEHOLDER: &str = "<image>";
    let mut text = turn.text.trim();
    while let Some(rest) = text.strip_prefix(PLACEHOLDER).or_else(|| text.strip_suffix(PLACEHOLDER)) {
        text = rest.trim();
    }
    text
}

/// 128 bits that stand for a speaker's text.
pub(super) fn key(speaker: Speaker, spoken: &str) -> u128 {
    xxh3_128_with_seed(spoken.as_bytes(), u64::from(speaker == Speaker::Human))
}

const SHARDS: usize = 64;
/// Turns told apart by the sighting filter at a time; 16 MiB.
const SIGHTINGS: usize = 1 << 22;
/// Bytes that kept turns may take in each shard: 256 MiB in all.
const SHARD_BYTES: usize = 4 << 20;
/// An entry of a shard's table with its share of free slots.
const ENTRY_BYTES: usize = 48;

/// The kept turns.
pub(super) struct TurnCache {
    sightings: Box<[AtomicU32]>,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    /// Where in `numbers` a turn begins.
    starts: FxHashMap<u128, u32>,
    /// For each turn: words, three lengths, three lists.
    numbers: Vec<u32>,
}

impl Default for TurnCache {
    fn default() -> Self {
        let sightings = std::iter::repeat_with(|| AtomicU32::new(0)).take(SIGHTINGS).collect();
        Self { sightings, shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl TurnCache {
    /// Appends what a kept turn holds to `findings`; false where the turn is not kept.
    pub(super) fn recall(&self, key: u128, findings: &mut Findings) -> bool {
        let shard = locked(self.shard(key));
        let Some(&start) = shard.starts.get(&key) else { return false };
        let (head, lists) = shard.numbers[start as usize..].split_at(4);
        let (tokens, lists) = lists.split_at(head[1] as usize);
        let (objects, lists) = lists.split_at(head[2] as usize);
        findings.words += head[0];
        findings.tokens.extend_from_slice(tokens);
        findings.objects.extend_from_slice(objects);
        findings.interrogations.extend_from_slice(&lists[..head[3] as usize]);
        true
    }

    /// Keeps a turn that was sighted before, while there is room.
    pub(super) fn keep(&self, key: u128, findings: &Findings) {
        if !self.sighted(key) {
            return;
        }
        let lists = [&findings.tokens, &findings.objects, &findings.interrogations];
        let mut shard = locked(self.shard(key));
        let bytes = shard.numbers.len() * 4 + shard.starts.len() * ENTRY_BYTES;
        if bytes > SHARD_BYTES || shard.starts.contains_key(&key) {
            return;
        }
        let start = shard.numbers.len() as u32;
        shard.numbers.push(findings.words);
        shard.numbers.extend(lists.iter().map(|list| list.len() as u32));
        for list in lists {
            shard.numbers.extend_from_slice(list);
        }
        shard.starts.insert(key, start);
    }

    /// Notes a sighting; true when the turn was the last to be noted in its slot.
    fn sighted(&self, key: u128) -> bool {
        let slot = &self.sightings[key as usize % SIGHTINGS];
        // Zero is an empty slot.
        let mark = (key >> 64) as u32 | 1;
        slot.swap(mark, Ordering::Relaxed) == mark
    }

    fn shard(&self, key: u128) -> &Mutex<Shard> {
        &self.shards[(key >> 120) as usize % SHARDS]
    }
}
