//! The table of decisions: one row an instance of the source, kept or dropped, and why.
//!
//! Columns: `id`, `source` (the file that the record is from), `decision`, `repeat`, `weight` (how often it is written on average),
//! `keep_probability`, `reason` (policy and deciding entities), `seed_id` and `guidance` (of synthetic records alone), `path` (of the
//! first picture), `stage` (of training, of synthetic records with guidance). Synthetic records come after all others.
//!
//! Invariant: rows come in the source's order; the three formats hold the same values.

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use super::appended::Appended;
use super::output::Output;
use super::staging::{Joint, Section, Staging};
use super::{ManifestError, Part, table};
use crate::plan::{Decision, Explanation, VoteExplanation, explaining};
use crate::recipe::ManifestFormat;
use crate::source::{Dataset, Image, Instance};

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) source: Option<String>,
    pub(super) decision: &'static str,
    pub(super) repeat: u32,
    pub(super) weight: f64,
    pub(super) keep_probability: f64,
    pub(super) reason: String,
    pub(super) seed_id: Option<String>,
    pub(super) guidance: Option<f64>,
    pub(super) path: Option<String>,
    pub(super) stage: Option<u32>,
}

const HEADER: &str = "id,source,decision,repeat,weight,keep_probability,reason,seed_id,guidance,path,stage\n";
/// Rows that are made at once.
pub(super) const BATCH: usize = 1 << 16;

type Explain<'a> = &'a (dyn Fn(usize) -> Explanation + Sync);

/// Writes the table in one format.
pub(super) fn write(part: &Part<'_>, format: ManifestFormat, staging: &mut Staging) -> Result<(), ManifestError> {
    let contents = part.contents;
    let name = super::names(contents.dataset, format).concat();
    if staging.finished(&name).is_some() {
        return Ok(());
    }
    let output = staging.output(&name)?;
    explaining(contents.index, contents.recipe, |explain| match format {
        ManifestFormat::Csv => write_lines(part, (HEADER, csv_line), explain, output),
        ManifestFormat::Jsonl => write_lines(part, ("", json_line), explain, output),
        _ => table::write_decisions(part, &|range| rows(part, range, explain), output),
    })?
}

/// Writes a header and a line a row.
fn write_lines(
    part: &Part<'_>,
    (header, line): (&str, fn(&Row) -> String),
    explain: Explain<'_>,
    mut output: Output<'_>,
) -> Result<(), ManifestError> {
    let start = output.start();
    if start.bytes == 0 {
        output.put(header.as_bytes())?;
    }
    let mut next = part.range.start.max(start.next as usize);
    let end = end(part);
    while next < end {
        part.pace.reached(next - part.range.start)?;
        let range = next..end.min(next + BATCH);
        next = range.end;
        let lines: Vec<String> = rows(part, range, explain).par_iter().map(line).collect();
        lines.iter().try_for_each(|line| output.put(line.as_bytes()))?;
        output.mark(next, (next - part.range.start) as u64)?;
    }
    let section = Section { start: header.len() as u64, end: output.bytes(), between: Vec::new() };
    output.finish((end - part.range.start) as u64, Joint::Sections(vec![section])).map(drop)
}

/// The end of a part's rows: those of what was made go on counting where the instances end.
pub(super) fn end(part: &Part<'_>) -> usize {
    part.range.end + super::appended::of(part).len()
}

fn json_line(row: &Row) -> String {
    let mut line = serde_json::to_string(row).unwrap_or_default();
    line.push('\n');
    line
}

fn csv_line(row: &Row) -> String {
    let text = |text: &Option<String>| text.as_deref().map(quoted).unwrap_or_default();
    format!(
        "{},{},{},{},{},{},{},{},{},{},{}\n",
        quoted(&row.id),
        text(&row.source),
        row.decision,
        row.repeat,
        row.weight,
        row.keep_probability,
        quoted(&row.reason),
        text(&row.seed_id),
        row.guidance.map(|guidance| guidance.to_string()).unwrap_or_default(),
        text(&row.path),
        row.stage.map(|stage| stage.to_string()).unwrap_or_default(),
    )
}

