//! Rows of the table of decisions, many at a time and column by column, made on all cores.
//!
//! Invariant: a row depends on its instance alone, never on the batch that it is made in.

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use super::super::Part;
use super::super::appended::{self, Appended};
use super::super::stages::{StageWeights, Tellers};
use crate::source::{Image, Instance};

/// Instances that one thread takes at a time.
const CHUNK: usize = 2048;

/// A row of the table.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in super::super) struct Row<'a> {
    pub(in super::super) id: &'a str,
    pub(in super::super) source: Option<&'a str>,
    pub(in super::super) decision: &'static str,
    pub(in super::super) repeat: u32,
    pub(in super::super) weight: f64,
    pub(in super::super) keep_probability: f64,
    pub(in super::super) reason: &'a str,
    pub(in super::super) seed_id: Option<&'a str>,
    pub(in super::super) guidance: Option<f64>,
    pub(in super::super) path: Option<&'a str>,
    pub(in super::super) stage: Option<u32>,
    /// The weight in each stage of a schedule.
    #[serde(flatten)]
    pub(in super::super) stages: StageWeights<'a>,
}

/// Rows in the order of the source.
#[derive(Default)]
pub(in super::super) struct Batch {
    chunks: Vec<Chunk>,
    /// Rows of what was made for the tail, behind all others.
    made: Vec<MadeRow>,
    /// The names of the dataset's files.
    sources: Vec<String>,
    /// The stages of the recipe's schedule.
    pub(in super::super) stages: usize,
}

/// The row of an instance that was made.
struct MadeRow {
    id: String,
    source: Option<String>,
    reason: String,
    seed_id: String,
    guidance: Option<f64>,
    path: Option<String>,
    stage: Option<u32>,
    /// Its weight in each stage of a schedule: that of a row that is written once.
    weights: Vec<f64>,
}

impl MadeRow {
    fn of(part: &Part<'_>, item: &Appended<'_>, stages: usize) -> Self {
        let dataset = part.contents.dataset;
        let mut instance = Instance::default();
        dataset.read_head(item.instance(), &mut instance);
        let file = dataset.slot(item.instance()).and_then(|(file, _)| dataset.files().get(file));
        let own = item.picture_from(part.folder).map(|path| path.to_string_lossy().into_owned());
        let of_seed = || match instance.images.first() {
            Some(Image::Path(path)) => Some(path.clone().into_owned()),
            _ => None,
        };
        Self {
            id: item.id(&instance.id),
            source: file.and_then(|file| file.file_name()).map(|name| name.to_string_lossy().into_owned()),
            reason: item.reason(part.contents),
            seed_id: instance.id.clone().into_owned(),
            guidance: item.make.guidance,
            path: own.or_else(of_seed),
            stage: item.make.stage,
            weights: vec![1.0; stages],
        }
    }

    fn row(&self) -> Row<'_> {
        Row {
            id: &self.id,
            source: self.source.as_deref(),
            decision: "synthetic",
            repeat: 1,
            weight: 1.0,
            keep_probability: 1.0,
            reason: &self.reason,
            seed_id: Some(&self.seed_id),
            guidance: self.guidance,
            path: self.path.as_deref(),
            stage: self.stage,
            stages: StageWeights(&self.weights),
        }
    }
}

/// Rows in columns: texts stand behind each other, `ends` says where.
#[derive(Default)]
struct Chunk {
    ids: Texts,
    reasons: Texts,
    paths: Texts,
    pathless: Vec<bool>,
    sources: Vec<Option<usize>>,
    repeats: Vec<u32>,
    weights: Vec<f64>,
    keep_probabilities: Vec<f64>,
    /// The weights in all stages of a schedule, row by row.
    stages: Vec<f64>,
}

#[derive(Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn get(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[number]]
    }
}

