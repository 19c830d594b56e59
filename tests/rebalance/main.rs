//! What a user turns, turns: overrides, repeats, targets, schedules and sizes do what they say, in closed form and in the plan.
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines, clippy::format_push_string)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp, missing_docs)]

mod advice;
mod entities;
mod explained;
mod lvis;
mod overrides;
mod refused;
mod repeats;
mod sampled;
mod saved;
mod size;
mod stopped;
mod subclass;
mod synthesis;
mod tables;
mod target;
mod voted;

use std::path::Path;

use fantail::entity::{Extraction, Perspective};
use fantail::index::{self, Index};
use fantail::plan::Plan;
use fantail::preview::{Exact, Preview};
use fantail::progress::Unobserved;
use fantail::recipe::{PolicyName, Recipe};

fn parsed(text: &str) -> Recipe {
    Recipe::parse(text, Path::new("r.toml")).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What is said of a recipe that cannot be read.
fn refusal(text: &str) -> String {
    let error = Recipe::parse(text, Path::new("r.toml")).expect_err(text);
    assert_eq!(error.exit_code(), 4);
    error.to_string()
}

fn with_policy(policy: PolicyName) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.policy = policy;
    recipe
}

fn exact(index: &Index, recipe: &Recipe) -> (Preview, Exact) {
    let mut exact = Exact::new(index);
    let preview = exact.preview(index, recipe, &Unobserved).unwrap();
    (preview, exact)
}

fn plan(index: &Index, recipe: &Recipe) -> Plan {
    Plan::new(index, recipe, &Unobserved).unwrap()
}

/// An index of lists of names, one list an instance.
fn listed(perspective: Perspective, rows: &[Vec<String>]) -> Index {
    let leaked: Vec<&'static [&'static str]> = rows
        .iter()
        .map(|row| &*row.iter().map(|name| &*name.clone().leak()).collect::<Vec<&'static str>>().leak())
        .collect();
    index::build(Extraction::of_lists(&[perspective], &[(perspective, leaked.as_slice())]), &Unobserved).unwrap()
}

/// One label an instance, so many of each.
fn labels(counts: &[(&str, usize)]) -> Index {
    let rows: Vec<Vec<String>> = counts.iter().flat_map(|&(name, count)| vec![vec![name.to_owned()]; count]).collect();
    listed(Perspective::Label, &rows)
}

/// A long-tailed set of objects, one to four an instance, the same every time.
fn long_tailed(instances: usize) -> Index {
    let mut state = 88_172_645_463_325_252_u64;
    let mut draw = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut row = || -> Vec<String> {
        (0..=(draw() * 4.0) as usize).map(|_| format!("thing {}", (50.0 * draw().powi(3)) as usize)).collect()
    };
    let rows: Vec<Vec<String>> = (0..instances).map(|_| row()).collect();
    listed(Perspective::Object, &rows)
}

/// The index with its instances in another order.
fn permuted(index: &Index, order: &[usize]) -> Index {
    let mut other = index.clone();
    other.id_hashes = order.iter().map(|&old| index.id_hashes[old]).collect();
    for entry in &mut other.perspectives {
        let mut rows = index::Csr::default();
        for &old in order {
            rows.push(entry.by_instance.row(old).iter().copied());
        }
        entry.by_instance = rows;
        entry.by_entity = entry.by_instance.transposed(entry.counts.len());
    }
    other
}