/// A field by RFC 4180.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) || field.starts_with(' ') || field.ends_with(' ') {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn rows(part: &Part<'_>, range: Range<usize>, explain: Explain<'_>) -> Vec<Row> {
    let (end, start) = (part.range.end, part.range.end.max(range.start));
    let mut rows = kept_or_dropped(part, range.start.min(end)..range.end.min(end), explain);
    if start < range.end {
        let appended = super::appended::of(part);
        rows.extend(appended[start - end..range.end - end].iter().map(|item| made(part, item)));
    }
    rows
}

/// The row of an instance that was made.
fn made(part: &Part<'_>, item: &Appended<'_>) -> Row {
    let dataset = part.contents.dataset;
    let mut instance = Instance::default();
    dataset.read(item.instance(), &mut instance);
    let picture = item.picture_from(part.folder).map(|path| path.to_string_lossy().into_owned());
    Row {
        id: item.id(&instance.id),
        source: source(dataset, item.instance()),
        decision: "synthetic",
        repeat: 1,
        weight: 1.0,
        keep_probability: 1.0,
        reason: item.reason(part.contents),
        seed_id: Some(instance.id.clone().into_owned()),
        guidance: item.make.guidance,
        path: picture.or_else(|| path(&instance)),
        stage: item.make.stage,
    }
}

/// The file that an instance is from.
fn source(dataset: &Dataset, number: usize) -> Option<String> {
    let file = dataset.slot(number).and_then(|(file, _)| dataset.files().get(file))?;
    Some(file.file_name()?.to_string_lossy().into_owned())
}

/// The path of the first picture.
fn path(instance: &Instance<'_>) -> Option<String> {
    match instance.images.first()? {
        Image::Path(path) => Some(path.clone().into_owned()),
        Image::Bytes(_) => None,
    }
}

fn kept_or_dropped(part: &Part<'_>, range: Range<usize>, explain: Explain<'_>) -> Vec<Row> {
    let dataset = part.contents.dataset;
    let policy = part.contents.recipe.rebalance.policy.key();
    range
        .into_par_iter()
        .with_min_len(64)
        .map_init(Instance::default, |instance, number| {
            dataset.read(number, instance);
            let told = explain(number);
            Row {
                id: instance.id.clone().into_owned(),
                source: source(dataset, number),
                decision: if told.decision == Decision::Keep { "keep" } else { "drop" },
                repeat: told.repeat,
                weight: told.weight,
                keep_probability: told.keep_probability,
                reason: reason(policy, &told),
                seed_id: None,
                guidance: None,
                path: path(instance),
                stage: None,
            }
        })
        .collect()
}

/// The policy, and the entities that decided: those that voted, or else the one that came nearest.
fn reason(policy: &str, told: &Explanation) -> String {
    if let Some(decider) = told.overridden.as_ref().filter(|decider| decider.changed) {
        return format!("override: {}", decider.entity);
    }
    if told.no_entity {
        return format!("{policy}: no entity");
    }
    let named = |vote: &VoteExplanation| {
        let entity = vote.entity.as_deref().unwrap_or("none");
        format!("{} {entity}", vote.perspective.key())
    };
    let voted: Vec<String> = told.votes.iter().filter(|vote| vote.passed).map(named).collect();
    let nearest = told.votes.iter().max_by(|a, b| a.pass_probability.total_cmp(&b.pass_probability));
    match (nearest, voted.is_empty()) {
        (None, _) => policy.to_owned(),
        (Some(_), false) => format!("{policy}: {}", voted.join(", ")),
        (Some(nearest), true) => format!("{policy}: no vote, nearest {}", named(nearest)),
    }
}
