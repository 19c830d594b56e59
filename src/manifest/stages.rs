//! Schedules in a manifest: what a weighted sampler draws every instance by in each stage of training.
//!
//! A stage changes weights alone. `decision`, `repeat`, `weight` and what is written natively are those of the recipe's own
//! temperature or progress, whatever its stages are; a stage's weights are for a sampler over all rows of the source, dropped ones
//! among them, and sum to the number of instances. Whoever trains by stages so exports with `balance_by = "weights"`, which drops
//! nothing, or samples from the source itself.
//!
//! Each stage has a file of its own, `weights-stageN.npy`, rather than a column of one array: a trainer loads one stage at a time,
//! in the very place of `weights.npy`, and can map it into memory without a stride.
//!
//! Invariant: stages are numbered from 1 in the order of the recipe, in columns, files and provenance alike.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::Contents;
use crate::plan::Explainer;
use crate::policy;
use crate::recipe::{ManifestFormat, Recipe, RecipeError};

/// A stage of a schedule, as provenance tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageRecord {
    /// Its number, from 1.
    pub stage: usize,
    /// What it is: `temperature=5`.
    pub name: String,
    /// Its column in the tables of decisions, where there is such a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Its array of weights, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The stages of a recipe's schedule; none without one.
pub(super) fn records(recipe: &Recipe) -> Vec<StageRecord> {
    let writes = |format: &ManifestFormat| recipe.export.formats.contains(format);
    let tables = [ManifestFormat::Parquet, ManifestFormat::Jsonl, ManifestFormat::Csv].iter().any(writes);
    let record = |(stage, of): (usize, policy::Stage)| StageRecord {
        stage,
        name: of.name,
        column: tables.then(|| column(stage)),
        file: writes(&ManifestFormat::Weights).then(|| file(stage)),
    };
    (1..).zip(policy::stages(recipe)).map(record).collect()
}

/// The array of a stage's weights.
pub(super) fn file(stage: usize) -> String {
    format!("weights-stage{stage}.npy")
}

/// True for the name of such an array.
pub(super) fn is_file(name: &str) -> bool {
    let number = name.strip_prefix("weights-stage").and_then(|rest| rest.strip_suffix(".npy"));
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The column of a stage's weights.
pub(super) fn column(stage: usize) -> String {
    format!("weight_stage{stage}")
}

/// Those who tell of instances: under the recipe itself, and under each stage of its schedule.
pub(super) struct Tellers<'a> {
    pub(super) own: Explainer<'a>,
    pub(super) stages: Vec<Explainer<'a>>,
}

impl<'a> Tellers<'a> {
    /// Binds a recipe and its stages to an index.
    pub(super) fn of(contents: &Contents<'a>) -> Result<Self, RecipeError> {
        let stages = policy::stages(contents.recipe);
        let bound = |stage: policy::Stage| Explainer::new(contents.index, &stage.recipe);
        Ok(Self {
            own: Explainer::new(contents.index, contents.recipe)?,
            stages: stages.into_iter().map(bound).collect::<Result<_, _>>()?,
        })
    }
}

/// An instance's weight in each stage: members of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct StageWeights<'a>(pub(super) &'a [f64]);

impl Serialize for StageWeights<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(self.0.len()))?;
        for (stage, weight) in (1..).zip(self.0) {
            members.serialize_entry(&column(stage), weight)?;
        }
        members.end()
    }
}
