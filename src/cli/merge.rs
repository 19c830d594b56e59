//! `fantail merge`: the shards of an export back into one.
//!
//! Invariant: gives the bytes that `fantail apply` without shards would have written.

use std::io::Write;
use std::path::PathBuf;

use super::apply::{Interrupt, write_files};
use crate::job::Failure;
use crate::manifest::{self, Target};

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
}

/// Runs `fantail merge`.
///
/// # Errors
/// Shards that do not belong together, or a folder that cannot be written to.
pub fn run(arguments: &MergeArguments) -> color_eyre::Result<()> {
    let target = Target { force: arguments.force, ..Target::new(&arguments.out) };
    let interrupt = Interrupt::of("merge")?;
    let written = manifest::merge(&arguments.shards, &target, &interrupt).map_err(Failure::from)?;
    drop(interrupt);
    let mut out = std::io::stdout().lock();
    write_files((&written.tally, written.set_aside, &written.files), &mut out)?;
    Ok(out.flush()?)
}
