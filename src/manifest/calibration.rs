//! `calibration.json`: what a manifest was made of, by what, and what that did.
//!
//! Invariant: holds no time, host or random name: the same dataset, recipe and seed give the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::RECIPE;
use super::measured::Measured;
use super::stages::{self, StageRecord};
use super::staging::Finished;
use crate::entity::Perspective;
use crate::plan::{Account, Lack, Maker, SynthesisPlan, Tail, Verdict};
use crate::preview::Measures;
use crate::recipe::{Recipe, SynthesisName};
use crate::source::SetAside;

/// A manifest's provenance.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration<'a> {
    /// The program and its version.
    pub tool: String,
    /// What was read.
    pub dataset: SourceRecord<'a>,
    /// The seed of all draws.
    pub seed: u64,
    /// Every value of the recipe, the defaults spelled out.
    pub recipe: &'a Recipe,
    /// Where every record went.
    pub records: Records,
    /// The stages of the recipe's schedule, each with weights of its own; absent without one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageRecord>,
    /// What was made for the tail, where the recipe asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<&'a SynthesisRecord>,
    /// Each perspective before and after.
    pub perspectives: BTreeMap<Perspective, PerspectiveRecord>,
    /// The files beside this one: name, rows, bytes.
    pub files: Vec<FileRecord<'a>>,
    /// The records that could not be used, and why.
    pub set_aside: &'a [SetAside],
}

/// What was read.
#[derive(Clone, Debug, Serialize)]
pub struct SourceRecord<'a> {
    /// The path as it was given.
    pub path: &'a std::path::Path,
    /// The detected format.
    pub format: &'a str,
    /// BLAKE3 of the content.
    pub fingerprint: &'a str,
}

/// Where every record went: `kept + dropped + set_aside = read`; what was made is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// All records of the source.
    pub read: u64,
    /// Written at least once.
    pub kept: u64,
    /// Not written.
    pub dropped: u64,
    /// Could not be used.
    pub set_aside: u64,
    /// Rows written, repeats counted.
    pub written: u64,
    /// Rows made for the tail, on top of those written.
    pub synthetic: u64,
}

/// What was made for the tail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynthesisRecord {
    /// How many instances could be made; `null` where only deficits and ceilings limited.
    pub budget: Option<u64>,
    /// How many would have lifted every tail entity to its threshold, if none had served two.
    pub wanted: u64,
    /// How many were made.
    pub made: u64,
    /// Seeds and instances by policy.
    pub policies: BTreeMap<SynthesisName, MadeRecord>,
    /// Tail entities that lacked instances, by perspective.
    pub tails: BTreeMap<Perspective, TailRecord>,
    /// Pictures that were ordered and are not there, by reason: the filter that sorted them out, or `unusable`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub removed: BTreeMap<Verdict, u64>,
    /// The same by the entity that they were for: `perspective:name`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, BTreeMap<Verdict, u64>>,
    /// What made the pictures: worker, device, libtorch, trained model.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub makers: BTreeSet<Maker>,
}

/// What a policy made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeRecord {
    /// Real instances that it began from.
    pub seeds: u64,
    /// Instances that it made.
    pub made: u64,
}

/// What a tail lacked, and what it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailRecord {
    /// τ, a count.
    pub threshold: u32,
    /// Entities below it after rebalancing.
    pub lacking: u64,
    /// Those of them that reached it.
    pub filled: u64,
    /// The sum of their deficits.
    pub deficit: u64,
    /// The sum of what is lacking still.
    pub remaining: u64,
}

impl SynthesisRecord {
    /// The record of a plan.
    #[must_use]
    pub fn of(plan: &SynthesisPlan) -> Self {
        let mut policies: BTreeMap<SynthesisName, MadeRecord> = BTreeMap::new();
        for seed in &plan.seeds {
            let record = policies.entry(seed.policy).or_default();
            record.seeds += 1;
            record.made += seed.makes.len() as u64;
        }
        let tails = plan.tails.iter().map(|tail| (tail.perspective, TailRecord::of(tail))).collect();
        let Account { removed, missing, makers } = plan.account.clone();
        let (budget, wanted, made) = (plan.budget, plan.wanted(), plan.made());
        Self { budget, wanted, made, policies, tails, removed, missing, makers }
    }
}

impl TailRecord {
    /// The record of a tail.
    #[must_use]
    pub fn of(tail: &Tail) -> Self {
        let remaining = |lack: &Lack| u64::from(lack.deficit.saturating_sub(lack.made));
        Self {
            threshold: tail.threshold,
            lacking: tail.lacks.len() as u64,
            filled: tail.lacks.iter().filter(|lack| remaining(lack) == 0).count() as u64,
            deficit: tail.lacks.iter().map(|lack| u64::from(lack.deficit)).sum(),
            remaining: tail.lacks.iter().map(remaining).sum(),
        }
    }
}

/// A file of the manifest.
#[derive(Clone, Debug, Serialize)]
pub struct FileRecord<'a> {
    /// Its name in the manifest's folder.
    pub name: &'a str,
    /// The records in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

/// A perspective before and after.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PerspectiveRecord {
    /// τ, a count.
    pub threshold: u32,
    /// Distinct entities before.
    pub entities: u64,
    /// Sum of counts before and after.
    pub occurrences: [u64; 2],
    /// Measures before.
    pub before: Measures,
    /// Measures of what was written.
    pub after: Measures,
    /// With what was made for the tail, where something was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<CompletedRecord>,
}

/// A perspective after rebalancing and synthesis.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CompletedRecord {
    /// Sum of counts.
    pub occurrences: u64,
    /// Measures.
    #[serde(flatten)]
    pub measures: Measures,
}

impl<'a> Calibration<'a> {
    /// The provenance of what was measured, in these files.
    pub(super) fn new(measured: &'a Measured, recipe: &'a Recipe, files: &'a [Finished]) -> Self {
        let tally = measured.tally;
        let aside = measured.set_aside.len() as u64;
        let file = |file: &'a Finished| FileRecord { name: &file.name, rows: file.rows, bytes: file.bytes };
        Self {
            tool: format!("fantail {}", env!("CARGO_PKG_VERSION")),
            dataset: SourceRecord {
                path: &measured.path,
                format: &measured.format,
                fingerprint: &measured.fingerprint,
            },
            seed: recipe.seed,
            recipe,
            records: Records {
                read: tally.instances + aside,
                kept: tally.kept,
                dropped: tally.dropped,
                set_aside: aside,
                written: tally.after,
                synthetic: tally.synthetic,
            },
            stages: stages::records(recipe),
            synthesis: measured.synthesis.as_ref(),
            perspectives: measured.perspectives.iter().map(|entry| (entry.perspective, entry.record())).collect(),
            files: files.iter().filter(|file| file.name != RECIPE).map(file).collect(),
            set_aside: &measured.set_aside,
        }
    }

    /// The file's content.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}
