//! What a manifest did to each perspective, in whole numbers, so that the figures of shards can be added.
//!
//! Invariant: what is derived from the sums of all shards is, to the last bit, what is derived from the whole.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::calibration::{CompletedRecord, SynthesisRecord};
use super::{Contents, PerspectiveRecord};
use crate::entity::{Origin, Perspective};
use crate::index::{Distribution, Names, PerspectiveIndex, Rows, Split, StringTable};
use crate::plan::Tally;
use crate::preview::Measures;
use crate::source::SetAside;

/// Where records came from and went, and the counts of every perspective.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) path: std::path::PathBuf,
    pub(super) format: String,
    pub(super) fingerprint: String,
    pub(super) tally: Tally,
    pub(super) set_aside: Vec<SetAside>,
    pub(super) perspectives: Vec<Counted>,
    /// What was made for the tail, where the recipe asks for it; the same in every shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) synthesis: Option<SynthesisRecord>,
}

/// The counts of one perspective.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) perspective: Perspective,
    threshold: u32,
    first_tail_rank: usize,
    /// The counts before, by rank.
    before: Vec<u32>,
    /// The counts after, by the rank of before.
    after: Vec<u32>,
    /// What was made of each entity; empty where nothing is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    made: Vec<u32>,
    /// The bits of the measures before, which hang on more than counts.
    measures: [u64; 10],
}

impl Measured {
    /// What a part of a plan does.
    pub(super) fn of(contents: &Contents<'_>, range: &Range<usize>) -> Self {
        let Contents { dataset, index, recipe, plan, .. } = contents;
        let counts = plan.counts_of(index.told(), range.clone());
        let writes = contents.shard.is_last();
        let mut made: Vec<Vec<u32>> = if recipe.synthesis.is_on() {
            index.perspectives.iter().map(|entry| vec![0; entry.entities()]).collect()
        } else {
            vec![Vec::new(); index.perspectives.len()]
        };
        if writes && recipe.synthesis.is_on() {
            plan.synthesis().add_to(index, &mut made);
        }
        let counted = |((entry, after), made): ((&PerspectiveIndex, Vec<u32>), Vec<u32>)| {
            let split = index.told_split(entry, recipe.threshold(entry.perspective));
            Counted {
                perspective: entry.perspective,
                threshold: split.threshold,
                first_tail_rank: split.first_tail_rank,
                before: entry.counts.clone(),
                after,
                made,
                measures: bits(&Measures::before(entry, &split)),
            }
        };
        Self {
            path: dataset.path().to_path_buf(),
            format: dataset.format().key().to_owned(),
            fingerprint: dataset.fingerprint().to_string(),
            tally: Tally {
                synthetic: if writes { plan.synthesis().made() } else { 0 },
                ..plan.tally_of(range.clone())
            },
            set_aside: dataset.set_aside().to_vec(),
            perspectives: index.told().iter().zip(counts).zip(made).map(counted).collect(),
            synthesis: recipe.synthesis.is_on().then(|| SynthesisRecord::of(plan.synthesis())),
        }
    }

    /// Adds what the next shard did.
    pub(super) fn add(&mut self, other: &Self) {
        self.tally.instances += other.tally.instances;
        self.tally.kept += other.tally.kept;
        self.tally.dropped += other.tally.dropped;
        self.tally.after += other.tally.after;
        self.tally.synthetic += other.tally.synthetic;
        for (mine, more) in self.perspectives.iter_mut().zip(&other.perspectives) {
            for (count, more) in mine.after.iter_mut().zip(&more.after) {
                *count += more;
            }
            for (count, more) in mine.made.iter_mut().zip(&more.made) {
                *count += more;
            }
        }
    }
}

impl Counted {
    /// The record that provenance holds.
    pub(super) fn record(&self) -> PerspectiveRecord {
        let rows = Rows { counts: self.before.clone(), measured: Some(Distribution::default()), ..Rows::default() };
        let names = Names::Plain(std::sync::Arc::new(StringTable::default()));
        let entry = PerspectiveIndex::new(self.perspective, Origin::Text, names, rows);
        let split = Split {
            threshold: self.threshold,
            first_tail_rank: self.first_tail_rank,
            tail_entity_share: 0.0,
            tail_occurrence_share: 0.0,
        };
        PerspectiveRecord {
            threshold: self.threshold,
            entities: self.before.len() as u64,
            occurrences: [&self.before, &self.after].map(|counts| counts.iter().map(|&count| u64::from(count)).sum()),
            before: of_bits(self.measures),
            after: Measures::of_counts(&entry, &split, &self.after),
            completed: (!self.made.is_empty()).then(|| {
                let counts: Vec<u32> = self.after.iter().zip(&self.made).map(|(after, made)| after + made).collect();
                CompletedRecord {
                    occurrences: counts.iter().map(|&count| u64::from(count)).sum(),
                    measures: Measures::of_counts(&entry, &split, &counts),
                }
            }),
        }
    }
}

fn bits(measures: &Measures) -> [u64; 10] {
    [
        measures.gini,
        measures.evenness,
        measures.effective_entities,
        measures.kl_uniform,
        measures.tail_occurrence_share,
        measures.js,
        measures.entities_lost,
        measures.mass_lost,
        measures.coverage,
        measures.scumble.unwrap_or(f64::NAN),
    ]
    .map(f64::to_bits)
}

fn of_bits(bits: [u64; 10]) -> Measures {
    let [
        gini,
        evenness,
        effective_entities,
        kl_uniform,
        tail_occurrence_share,
        js,
        entities_lost,
        mass_lost,
        coverage,
        scumble,
    ] = bits.map(f64::from_bits);
    let scumble = (!scumble.is_nan()).then_some(scumble);
    Measures {
        gini,
        evenness,
        effective_entities,
        kl_uniform,
        tail_occurrence_share,
        js,
        entities_lost,
        mass_lost,
        coverage,
        scumble,
    }
}
