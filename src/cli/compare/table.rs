//! What `fantail compare` writes for people: a column a recipe, and its random control beside it.
//!
//! Invariant: plain text without colour or control signs; columns keep their order in every block.

use std::io::{Result, Write};

use super::{Column, Comparison};
use crate::cli::preview::OutcomeReport;
use crate::cli::synthesis::LayersReport;
use crate::entity::Perspective;
use crate::number::{count, measure, relative_change, share};
use crate::preview::Measures;

/// Cells for the names of the rows, and for a figure.
const NAME: usize = 20;
const FIGURE: usize = 14;

/// Writes the comparison.
pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> Result<()> {
    let columns = &comparison.recipes;
    let titles = columns.iter().map(title).flat_map(|title| [title, "random".to_owned()]);
    row("", "before", titles, out)?;
    let policies = columns.iter().flat_map(|column| [column.preview.policy.to_string(), "same size".into()]);
    row("policy", "", policies, out)?;
    let before = columns.first().map_or(0, |column| column.preview.instances.before);
    let after = columns.iter().flat_map(|column| vec![count(column.preview.instances.after.round() as u64); 2]);
    row("instances", &count(before), after, out)?;
    let change = columns.iter().flat_map(|column| {
        let instances = &column.preview.instances;
        vec![relative_change(instances.before as f64, instances.after.round()); 2]
    });
    row("change", "", change, out)?;
    let kept = columns.iter().flat_map(|column| {
        let instances = &column.preview.instances;
        [format!("{} ±{}", count(instances.kept.round() as u64), measure(instances.kept_sd)), String::new()]
    });
    row("kept at least once", &count(before), kept, out)?;
    let size = |size: f64| count(size.round() as u64);
    let effective = columns.iter().flat_map(|column| {
        let after = column.preview.instances.effective_sample_size[1];
        [size(after), size(column.preview.random_control.effective_sample_size)]
    });
    row("effective size", &count(before), effective, out)?;
    if columns.iter().any(|column| column.preview.synthesis.is_some()) {
        let made = columns.iter().flat_map(|column| {
            let made = column.preview.synthesis.as_ref().map_or(0, |synthesis| synthesis.record.made);
            [count(made), "0".to_owned()]
        });
        row("synthetic", "0", made, out)?;
    }
    for perspective in Perspective::ALL {
        block(perspective, columns, out)?;
    }
    Ok(())
}

fn title(column: &Column) -> String {
    let stem = column
        .recipe
        .file_stem()
        .map_or_else(|| column.recipe.display().to_string(), |stem| stem.to_string_lossy().into_owned());
    let short: String = stem.chars().take(FIGURE - 2).collect();
    if short.len() < stem.len() { format!("{short}…") } else { stem }
}

fn row(name: &str, before: &str, figures: impl Iterator<Item = String>, out: &mut dyn Write) -> Result<()> {
    write!(out, "{name:<NAME$}{before:>FIGURE$}")?;
    for figure in figures {
        write!(out, "{figure:>FIGURE$}")?;
    }
    writeln!(out)
}

/// A measure: its name, how it is written, and how it is read before, after and of the control.
type Row = (&'static str, fn(f64) -> String, fn(&OutcomeReport) -> [f64; 2], fn(&Measures) -> f64);

const ROWS: [Row; 10] = [
    ("gini", measure, |outcome| outcome.gini, |random| random.gini),
    ("evenness", measure, |outcome| outcome.evenness, |random| random.evenness),
    ("effective entities", measure, |outcome| outcome.effective_entities, |random| random.effective_entities),
    ("tail's share", share, |outcome| outcome.tail_occurrence_share, |random| random.tail_occurrence_share),
    ("KL to uniform", measure, |outcome| outcome.kl_uniform, |random| random.kl_uniform),
    ("JS to before", measure, |outcome| [0.0, outcome.js], |random| random.js),
    ("entities lost", measure, |outcome| [0.0, outcome.entities_lost], |random| random.entities_lost),
    ("mass lost", share, |outcome| [0.0, outcome.mass_lost], |random| random.mass_lost),
    ("coverage", share, |outcome| outcome.coverage, |random| random.coverage),
    ("SCUMBLE", measure, |outcome| outcome.scumble, |random| random.scumble.unwrap_or(0.0)),
];

fn block(perspective: Perspective, columns: &[Column], out: &mut dyn Write) -> Result<()> {
    let outcomes: Vec<Option<(&OutcomeReport, &Measures)>> = columns
        .iter()
        .map(|column| {
            let random = column.preview.random_control.perspectives.get(&perspective)?;
            Some((column.preview.perspectives.get(&perspective)?, random))
        })
        .collect();
    let Some((first, _)) = outcomes.iter().flatten().next() else { return Ok(()) };
    writeln!(out, "\n{perspective}")?;
    for (name, write, read, read_random) in ROWS {
        let figures = outcomes.iter().flat_map(|outcome| match outcome {
            Some((outcome, random)) => [write(read(outcome)[1]), write(read_random(random))],
            None => ["—".to_owned(), "—".to_owned()],
        });
        row(&format!("  {name}"), &write(read(first)[0]), figures, out)?;
    }
    completed(perspective, columns, out)?;
    Ok(())
}

/// A measure with what is made for the tail: its name, how it is written, and how it is read.
type CompletedRow = (&'static str, fn(f64) -> String, fn(&LayersReport) -> [f64; 3]);

const COMPLETED: [CompletedRow; 3] = [
    ("gini + synthetic", measure, |layers| layers.gini),
    ("evenness + syn.", measure, |layers| layers.evenness),
    ("tail's share + syn.", share, |layers| layers.tail_occurrence_share),
];

/// The rows of what is made for the tail, where some recipe makes something; the control has nothing made.
fn completed(perspective: Perspective, columns: &[Column], out: &mut dyn Write) -> Result<()> {
    let layers: Vec<Option<&LayersReport>> = columns
        .iter()
        .map(|column| column.preview.synthesis.as_ref().and_then(|made| made.perspectives.get(&perspective)))
        .collect();
    let Some(first) = layers.iter().flatten().next() else { return Ok(()) };
    for (name, write, read) in COMPLETED {
        let figures = layers.iter().flat_map(|layers| {
            let figure = layers.map_or_else(|| "—".to_owned(), |layers| write(read(layers)[2]));
            [figure, "—".to_owned()]
        });
        row(&format!("  {name}"), &write(read(first)[0]), figures, out)?;
    }
    Ok(())
}
