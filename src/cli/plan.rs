//! `fantail plan`: the decisions of a recipe as portable SQL over exported tables.
//!
//! Invariant: the query gives the decisions that `fantail apply` makes; nothing is written but the tables, the query and the recipe.

use std::io::Write;
use std::path::PathBuf;

use super::loaded::loaded_under;
use super::progress::{Interrupt, ProgressForm};
use crate::job::{Failure, Summary, quoted};
use crate::load::Loaded;
use crate::manifest::{self, Contents, Shard, Target};
use crate::number::{bytes, count};
use crate::plan::{Plan, PlanError};
use crate::recipe::{Recipe, RecipeError};

const NOTES: &str = "\
Writes instances, entities, perspectives, probabilities, overrides, override_draws and parameters as Parquet, load.sql (DuckDB's way to
find them) and decisions.sql: a view `decisions` of (instance, id, decision, repeat). All policies are covered, with votes, repeats,
\u{3b1}, instances without entities, and overrides. Draws are exported, not computed in SQL, so that a query under another threshold, \u{3b1}
or share gives the decisions that fantail would make (caps and floors of single entities then hold on average only). Scores that are products or means are floating-point sums in the engine's
own order: a draw within about 1e-15 of one may fall on the other side (policies target, and adr with vote mean or length_normalised).

  fantail plan data.jsonl --recipe recipe.toml --emit sql --out sql
  cd sql && duckdb calibrated.db -c '.read load.sql' -c '.read decisions.sql' -c 'SELECT decision, COUNT(*) FROM decisions GROUP BY 1'";

/// What `fantail plan` can write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PlanForm {
    /// Parquet tables and SQL.
    #[default]
    Sql,
}

/// The arguments of `fantail plan`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = NOTES)]
pub struct PlanArguments {
    /// A file, a folder, or a pattern such as 'data/*.jsonl'
    pub dataset: PathBuf,
    /// The recipe
    #[arg(long, value_name = "FILE")]
    pub recipe: PathBuf,
    /// What to write
    #[arg(long, value_enum)]
    pub emit: PlanForm,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
    /// The counts of the whole that DATASET is a part of, as `stats --counts-out` wrote them; several are added up
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub counts_in: Vec<PathBuf>,
    /// How progress is told on stderr: a bar or plain lines, or JSON objects a line of which the last is the one that ends the job
    #[arg(long, value_enum, default_value_t = ProgressForm::Auto)]
    pub progress: ProgressForm,
}

/// Runs `fantail plan`: progress on stderr, what was written on stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe, a folder that cannot be written to, or an interrupt.
pub fn run(arguments: &PlanArguments) -> color_eyre::Result<()> {
    let interrupt = Interrupt::listen((arguments.progress, "plan"), &Interrupt::STAGES)?;
    let Summary { tally, files, .. } = interrupt.ended(planned(arguments, &interrupt))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "keeps {}, drops {}, writes {}", count(tally.kept), count(tally.dropped), count(tally.after))?;
    for file in files {
        let rows = if file.rows > 0 { format!("{} rows, ", count(file.rows)) } else { String::new() };
        writeln!(out, "wrote {} ({rows}{})", file.path.display(), bytes(file.bytes))?;
    }
    Ok(out.flush()?)
}

fn planned(arguments: &PlanArguments, interrupt: &Interrupt) -> color_eyre::Result<Summary> {
    let PlanForm::Sql = arguments.emit;
    let recipe = Recipe::load(&arguments.recipe)?;
    let target = Target { force: arguments.force, ..Target::new(&arguments.out) };
    manifest::check_sql(&target, &recipe).map_err(Failure::from)?;
    let Loaded { dataset, index } = loaded(arguments, &recipe, interrupt)?;
    let plan = Plan::new(&index, &recipe, interrupt).map_err(|error: PlanError| color_eyre::Report::from(error))?;
    let contents = Contents { dataset: &dataset, index: &index, recipe: &recipe, plan: &plan, shard: Shard::WHOLE };
    let files = manifest::write_sql(&contents, &target, interrupt).map_err(Failure::from)?;
    let set_aside = dataset.set_aside().len() as u64;
    Ok(Summary { files, tally: plan.tally(), set_aside, command: command(arguments), ..Summary::default() })
}

/// The dataset, and its index under the counts of the whole, where the recipe fits them and SQL can tell it.
fn loaded(arguments: &PlanArguments, recipe: &Recipe, interrupt: &Interrupt) -> color_eyre::Result<Loaded> {
    let fitting = (recipe, arguments.recipe.as_path());
    let loaded = loaded_under(fitting, &arguments.dataset, &arguments.counts_in, interrupt)?;
    if recipe.synthesis.is_on() {
        let reason = "SQL tells what is kept, and synthesis appends what the whole plan chose; write policies = [] under \
                      [synthesis], or use `fantail apply`";
        return Err(RecipeError::Unfit(reason.into()).into());
    }
    Ok(loaded)
}

/// The command that does the same.
fn command(arguments: &PlanArguments) -> String {
    let [dataset, recipe, out] = [&arguments.dataset, &arguments.recipe, &arguments.out].map(|path| quoted(path));
    let counts: Vec<String> = arguments.counts_in.iter().map(|file| format!(" {}", quoted(file))).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(" --counts-in{}", counts.concat()) };
    format!("fantail plan {dataset} --recipe {recipe} --emit sql --out {out} --force{counts}")
}
