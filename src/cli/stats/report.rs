//! What `fantail stats --format json` writes: a documented, stable form.
//!
//! Invariant: a member is never renamed or removed; every number is finite.

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};

use crate::entity::{Origin, Perspective};
use crate::finding::crowded_instances;
use crate::index::{DatasetFacts, Groups, Index, PerspectiveIndex, Split};

/// The whole report.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StatsReport {
    /// The dataset.
    pub dataset: DatasetReport,
    /// One member a perspective, by its key.
    #[serde(serialize_with = "by_key")]
    pub perspectives: Vec<PerspectiveReport>,
    /// What could not be used, in file order.
    pub warnings: Vec<WarningReport>,
}

/// The dataset.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DatasetReport {
    /// The path as given.
    pub path: String,
    /// The detected format.
    pub format: &'static str,
    /// Usable records.
    pub instances: usize,
    /// Records that could not be used.
    pub set_aside: usize,
    /// What was read as what: role, then the columns or members that it was read from.
    pub mapping: BTreeMap<String, Vec<String>>,
    /// BLAKE3 of the content.
    pub fingerprint: String,
}

/// A record that could not be used, or a note on the dataset as a whole.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WarningReport {
    /// The file; null for a note on the dataset.
    pub file: Option<String>,
    /// 0-based row in its file; null for a note on the dataset and for a file or folder as a whole.
    pub row: Option<u64>,
    /// Byte offset of the record in the (decompressed) file; null for a note on the dataset.
    pub offset: Option<u64>,
    /// The class of the fault; `dataset` for a note on the dataset, `crowded_instances` where pairs were left out.
    pub kind: serde_json::Value,
    /// What exactly is wrong.
    pub message: String,
}

/// One perspective. A count is a number of instances, an occurrence an instance that holds an entity.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PerspectiveReport {
    /// Which; the member's key.
    #[serde(skip)]
    pub perspective: Perspective,
    /// Where the entities come from: text, annotation or sidecar.
    pub origin: Origin,
    /// Number of entities.
    pub entities: usize,
    /// Sum of all counts.
    pub occurrences: u64,
    /// The largest count.
    pub max: u32,
    /// The smallest count.
    pub min: u32,
    /// The largest over the smallest count.
    pub imbalance_ratio: f64,
    /// Gini index.
    pub gini: f64,
    /// Pielou's evenness.
    pub evenness: f64,
    /// Hill number of order 1.
    pub effective_entities: f64,
    /// Zipf's rank exponent of the fitted power law; null where none can be fitted.
    pub zipf_exponent: Option<f64>,
    /// Entities that one instance holds.
    pub singletons: u64,
    /// Good–Turing estimate of the probability of an entity never seen.
    pub unseen_mass: f64,
    /// Chao's lower bound on the number of entities.
    pub chao1: f64,
    /// How much head and tail share instances.
    pub scumble: f64,
    /// Mean imbalance ratio over entities.
    pub mean_irlbl: f64,
    /// The count τ at which the head ends.
    pub threshold: u32,
    /// Number of entities in the head.
    pub head_entities: usize,
    /// Number of entities in the tail.
    pub tail_entities: usize,
    /// Entities of exactly τ instances in head and tail, where the cut falls between them; for the table alone.
    #[serde(skip)]
    pub tied: Option<(usize, usize)>,
    /// Share of entities in the tail.
    pub tail_entity_share: f64,
    /// Share of occurrences in the tail.
    pub tail_occurrence_share: f64,
    /// Share of instances that hold a tail entity.
    pub tail_instance_share: f64,
    /// The most frequent entities with their counts.
    pub top: Vec<(String, u32)>,
    /// Many-, medium- and few-shot classes: number and share of occurrences; for `label` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Groups>,
}

fn by_key<S: Serializer>(perspectives: &[PerspectiveReport], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(perspectives.iter().map(|report| (report.perspective.key(), report)))
}

impl StatsReport {
    /// Reports on the perspectives for which `shown` gives a split and how many entities to list.
    pub fn of(
        index: &Index,
        facts: &DatasetFacts,
        shown: impl Fn(&PerspectiveIndex) -> Option<(Split, usize)>,
    ) -> Self {
        let perspectives = index.perspectives.iter().filter_map(|entry| {
            let (split, top) = shown(entry)?;
            Some(PerspectiveReport::of(entry, &split, top))
        });
        Self {
            dataset: DatasetReport::of(facts),
            perspectives: perspectives.collect(),
            warnings: warnings(index, facts),
        }
    }
}

impl DatasetReport {
    fn of(facts: &DatasetFacts) -> Self {
        Self {
            path: facts.path.display().to_string(),
            format: facts.format.key(),
            instances: facts.instances,
            set_aside: facts.set_aside.len(),
            mapping: mapping(facts),
            fingerprint: facts.fingerprint().to_string(),
        }
    }
}

fn mapping(facts: &DatasetFacts) -> BTreeMap<String, Vec<String>> {
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (role, column) in &facts.mapping {
        columns.entry(role.clone()).or_default().push(column.clone());
    }
    columns
}

impl WarningReport {
    fn note(kind: &str, message: String) -> Self {
        Self { file: None, row: None, offset: None, kind: kind.into(), message }
    }
}

fn warnings(index: &Index, facts: &DatasetFacts) -> Vec<WarningReport> {
    let records = facts.set_aside.iter().map(|record| WarningReport {
        file: Some(record.file.display().to_string()),
        row: (!record.is_whole()).then_some(record.row),
        offset: (!record.is_whole()).then_some(record.offset),
        kind: record.kind.serialize(serde_json::value::Serializer).unwrap_or_default(),
        message: if record.is_whole() { record.told() } else { record.message.clone() },
    });
    let notes = facts.warnings.iter().map(|note| WarningReport::note("dataset", note.clone()));
    let crowded = crowded_instances(index).map(|message| WarningReport::note("crowded_instances", message));
    records.chain(notes).chain(crowded).collect()
}

impl PerspectiveReport {
    fn of(entry: &PerspectiveIndex, split: &Split, top: usize) -> Self {
        let measures = &entry.distribution;
        let listed = 0..top.min(entry.entities());
        Self {
            perspective: entry.perspective,
            origin: entry.origin,
            entities: entry.entities(),
            occurrences: measures.occurrences,
            max: measures.max,
            min: measures.min,
            imbalance_ratio: measures.imbalance_ratio,
            gini: measures.gini,
            evenness: measures.entropy.evenness,
            effective_entities: measures.entropy.effective_entities,
            zipf_exponent: measures.zipf_exponent(),
            singletons: measures.unseen.singletons,
            unseen_mass: measures.unseen.unseen_mass,
            chao1: measures.unseen.chao1,
            scumble: measures.imbalance.scumble,
            mean_irlbl: measures.imbalance.mean_irlbl,
            threshold: split.threshold,
            head_entities: split.first_tail_rank,
            tail_entities: entry.entities() - split.first_tail_rank,
            tied: split.tied(&entry.counts),
            tail_entity_share: split.tail_entity_share,
            tail_occurrence_share: split.tail_occurrence_share,
            tail_instance_share: entry.tail_instance_share(split),
            top: listed.map(|rank| (entry.names.get(rank).into_owned(), entry.counts[rank])).collect(),
            groups: (entry.perspective == Perspective::Label).then(|| entry.groups()),
        }
    }
}
