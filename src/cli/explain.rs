//! `fantail explain`: why one instance is kept, repeated or dropped.
//!
//! Invariant: says what the plan says; nothing is decided here.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::exit_code::UsageError;
use super::indexed::indexed_for;
use super::stats::StatsFormat;
use super::synthesis;
use crate::index::Index;
use crate::number::{count, measure};
use crate::plan::{self, Explainer, Explanation, Plan};
use crate::recipe::{Recipe, SynthesisName};

/// The arguments of `fantail explain`.
#[derive(Clone, Debug, clap::Args)]
pub struct ExplainArguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin
    pub dataset: PathBuf,
    /// The recipe whose decision to explain
    #[arg(long, value_name = "FILE")]
    pub recipe: PathBuf,
    /// The instance's id
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
}

/// An explanation with the id that it is of.
#[derive(Clone, Debug, Serialize)]
struct Report<'a> {
    id: &'a str,
    #[serde(flatten)]
    explanation: Explanation,
    /// What is made of it for the tail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    synthetic: Vec<SeedReport>,
    /// Its place in the dataset, from 1.
    instance: usize,
    /// The other instances that have the id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Self>,
}

/// An instance's part in synthesis.
#[derive(Clone, Debug, Serialize)]
struct SeedReport {
    /// What is made of it.
    policy: SynthesisName,
    /// The entity for which it was taken first: `perspective:name`.
    entity: String,
    /// Its weight among the seeds when it was taken.
    weight: f64,
    /// How many instances are made of it.
    made: usize,
    /// The levels of image guidance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guidance: Vec<f64>,
}

/// What is made of an instance, by policy.
fn synthetic(index: &Index, plan: Option<&Plan>, instance: usize) -> Vec<SeedReport> {
    let Some(plan) = plan else { return Vec::new() };
    let seeds = plan.synthesis().seeds.iter().filter(|seed| seed.instance as usize == instance);
    let told = seeds.map(|seed| SeedReport {
        policy: seed.policy,
        entity: plan::entity(index, seed),
        weight: seed.weight,
        made: seed.makes.len(),
        guidance: seed.makes.iter().filter_map(|make| make.guidance).collect(),
    });
    told.collect()
}

/// Runs `fantail explain` to stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe, an id that no instance has, or a stdout that cannot be written.
pub fn run(arguments: &ExplainArguments) -> color_eyre::Result<()> {
    let recipe = Recipe::load(&arguments.recipe)?;
    let index = indexed_for((&recipe, &arguments.recipe), &arguments.dataset)?;
    let id = arguments.id.as_str();
    let unknown = || UsageError(format!("no instance of {} has the id '{id}'", arguments.dataset.display()));
    let instances = index.of_id(id);
    let plan = recipe.synthesis.is_on().then(|| synthesis::plan(&index, &arguments.dataset, &recipe)).transpose()?;
    let explainer = Explainer::new(&index, &recipe)?;
    let report = |&instance: &usize| {
        let explanation = explainer.explain(instance)?;
        let synthetic = synthetic(&index, plan.as_ref(), instance);
        Some(Report { id, explanation, synthetic, instance: instance + 1, others: Vec::new() })
    };
    let mut reports: Vec<Report<'_>> = instances.iter().filter_map(report).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        StatsFormat::Json => {
            let others = reports.split_off(reports.len().min(1));
            let first = reports.pop().ok_or_else(unknown)?;
            serde_json::to_writer_pretty(&mut out, &Report { others, ..first }).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        StatsFormat::Table if reports.is_empty() => return Err(unknown().into()),
        StatsFormat::Table => write_table(&reports, &recipe, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

/// A paragraph for each instance that has the id.
fn write_table(reports: &[Report<'_>], recipe: &Recipe, out: &mut dyn Write) -> std::io::Result<()> {
    for (place, report) in reports.iter().enumerate() {
        let lines = report.explanation.lines(recipe);
        let (headline, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let several = reports.len() > 1;
        let which = if several {
            format!(" ({} of {} with this id, instance {})", place + 1, reports.len(), count(report.instance as u64))
        } else {
            String::new()
        };
        writeln!(out, "{}{which}: {headline}", report.id)?;
        rest.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        for made in &report.synthetic {
            let weight = measure(made.weight);
            writeln!(out, "  seed of {} made by {} for {} (weight {weight})", made.made, made.policy, made.entity)?;
        }
    }
    Ok(())
}
