//! The table of decisions: one row an instance of the source, kept or dropped, and why.
//!
//! Columns: `id`, `source` (the file that the record is from), `decision`, `repeat`, `weight` (how often it is written on average),
//! `keep_probability`, `reason` (policy and deciding entities), `seed_id` and `guidance` (of synthetic records alone), `path` (of the
//! first picture), `stage` (of training, of synthetic records with guidance), and `weight_stage1`, `weight_stage2`, … where the
//! recipe has a schedule (see `stages`). Synthetic records come after all others.
//!
//! Invariant: rows come in the source's order; the three formats hold the same values.

mod batch;

pub(super) use batch::{Batch, Row};

use std::fmt::Write;

use super::output::Output;
use super::stages::{self, Tellers};
use super::staging::{Joint, Section, Staging};
use super::{ManifestError, Part, table};
use crate::recipe::ManifestFormat;
use crate::source::quoted_field;

const HEADER: &str = "id,source,decision,repeat,weight,keep_probability,reason,seed_id,guidance,path,stage";
/// Rows that are made at once.
pub(super) const BATCH: usize = 1 << 16;

/// Writes the table in one format.
pub(super) fn write(part: &Part<'_>, format: ManifestFormat, staging: &Staging) -> Result<(), ManifestError> {
    let contents = part.contents;
    let name = super::names(contents.dataset, format).concat();
    if staging.is_finished(&name) {
        return Ok(());
    }
    let tellers = Tellers::of(contents)?;
    let output = staging.output(&name)?;
    match format {
        ManifestFormat::Csv => write_lines(part, (&header(&tellers), csv_line), &tellers, output),
        ManifestFormat::Jsonl => write_lines(part, ("", json_line), &tellers, output),
        _ => table::write_decisions(part, &|range| Batch::of(part, &range, &tellers), output),
    }
}

/// The names of all columns.
fn header(tellers: &Tellers<'_>) -> String {
    let columns = (1..=tellers.stages.len()).map(|stage| format!(",{}", stages::column(stage)));
    std::iter::once(HEADER.to_owned()).chain(columns).chain(["\n".to_owned()]).collect()
}

/// Writes a header and a line a row.
fn write_lines(
    part: &Part<'_>,
    (header, line): (&str, fn(&Row<'_>, &mut String)),
    tellers: &Tellers<'_>,
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
        let lines = Batch::of(part, &range, tellers).lines(line);
        lines.iter().try_for_each(|lines| output.put(lines.as_bytes()))?;
        output.mark(next, (next - part.range.start) as u64)?;
    }
    let section = Section { start: header.len() as u64, end: output.bytes(), between: Vec::new() };
    output.finish((end - part.range.start) as u64, Joint::Sections(vec![section])).map(drop)
}

/// The end of a part's rows: those of what was made go on counting where the instances end.
pub(super) fn end(part: &Part<'_>) -> usize {
    part.range.end + super::appended::of(part).len()
}

fn json_line(row: &Row<'_>, lines: &mut String) {
    lines.push_str(&serde_json::to_string(row).unwrap_or_default());
    lines.push('\n');
}

fn csv_line(row: &Row<'_>, lines: &mut String) {
    let text = |lines: &mut String, text: &str| {
        lines.push_str(&quoted_field(text, b','));
        lines.push(',');
    };
    text(lines, row.id);
    text(lines, row.source.unwrap_or_default());
    // Writing to a string does not fail.
    let _ = write!(lines, "{},{},{},{},", row.decision, row.repeat, row.weight, row.keep_probability);
    text(lines, row.reason);
    text(lines, row.seed_id.unwrap_or_default());
    text(lines, &row.guidance.map(|guidance| guidance.to_string()).unwrap_or_default());
    text(lines, row.path.unwrap_or_default());
    lines.push_str(&row.stage.map(|stage| stage.to_string()).unwrap_or_default());
    for weight in row.stages.0 {
        let _ = write!(lines, ",{weight}");
    }
    lines.push('\n');
}
