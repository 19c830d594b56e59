//! What `fantail stats` writes for people.
//!
//! Invariant: plain text without colour or control signs, columns aligned by display width.

use std::io::{Result, Write};

use unicode_width::UnicodeWidthStr;

use super::report::{PerspectiveReport, StatsReport};
use crate::entity::Origin;
use crate::finding::{Finding, Severity};
use crate::number::{count, counted, measure, share};

/// As many records that were set aside are listed; JSON has all.
const MOST_WARNINGS: usize = 10;

/// Writes the report and what is worth telling.
pub(super) fn write(report: &StatsReport, findings: &[Finding], out: &mut dyn Write) -> Result<()> {
    let dataset = &report.dataset;
    let instances = counted(dataset.instances as u64, "instance");
    write!(out, "{} · {} · {instances}", dataset.path, dataset.format)?;
    if dataset.set_aside > 0 {
        write!(out, " · {} set aside", count(dataset.set_aside as u64))?;
    }
    writeln!(out)?;
    if !dataset.mapping.is_empty() {
        let read: Vec<String> =
            dataset.mapping.iter().map(|(role, columns)| format!("{role} ← {}", columns.join(" + "))).collect();
        writeln!(out, "read as: {}", read.join(", "))?;
    }
    writeln!(out)?;
    write_measures(&report.perspectives, out)?;
    for perspective in &report.perspectives {
        write_top(perspective, dataset.instances, out)?;
    }
    write_findings(findings, out)?;
    write_warnings(report, out)
}

/// A row of the table of measures: its name and what it shows of a perspective; an empty name is a gap.
type Row = (&'static str, fn(&PerspectiveReport) -> String);

const ROWS: [Row; 25] = [
    ("entities", |of| count(of.entities as u64)),
    ("occurrences", |of| count(of.occurrences)),
    ("largest count", |of| count(u64::from(of.max))),
    ("smallest count", |of| count(u64::from(of.min))),
    ("imbalance", |of| format!("{} : 1", measure(of.imbalance_ratio))),
    ("", |_| String::new()),
    ("gini", |of| measure(of.gini)),
    ("evenness", |of| measure(of.evenness)),
    ("effective entities", |of| measure(of.effective_entities)),
    ("zipf exponent", |of| of.zipf_exponent.map_or_else(|| "—".into(), measure)),
    ("singletons", |of| count(of.singletons)),
    ("unseen mass", |of| share(of.unseen_mass)),
    ("entities at least (Chao1)", |of| count(of.chao1.round() as u64)),
    ("SCUMBLE", |of| measure(of.scumble)),
    ("mean imbalance", |of| measure(of.mean_irlbl)),
    ("", |_| String::new()),
    ("head ends at τ", |of| count(u64::from(of.threshold))),
    ("head entities", |of| count(of.head_entities as u64)),
    ("tail entities", |of| count(of.tail_entities as u64)),
    ("at exactly τ: head · tail", |of| {
        of.tied.map_or_else(String::new, |(head, tail)| format!("{} · {}", count(head as u64), count(tail as u64)))
    }),
    ("  of all entities", |of| share(of.tail_entity_share)),
    ("  of all occurrences", |of| share(of.tail_occurrence_share)),
    ("  in instances", |of| share(of.tail_instance_share)),
    ("many · medium · few", |of| {
        of.groups.map_or_else(String::new, |of| format!("{} · {} · {}", of.many.0, of.medium.0, of.few.0))
    }),
    ("read from", |of| match of.origin {
        Origin::Text => "text".into(),
        Origin::Annotation => "annotation".into(),
        Origin::Sidecar => "sidecar".into(),
    }),
];

fn write_measures(perspectives: &[PerspectiveReport], out: &mut dyn Write) -> Result<()> {
    let mut lines: Vec<Vec<String>> = vec![
        std::iter::once(String::new())
            .chain(perspectives.iter().map(|report| report.perspective.title().to_owned()))
            .collect(),
    ];
    for (name, cell) in ROWS {
        let cells: Vec<String> = perspectives.iter().map(cell).collect();
        if name.is_empty() || cells.iter().any(|cell| !cell.is_empty()) {
            lines.push(std::iter::once(name.to_owned()).chain(cells).collect());
        }
    }
    let columns = perspectives.len() + 1;
    let widths: Vec<usize> =
        (0..columns).map(|column| lines.iter().map(|line| line[column].width()).max().unwrap_or(0)).collect();
    for line in &lines {
        let mut text = padded_right(&line[0], widths[0]);
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            text.push_str("  ");
            text.push_str(&padded_left(cell, *width));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn write_top(report: &PerspectiveReport, instances: usize, out: &mut dyn Write) -> Result<()> {
    if report.entities == 0 {
        return writeln!(out, "\n{}: nothing found", report.perspective.title());
    }
    writeln!(
        out,
        "\n{}: {} of entities hold {} of occurrences",
        report.perspective.title(),
        share(report.tail_entity_share),
        share(report.tail_occurrence_share)
    )?;
    let width = report.top.iter().map(|(name, _)| name.width()).max().unwrap_or(0).clamp(6, 60);
    let (entity, held, part) = (padded_right("entity", width), "instances", "of all instances");
    writeln!(out, "{:>6}  {entity}  {held:>11}  {part:>16}", "rank")?;
    for (rank, (name, instances_of)) in report.top.iter().enumerate() {
        let part = share(f64::from(*instances_of) / instances.max(1) as f64);
        let (name, held) = (padded_right(name, width), count(u64::from(*instances_of)));
        writeln!(out, "{:>6}  {name}  {held:>11}  {part:>16}", rank + 1)?;
    }
    Ok(())
}

fn write_findings(findings: &[Finding], out: &mut dyn Write) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nworth knowing")?;
    for finding in findings {
        let mark = if finding.severity == Severity::Warning { '!' } else { '·' };
        writeln!(out, "  {mark} {}\n      {}", finding.text, finding.advice)?;
    }
    Ok(())
}

fn write_warnings(report: &StatsReport, out: &mut dyn Write) -> Result<()> {
    if report.warnings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nwarnings")?;
    for warning in report.warnings.iter().take(MOST_WARNINGS) {
        match (&warning.file, warning.row, warning.offset) {
            (Some(file), Some(row), Some(offset)) => {
                writeln!(out, "  {file} row {}, byte {}: {}", count(row), count(offset), warning.message)?;
            }
            _ => writeln!(out, "  {}", warning.message)?,
        }
    }
    match report.warnings.len().saturating_sub(MOST_WARNINGS) {
        0 => Ok(()),
        more => writeln!(out, "  and {} more; --format json lists all", count(more as u64)),
    }
}

fn padded_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn padded_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}
