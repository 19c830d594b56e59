//! The counts of a dataset's entities apart from its records: what a part of a dataset needs to be decided like the whole.
//!
//! Each part's counts are taken down in a pass of their own, and their sum replaces the counts of each part in the next.
//!
//! Invariant: an index under the counts of the whole ranks, splits and weighs its entities as the index of the whole does.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Index, Names, PerspectiveIndex, Rows};
use crate::column::StringTable;
use crate::entity::Perspective;

/// Counts by perspective and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// The form of this file; 1.
    pub version: u32,
    /// The number of instances.
    pub instances: u64,
    /// How many instances hold each entity.
    pub perspectives: BTreeMap<Perspective, BTreeMap<String, u32>>,
}

/// Joins the names of a pair: a sign that no name holds.
const JOINT: &str = "\u{1f}";

impl Counts {
    /// The counts of an index.
    #[must_use]
    pub fn of(index: &Index) -> Self {
        let counted = |entry: &PerspectiveIndex| {
            let named = |rank: usize| (key(&entry.names, rank), entry.counts[rank]);
            (entry.perspective, (0..entry.entities()).map(named).collect())
        };
        let perspectives = index.perspectives.iter().map(counted).collect();
        Self { version: 1, instances: index.instances() as u64, perspectives }
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: Self) {
        self.version = other.version;
        self.instances += other.instances;
        for (perspective, counts) in other.perspectives {
            let mine = self.perspectives.entry(perspective).or_default();
            for (name, count) in counts {
                *mine.entry(name).or_insert(0) += count;
            }
        }
    }
}

fn key(names: &Names, rank: usize) -> String {
    match names {
        Names::Plain(table) => table.get(rank).to_owned(),
        Names::Pairs { pairs, objects } => {
            let [a, b] = pairs.get(rank).copied().unwrap_or_default().map(|object| objects.get(object as usize));
            format!("{a}{JOINT}{b}")
        }
    }
}

impl Index {
    /// The same instances under the counts of the whole that they are a part of.
    ///
    /// # Errors
    /// The name of an entity that the counts lack, or hold less often than this part: they are of something else.
    pub fn under(self, counts: &Counts) -> Result<Self, String> {
        let population = counts.instances;
        let mut perspectives = Vec::with_capacity(self.perspectives.len());
        for entry in self.perspectives {
            let empty = BTreeMap::new();
            let of_whole = counts.perspectives.get(&entry.perspective).unwrap_or(&empty);
            perspectives.push(recounted(entry, of_whole)?);
        }
        if population < self.id_hashes.len() as u64 {
            return Err(format!("they are of {population} instances and this part alone has {}", self.id_hashes.len()));
        }
        Ok(Self { perspectives, population: Some(population), ..self })
    }
}

fn recounted(entry: PerspectiveIndex, counts: &BTreeMap<String, u32>) -> Result<PerspectiveIndex, String> {
    // By name already, so that a stable sort by count leaves ties in the order of names.
    let mut ranked: Vec<(&String, u32)> = counts.iter().map(|(name, &count)| (name, count)).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1));
    let ranks: FxHashMap<&str, u32> = ranked.iter().zip(0..).map(|((name, _), rank)| (name.as_str(), rank)).collect();
    let mut numbers = Vec::with_capacity(entry.entities());
    for (rank, &count) in entry.counts.iter().enumerate() {
        let name = key(&entry.names, rank);
        match ranks.get(name.as_str()) {
            Some(&number) if ranked[number as usize].1 >= count => numbers.push(number),
            _ => return Err(format!("they lack the {} '{}'", entry.perspective, entry.names.get(rank))),
        }
    }
    let PerspectiveIndex { perspective, origin, names, mut by_instance, .. } = entry;
    by_instance.renumber(|number| numbers[number as usize]);
    let by_entity = by_instance.transposed(ranked.len());
    let names = match names {
        Names::Plain(_) => Names::Plain(Arc::new(ranked.iter().map(|(name, _)| name.as_str()).collect())),
        Names::Pairs { .. } => pairs(&ranked),
    };
    let counts = ranked.iter().map(|&(_, count)| count).collect();
    Ok(PerspectiveIndex::new(perspective, origin, names, Rows { counts, by_instance, by_entity, measured: None }))
}

fn pairs(ranked: &[(&String, u32)]) -> Names {
    let mut objects = StringTable::default();
    let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
    let pairs = ranked
        .iter()
        .map(|(joined, _)| {
            let (a, b) = joined.split_once(JOINT).unwrap_or((joined, ""));
            [a, b].map(|name| *numbers.entry(name).or_insert_with(|| objects.push(name) as u32))
        })
        .collect();
    Names::Pairs { pairs, objects: Arc::new(objects) }
}
