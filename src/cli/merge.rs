//! `fantail merge`: the shards of an export back into one.
//!
//! Invariant: gives the bytes that `fantail apply` without shards would have written.

use std::io::Write;
use std::path::PathBuf;

use super::apply::write_files;
use super::progress::{Interrupt, ProgressForm};
use crate::job::{Failure, Summary, quoted};
use crate::manifest::{self, Target};
use crate::progress::Stage;

/// The arguments of `fantail merge`.
#[derive(Clone, Debug, clap::Args)]
pub struct MergeArguments {
    /// The folders that `fantail apply --shard` wrote, all of them
    #[arg(required = true, value_name = "DIR")]
    pub shards: Vec<PathBuf>,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
    /// How progress is told on stderr: a bar or plain lines, or JSON objects a line of which the last is the one that ends the job
    #[arg(long, value_enum, default_value_t = ProgressForm::Auto)]
    pub progress: ProgressForm,
}

/// Runs `fantail merge`.
///
/// # Errors
/// Shards that do not belong together, or a folder that cannot be written to.
pub fn run(arguments: &MergeArguments) -> color_eyre::Result<()> {
    let interrupt = Interrupt::listen((arguments.progress, "merge"), &[Stage::Write])?;
    let summary = interrupt.ended(merged(arguments, &interrupt))?;
    let mut out = std::io::stdout().lock();
    write_files((&summary.tally, summary.set_aside, &summary.files), &mut out)?;
    Ok(out.flush()?)
}

fn merged(arguments: &MergeArguments, interrupt: &Interrupt) -> color_eyre::Result<Summary> {
    let target = Target { force: arguments.force, ..Target::new(&arguments.out) };
    let written = manifest::merge(&arguments.shards, &target, interrupt).map_err(Failure::from)?;
    let shards: Vec<String> = arguments.shards.iter().map(|folder| quoted(folder)).collect();
    Ok(Summary {
        files: written.files,
        tally: written.tally,
        set_aside: written.set_aside,
        command: format!("fantail merge {} --out {} --force", shards.join(" "), quoted(&arguments.out)),
        ..Summary::default()
    })
}
