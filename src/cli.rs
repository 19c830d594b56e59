//! The command line: what can be asked, and which exit code the answer gives.
//!
//! Invariant: data goes to stdout, progress and logs to stderr; every expected failure has its own exit code.

mod advice;
pub mod apply;
pub mod cluster;
pub mod compare;
mod completions;
mod counts;
pub mod doctor;
pub mod exit_code;
pub mod explain;
mod explore;
mod indexed;
mod loaded;
mod man;
pub mod merge;
mod parse;
pub mod plan;
pub mod preview;
pub mod progress;
pub mod recipe;
pub mod stats;
pub mod synthesis;
pub mod worker;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use exit_code::of as code;
pub use parse::parse;

/// The arguments of `fantail`.
#[derive(Clone, Debug, Parser)]
#[command(
    version,
    about = "Explore, rebalance and complete long-tailed training sets in the terminal",
    long_about = "Explore, rebalance and complete long-tailed training sets in the terminal.\n\nWithout DATASET an embedded demo opens.",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Arguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin; without it the embedded demo opens
    pub dataset: Option<PathBuf>,
    /// The recipe to open, change and save; ./recipe.toml where there is one
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// The theme, by name; the variable `FANTAIL_THEME` sets it, too
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Which worker trains and samples
    #[command(flatten)]
    pub worker: worker::WorkerArguments,
    /// A command in place of the terminal program
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// How long is the tail, as a table or as JSON
    Stats(stats::StatsArguments),
    /// What a recipe would do: before and after, writing nothing
    Preview(preview::PreviewArguments),
    /// Rebalance by a recipe and write the manifests
    Apply(apply::ApplyArguments),
    /// Recipes side by side, with a random subset of each one's size as control
    Compare(compare::CompareArguments),
    /// A recipe's decisions as portable SQL over exported tables, for any engine
    Plan(plan::PlanArguments),
    /// Split large entities by what their pictures look like, and list outliers and near-duplicates
    Cluster(cluster::ClusterArguments),
    /// Put the shards of an export together
    Merge(merge::MergeArguments),
    /// Why an instance is kept or dropped
    Explain(explain::ExplainArguments),
    /// Start, check or show a recipe
    Recipe(recipe::RecipeArguments),
    /// What this terminal, this machine and this user's configuration offer
    Doctor(doctor::DoctorArguments),
    /// Completions for a shell, on stdout
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page, on stdout
    Man,
}

/// Does what the arguments ask for.
///
/// # Errors
/// Whatever the command could not do; [`code`] gives its exit code.
pub fn run(arguments: Arguments) -> color_eyre::Result<()> {
    let Some(command) = arguments.command else { return explore::run(arguments) };
    let done = match command {
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Cluster(arguments) => cluster::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Recipe(arguments) => recipe::run(&arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Completions { shell } => completions::run(shell),
        Command::Man => man::run(),
    };
    // What a command reads and writes by name fails with errors of its own: a bare one is stdout's.
    done.or_else(|error| error.downcast::<std::io::Error>().map_or_else(Err, |cause| written_out(&cause)))
}

/// The folder of the user's own keymap and themes; `FANTAIL_CONFIG_DIR` names another one.
fn configuration_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let chosen = std::env::var_os("FANTAIL_CONFIG_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    chosen.or_else(|| etcetera::choose_base_strategy().ok().map(|platform| platform.config_dir().join("fantail")))
}

/// Writes a whole text to stdout; a reader that went away is no error.
fn write_out(text: &[u8]) -> color_eyre::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).or_else(|cause| written_out(&cause))
}

/// What a failure to write to stdout comes to; a reader that went away is no error.
fn written_out(cause: &std::io::Error) -> color_eyre::Result<()> {
    if cause.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(exit_code::Expected { message: format!("cannot write to stdout: {cause}"), code: 7 }.into())
}
