//! The stable JSON form of a preview.
//!
//! Invariant: names and units are a contract; pairs are before and after.

use std::collections::BTreeMap;

use serde::Serialize;

use super::target::TargetReport;
use crate::cli::synthesis::SynthesisReport;
use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex};
use crate::preview::{Measures, Move, Outcome, Overridden, Preview, StagePreview};
use crate::recipe::{OverrideAction, PolicyName};

/// A preview.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewReport {
    /// Numbers of instances.
    pub instances: VolumeReport,
    /// Always true on the command line.
    pub exact: bool,
    /// The policy.
    pub policy: PolicyName,
    /// Each perspective before and after.
    pub perspectives: BTreeMap<Perspective, OutcomeReport>,
    /// For the policy `target`: how near it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetReport>,
    /// What all thresholds were scaled by for the wanted `size`, where the recipe names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_scale: Option<f64>,
    /// Each overridden entity before and after; the first of them where a pattern means very many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideReport>,
    /// What in the recipe does nothing, or more than is good, and what to write instead: `FILE:LINE:COLUMN: …` on the command line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Each stage of the recipe's schedule, in order; nothing without one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageReport>,
    /// What is made for the tail, under the recipe's seed; absent where the recipe names no synthesis policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<SynthesisReport>,
    /// The same measures for a random subset of the same expected size.
    pub random_control: ControlReport,
}

/// A stage of a schedule.
#[derive(Clone, Debug, Serialize)]
pub struct StageReport {
    /// Its name, such as `temperature=5`.
    pub name: String,
    /// Numbers of instances.
    pub instances: VolumeReport,
    /// Each perspective before and after.
    pub perspectives: BTreeMap<Perspective, OutcomeReport>,
}

/// An overridden entity before and after.
#[derive(Clone, Debug, Serialize)]
pub struct OverrideReport {
    /// The entity: `perspective:name`.
    pub entity: String,
    /// What the recipe asks for it.
    pub action: OverrideAction,
    /// Its count before.
    pub before: u32,
    /// Its expected count after.
    pub after: f64,
}

/// The most overridden entities that a report lists.
const LISTED: usize = 100;

/// Numbers of instances before and after.
#[derive(Clone, Debug, Serialize)]
pub struct VolumeReport {
    /// Instances before.
    pub before: u64,
    /// Kept at least once, expected.
    pub kept: f64,
    /// Standard deviation of the number kept, over seeds.
    pub kept_sd: f64,
    /// Volume after, repeats counted, expected.
    pub after: f64,
    /// (Σw)²/Σw² before and after, with w how often an instance is written.
    pub effective_sample_size: [f64; 2],
    /// How often the instance that is repeated most is written, or weighs, expected.
    pub most_repeats: f64,
    /// Instances that are written more than four times, expected.
    pub often: u64,
    /// Instances without an entity, by perspective.
    pub no_entity: BTreeMap<Perspective, u64>,
}

/// A perspective before and after.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeReport {
    /// τ, a count.
    pub threshold: u32,
    /// Gini index.
    pub gini: [f64; 2],
    /// Evenness.
    pub evenness: [f64; 2],
    /// Hill number of order 1.
    pub effective_entities: [f64; 2],
    /// The tail's share of occurrences.
    pub tail_occurrence_share: [f64; 2],
    /// The share of the entities of before of which something stays, expected.
    pub coverage: [f64; 2],
    /// How much head and tail share instances.
    pub scumble: [f64; 2],
    /// Entities of which nothing stays, expected.
    pub entities_lost: f64,
    /// The probability mass that goes with them, by Good and Turing.
    pub mass_lost: f64,
    /// Divergence from uniform, in nats.
    pub kl_uniform: [f64; 2],
    /// Jensen–Shannon divergence from before, in nats.
    pub js: f64,
    /// Entity, count before, expected count after.
    pub moves_most: Vec<(String, u32, f64)>,
    /// Tail entities that lose more than a fifth: entity, count before, expected count after.
    pub collateral: Vec<(String, u32, f64)>,
    /// How many such entities there are.
    pub collateral_entities: u64,
}

