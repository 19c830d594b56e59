//! Which entities the table shows, in which order: by count, by name, or by how well they match a search.
//!
//! Invariant: ties keep the order of ranks, so that the same question always gives the same rows.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rayon::prelude::*;

use super::model::{Order, Rows};
use crate::index::PerspectiveIndex;

/// Entities that one task matches.
const BATCH: usize = 16_384;

/// The rows for an order and a search; an empty query shows everything.
#[must_use]
pub fn arrange(index: &PerspectiveIndex, order: Order, query: &str) -> Rows {
    if !query.trim().is_empty() {
        return Rows::Listed(matches(index, order, query).into());
    }
    let ranks = 0..index.entities() as u32;
    match order {
        Order::Frequent => Rows::Ranked(index.entities()),
        Order::Rare => Rows::Listed(ranks.rev().collect()),
        Order::Name => {
            let mut named: Vec<(String, u32)> = ranks.into_par_iter().map(|rank| (folded(index, rank), rank)).collect();
            named.par_sort_unstable();
            Rows::Listed(named.into_iter().map(|(_, rank)| rank).collect())
        }
    }
}

fn folded(index: &PerspectiveIndex, rank: u32) -> String {
    index.names.get(rank as usize).to_lowercase()
}

/// The ranks whose names match, the best first; equally good ones in the table's order.
fn matches(index: &PerspectiveIndex, order: Order, query: &str) -> Vec<u32> {
    let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
    let batches: Vec<usize> = (0..index.entities()).step_by(BATCH).collect();
    let mut scored: Vec<(u32, u32)> = batches
        .into_par_iter()
        .flat_map_iter(|start| {
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut buffer = Vec::new();
            let end = index.entities().min(start + BATCH);
            let score = |rank: usize| {
                let name = index.names.get(rank);
                let score = pattern.score(Utf32Str::new(&name, &mut buffer), &mut matcher)?;
                Some((score, rank as u32))
            };
            (start..end).filter_map(score).collect::<Vec<_>>()
        })
        .collect();
    match order {
        Order::Frequent => scored.sort_unstable_by_key(|&(score, rank)| (Reverse(score), rank)),
        Order::Rare => scored.sort_unstable_by_key(|&(score, rank)| (Reverse(score), Reverse(rank))),
        Order::Name => scored.sort_by_cached_key(|&(score, rank)| (Reverse(score), folded(index, rank))),
    }
    scored.into_iter().map(|(_, rank)| rank).collect()
}

/// The characters of a name, by number, that a search found in it.
#[must_use]
pub fn found(name: &str, query: &str) -> Vec<u32> {
    let mut places = Vec::new();
    let mut buffer = Vec::new();
    let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
    pattern.indices(Utf32Str::new(name, &mut buffer), &mut Matcher::new(Config::DEFAULT), &mut places);
    places.sort_unstable();
    places.dedup();
    places
}

/// The positions of the names that match, the best first; all of them for an empty query.
#[must_use]
pub fn pick<'a>(names: impl IntoIterator<Item = &'a str>, query: &str) -> Vec<usize> {
    let names = names.into_iter().enumerate();
    if query.trim().is_empty() {
        return names.map(|(position, _)| position).collect();
    }
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(Reverse<u32>, usize)> = names
        .filter_map(|(position, name)| {
            let score = pattern.score(Utf32Str::new(name, &mut buffer), &mut matcher)?;
            Some((Reverse(score), position))
        })
        .collect();
    scored.sort_unstable();
    scored.into_iter().map(|(_, position)| position).collect()
}
