//! The counts of a dataset's entities apart from its records: what a part of a dataset needs to be decided like the whole.
//!
//! Each part's counts are taken down in a pass of their own, and their sum replaces the counts of each part in the next.
//!
//! Invariant: an index under the counts of the whole ranks, splits and weighs its entities as the index of the whole does.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

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
    /// XXH3 of the ids: which part of the whole this is; 0 for a sum of parts.
    #[serde(default)]
    pub part: u64,
    /// How many instances hold each entity.
    pub perspectives: BTreeMap<Perspective, BTreeMap<String, u32>>,
    /// Where case is ignored, how many instances hold each spelling of the entities that have several, by the form that they share.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spellings: BTreeMap<Perspective, BTreeMap<String, BTreeMap<String, u32>>>,
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
        let mut spellings: BTreeMap<Perspective, BTreeMap<String, BTreeMap<String, u32>>> = BTreeMap::new();
        for entry in index.perspectives.iter().filter(|entry| !entry.spellings.is_empty()) {
            let of_entry = spellings.entry(entry.perspective).or_default();
            for spelling in &entry.spellings {
                let form = entry.perspective.folded(&spelling.name).into_owned();
                of_entry.entry(form).or_default().insert(spelling.name.clone(), spelling.count);
            }
        }
        let part = xxh3_64(bytemuck::cast_slice(&index.id_hashes));
        Self { version: 1, instances: index.instances() as u64, part, perspectives, spellings }
    }

    /// Adds the counts of another part. Where case is ignored, an entity is shown as it is spelt most often in all of them.
    pub fn add(&mut self, mut other: Self) {
        self.version = other.version;
        self.instances += other.instances;
        self.part = 0;
        for (perspective, counts) in other.perspectives {
            let mine = self.perspectives.entry(perspective).or_default();
            if perspective.ignores_case() {
                let spelt = self.spellings.entry(perspective).or_default();
                let more = other.spellings.remove(&perspective).unwrap_or_default();
                Spelt { perspective, counts: mine, spellings: spelt }.join(counts, more);
            } else {
                for (name, count) in counts {
                    *mine.entry(name).or_insert(0) += count;
                }
            }
        }
        self.spellings.retain(|_, spelt| !spelt.is_empty());
    }
}

/// The counts of a perspective that ignores case, and the spellings of entities that have several.
struct Spelt<'a> {
    perspective: Perspective,
    counts: &'a mut BTreeMap<String, u32>,
    spellings: &'a mut BTreeMap<String, BTreeMap<String, u32>>,
}

impl Spelt<'_> {
    fn join(&mut self, counts: BTreeMap<String, u32>, mut spellings: BTreeMap<String, BTreeMap<String, u32>>) {
        let form = |name: &str| self.perspective.folded(name).into_owned();
        let shown: FxHashMap<String, String> = self.counts.keys().map(|name| (form(name), name.clone())).collect();
        for (name, count) in counts {
            let form = form(&name);
            let before = shown.get(&form).and_then(|shown| Some((shown, self.counts.remove(shown)?)));
            let mut all = self.spellings.remove(&form).unwrap_or_default();
            if let Some((shown, before)) = before.filter(|_| all.is_empty()) {
                all.insert(shown.clone(), before);
            }
            let more = spellings.remove(&form).unwrap_or_else(|| BTreeMap::from([(name.clone(), count)]));
            for (name, count) in more {
                *all.entry(name).or_insert(0) += count;
            }
            // As in an index: of spellings that are equally frequent, the first by name.
            let shown = all.iter().max_by_key(|&(name, &count)| (count, Reverse(name))).map_or(&name, |(name, _)| name);
            self.counts.insert(shown.clone(), before.map_or(0, |(_, before)| before) + count);
            if all.len() > 1 {
                self.spellings.insert(form, all);
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
        let own = self.perspectives.clone();
        let mut perspectives = Vec::with_capacity(self.perspectives.len());
        for entry in self.perspectives {
            let empty = BTreeMap::new();
            let of_whole = counts.perspectives.get(&entry.perspective).unwrap_or(&empty);
            perspectives.push(recounted(entry, of_whole)?);
        }
        if population < self.id_hashes.len() as u64 {
            return Err(format!("they are of {population} instances and this part alone has {}", self.id_hashes.len()));
        }
        Ok(Self { perspectives, population: Some(population), own, ..self })
    }
}

fn recounted(entry: PerspectiveIndex, counts: &BTreeMap<String, u32>) -> Result<PerspectiveIndex, String> {
    // By name already, so that a stable sort by count leaves ties in the order of names.
    let mut ranked: Vec<(&String, u32)> = counts.iter().map(|(name, &count)| (name, count)).collect();
    ranked.sort_by_key(|entity| Reverse(entity.1));
    let folded = |name: &str| entry.perspective.folded(name).into_owned();
    let ranks: FxHashMap<_, u32> = ranked.iter().zip(0..).map(|((name, _), rank)| (folded(name), rank)).collect();
    let mut numbers = Vec::with_capacity(entry.entities());
    for (rank, &count) in entry.counts.iter().enumerate() {
        let name = key(&entry.names, rank);
        match ranks.get(&folded(&name)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn part(counts: &[(&str, u32)], number: u64) -> Counts {
        let counts = counts.iter().map(|&(name, count)| (name.to_owned(), count)).collect();
        let perspectives = [(Perspective::Token, counts)].into();
        Counts { version: 1, instances: 9, part: number, perspectives, spellings: BTreeMap::new() }
    }

    #[test]
    fn parts_that_spell_an_entity_apart_count_it_once() {
        let mut sum = Counts::default();
        sum.add(part(&[("Kangaroo", 5), ("US", 3)], 1));
        sum.add(part(&[("kangaroo", 275), ("us", 2)], 2));
        let held: Vec<_> =
            sum.perspectives[&Perspective::Token].iter().map(|(name, count)| (&**name, *count)).collect();
        assert_eq!((held, sum.instances), (vec![("US", 5), ("kangaroo", 280)], 18));
    }

    #[test]
    fn the_spelling_is_that_of_all_parts_together() {
        let mut sum = Counts::default();
        for (shown, spellings, number) in
            [("queen", [("queen", 5), ("Queen", 4)], 1), ("Queen", [("queen", 2), ("Queen", 6)], 2)]
        {
            let of_form = spellings.map(|(name, count)| (name.to_owned(), count)).into();
            let spelt = [("queen".to_owned(), of_form)].into();
            sum.add(Counts { spellings: [(Perspective::Token, spelt)].into(), ..part(&[(shown, 8)], number) });
        }
        sum.add(part(&[("queen", 4)], 3));
        assert_eq!(sum.perspectives[&Perspective::Token], [("queen".to_owned(), 20)].into());
        let spelt = &sum.spellings[&Perspective::Token]["queen"];
        assert_eq!(spelt, &[("queen".to_owned(), 11), ("Queen".to_owned(), 10)].into());
    }

    #[test]
    fn names_of_labels_keep_their_case() {
        let mut sum = Counts::default();
        let labels = |name: &str| Counts {
            perspectives: [(Perspective::Label, [(name.to_owned(), 1)].into())].into(),
            ..part(&[], 1)
        };
        sum.add(labels("A"));
        sum.add(labels("a"));
        assert_eq!(sum.perspectives[&Perspective::Label].len(), 2);
    }
}
