//! `fantail explain`: why one instance is kept, repeated or dropped.
//!
//! Invariant: says what the plan says; nothing is decided here.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::exit_code::UsageError;
use super::indexed::indexed_for;
use super::stats::StatsFormat;
use super::synthesis;
use crate::index::{Index, name_hash};
use crate::number::measure;
use crate::plan::{self, Decision, Explanation, VoteExplanation};
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
fn synthetic(
    index: &Index,
    dataset: &Path,
    (recipe, instance): (&Recipe, usize),
) -> color_eyre::Result<Vec<SeedReport>> {
    if !recipe.synthesis.is_on() {
        return Ok(Vec::new());
    }
    let plan = synthesis::plan(index, dataset, recipe)?;
    let seeds = plan.synthesis().seeds.iter().filter(|seed| seed.instance as usize == instance);
    let told = seeds.map(|seed| SeedReport {
        policy: seed.policy,
        entity: plan::entity(index, seed),
        weight: seed.weight,
        made: seed.makes.len(),
        guidance: seed.makes.iter().filter_map(|make| make.guidance).collect(),
    });
    Ok(told.collect())
}

/// Runs `fantail explain` to stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe, an id that no instance has, or a stdout that cannot be written.
pub fn run(arguments: &ExplainArguments) -> color_eyre::Result<()> {
    let recipe = Recipe::load(&arguments.recipe)?;
    let index = indexed_for((&recipe, &arguments.recipe), &arguments.dataset)?;
    let (id, hash) = (arguments.id.as_str(), name_hash(&arguments.id));
    let unknown = || UsageError(format!("no instance of {} has the id '{id}'", arguments.dataset.display()));
    let instance = index.id_hashes.iter().position(|&known| known == hash).ok_or_else(unknown)?;
    let explanation = plan::explain(&index, &recipe, instance)?.ok_or_else(unknown)?;
    let synthetic = synthetic(&index, &arguments.dataset, (&recipe, instance))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        StatsFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &Report { id, explanation, synthetic })
                .map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        StatsFormat::Table => {
            write_table(id, &explanation, &recipe, &mut out)?;
            for made in &synthetic {
                let weight = measure(made.weight);
                writeln!(out, "  seed of {} made by {} for {} (weight {weight})", made.made, made.policy, made.entity)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

fn write_table(id: &str, told: &Explanation, recipe: &Recipe, out: &mut dyn Write) -> std::io::Result<()> {
    let decision = match (told.decision, told.repeat) {
        (Decision::Drop, _) => "dropped".to_owned(),
        (Decision::Keep, 1) => "kept".to_owned(),
        (Decision::Keep, repeat) => format!("kept {repeat} times"),
    };
    let chance = measure(told.keep_probability);
    writeln!(
        out,
        "{id}: {decision} by {} (probability {chance}, weight {})",
        recipe.rebalance.policy,
        measure(told.weight)
    )?;
    if told.no_entity {
        writeln!(out, "  it holds no entity that the policy looks at; the recipe's no_entity decides")?;
    }
    told.votes.iter().try_for_each(|vote| write_vote(vote, out))?;
    if let Some(told) = &told.overridden {
        let verdict = if told.changed { "decides" } else { "changes nothing here" };
        write!(out, "  override: {} of {}", told.action, told.entity)?;
        if let Some(draw) = told.draw {
            let side = if draw < told.cut { "below" } else { "not below" };
            let probability = measure(told.probability);
            write!(out, ", draw {draw:.4} is {side} its cut {:.4} (probability {probability})", told.cut)?;
        }
        writeln!(out, ": {verdict}")?;
    }
    told.alpha_draw.map_or(Ok(()), |draw| writeln!(out, "  last draw {draw:.4}"))
}

fn write_vote(vote: &VoteExplanation, out: &mut dyn Write) -> std::io::Result<()> {
    let verdict = if vote.passed { "yes" } else { "no " };
    let name = vote.perspective.title();
    let Some(entity) = &vote.entity else { return writeln!(out, "  {name:<14} {verdict}  holds no entity") };
    write!(out, "  {name:<14} {verdict}  {entity}: probability {}", measure(vote.probability))?;
    match vote.draw {
        Some(draw) => writeln!(out, ", draw {draw:.4} (passes with probability {})", measure(vote.pass_probability)),
        None => writeln!(out),
    }
}