/// The control's measures.
#[derive(Clone, Debug, Serialize)]
pub struct ControlReport {
    /// (Σw)²/Σw²: the subset's size.
    pub effective_sample_size: f64,
    /// By perspective.
    pub perspectives: BTreeMap<Perspective, Measures>,
}

impl PreviewReport {
    /// The report of a preview of `index`.
    #[must_use]
    pub fn of(preview: &Preview, index: &Index) -> Self {
        let instances = &preview.instances;
        let control = preview.perspectives.iter().map(|outcome| (outcome.perspective, outcome.random));
        Self {
            instances: VolumeReport::of(preview),
            exact: preview.exact,
            policy: preview.policy,
            perspectives: outcomes(preview, index),
            target: preview.target.as_ref().map(|target| TargetReport::of(target, index)),
            size_scale: preview.size_scale,
            overrides: overrides(preview, index),
            synthesis: None,
            warnings: preview.advice.iter().map(ToString::to_string).collect(),
            stages: Vec::new(),
            random_control: ControlReport {
                effective_sample_size: instances.after.min(instances.before as f64),
                perspectives: control.collect(),
            },
        }
    }

    /// The same with the stages of a schedule.
    #[must_use]
    pub fn with_stages(mut self, stages: &[StagePreview], index: &Index) -> Self {
        let report = |stage: &StagePreview| StageReport {
            name: stage.name.clone(),
            instances: VolumeReport::of(&stage.preview),
            perspectives: outcomes(&stage.preview, index),
        };
        self.stages = stages.iter().map(report).collect();
        self
    }
}

impl VolumeReport {
    fn of(preview: &Preview) -> Self {
        let instances = &preview.instances;
        Self {
            before: instances.before,
            kept: instances.kept,
            kept_sd: instances.kept_sd,
            after: instances.after,
            effective_sample_size: [instances.before as f64, instances.effective],
            most_repeats: instances.most_repeats,
            often: instances.often,
            no_entity: instances.no_entity.iter().copied().collect(),
        }
    }
}

fn outcomes(preview: &Preview, index: &Index) -> BTreeMap<Perspective, OutcomeReport> {
    let report = |outcome: &Outcome| {
        let entry = index.told().iter().find(|entry| entry.perspective == outcome.perspective)?;
        Some((outcome.perspective, OutcomeReport::of(outcome, entry)))
    };
    preview.perspectives.iter().filter_map(report).collect()
}

fn overrides(preview: &Preview, index: &Index) -> Vec<OverrideReport> {
    let one = |entry: &Overridden| {
        let names = &index.perspective(entry.perspective)?.names;
        Some(OverrideReport {
            entity: format!("{}:{}", entry.perspective.key(), names.get(entry.rank as usize)),
            action: entry.action,
            before: entry.before,
            after: f64::from(entry.after),
        })
    };
    preview.overrides.iter().take(LISTED).filter_map(one).collect()
}

impl OutcomeReport {
    fn of(outcome: &Outcome, entry: &PerspectiveIndex) -> Self {
        let (before, after) = (&outcome.before, &outcome.after);
        let named = |moves: &[Move]| {
            let name = |entry_move: &Move| entry.names.get(entry_move.rank as usize).into_owned();
            moves.iter().map(|entry_move| (name(entry_move), entry_move.before, f64::from(entry_move.after))).collect()
        };
        Self {
            threshold: outcome.split.threshold,
            gini: [before.gini, after.gini],
            evenness: [before.evenness, after.evenness],
            effective_entities: [before.effective_entities, after.effective_entities],
            tail_occurrence_share: [before.tail_occurrence_share, after.tail_occurrence_share],
            coverage: [before.coverage, after.coverage],
            scumble: [before.scumble.unwrap_or(0.0), after.scumble.unwrap_or(0.0)],
            entities_lost: after.entities_lost,
            mass_lost: after.mass_lost,
            kl_uniform: [before.kl_uniform, after.kl_uniform],
            js: after.js,
            moves_most: named(&outcome.moves_most),
            collateral: named(&outcome.collateral),
            collateral_entities: outcome.collateral_entities,
        }
    }
}