impl Batch {
    /// The rows of some instances; numbers past the part's last are those of what was made, in order.
    pub(super) fn of(part: &Part<'_>, range: &Range<usize>, tellers: &Tellers<'_>) -> Self {
        let file = |file: &std::path::PathBuf| {
            file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let end = part.range.end;
        let (instances, extra) = (range.start.min(end)..range.end.min(end), range.start.max(end)..range.end.max(end));
        let starts: Vec<usize> = instances.clone().step_by(CHUNK).collect();
        let chunk = |start: usize| Chunk::of(part, start..instances.end.min(start + CHUNK), tellers);
        let all = if extra.is_empty() { Vec::new() } else { appended::of(part) };
        let made = all.get(extra.start - end..extra.end - end).unwrap_or_default();
        let stages = tellers.stages.len();
        Self {
            stages,
            made: made.par_iter().map(|item| MadeRow::of(part, item, stages)).collect(),
            chunks: starts.into_par_iter().map(chunk).collect(),
            sources: part.contents.dataset.files().iter().map(file).collect(),
        }
    }

    /// The number of rows.
    pub(in super::super) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.repeats.len()).sum::<usize>() + self.made.len()
    }

    /// The rows, in order.
    pub(in super::super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let sources = &self.sources;
        let rows = move |chunk| Chunk::rows(chunk, sources);
        self.chunks.iter().flat_map(rows).chain(self.made.iter().map(MadeRow::row))
    }

    /// The rows as text, a piece a chunk.
    pub(super) fn lines(&self, line: fn(&Row<'_>, &mut String)) -> Vec<String> {
        let text = |chunk: &Chunk| {
            let mut text = String::new();
            chunk.rows(&self.sources).for_each(|row| line(&row, &mut text));
            text
        };
        let mut lines: Vec<String> = self.chunks.par_iter().map(text).collect();
        let mut last = String::new();
        self.made.iter().for_each(|made| line(&made.row(), &mut last));
        lines.push(last);
        lines
    }
}

impl Chunk {
    fn of(part: &Part<'_>, range: Range<usize>, tellers: &Tellers<'_>) -> Self {
        let (dataset, plan) = (part.contents.dataset, part.contents.plan);
        let policy = part.contents.recipe.rebalance.policy.key();
        let mut chunk = Self::default();
        let mut instance = Instance::default();
        for number in range {
            dataset.read_head(number, &mut instance);
            chunk.ids.push(&instance.id);
            let outlook = tellers.own.tell(number, policy, &mut chunk.reasons.text);
            chunk.reasons.push("");
            let path = match instance.images.first() {
                Some(Image::Path(path)) => Some(path.as_ref()),
                _ => None,
            };
            chunk.paths.push(path.unwrap_or_default());
            chunk.pathless.push(path.is_none());
            let files = dataset.files().len();
            chunk.sources.push(dataset.slot(number).map(|(file, _)| file).filter(|&file| file < files));
            chunk.repeats.push(plan.repeat(number));
            chunk.weights.push(outlook.repeat);
            chunk.keep_probabilities.push(outlook.keep);
            chunk.stages.extend(tellers.stages.iter().map(|stage| stage.weight(number)));
        }
        chunk
    }

    fn rows<'a>(&'a self, sources: &'a [String]) -> impl Iterator<Item = Row<'a>> {
        (0..self.repeats.len()).map(move |number| self.row(number, sources))
    }

    /// The weights of a row.
    fn stages_of(&self, number: usize) -> &[f64] {
        let each = self.stages.len() / self.repeats.len().max(1);
        self.stages.get(number * each..(number + 1) * each).unwrap_or_default()
    }

    fn row<'a>(&'a self, number: usize, sources: &'a [String]) -> Row<'a> {
        Row {
            id: self.ids.get(number),
            source: self.sources[number].map(|file| sources[file].as_str()),
            decision: if self.repeats[number] > 0 { "keep" } else { "drop" },
            repeat: self.repeats[number],
            weight: self.weights[number],
            keep_probability: self.keep_probabilities[number],
            reason: self.reasons.get(number),
            seed_id: None,
            guidance: None,
            path: (!self.pathless[number]).then(|| self.paths.get(number)),
            stage: None,
            stages: StageWeights(self.stages_of(number)),
        }
    }
}
