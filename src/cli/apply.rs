//! `fantail apply`: rebalances a dataset and writes the result; the same job as behind the terminal program.
//!
//! Invariant: an interrupt cancels the job and leaves nothing under a final name; a second one ends the program.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::counts;
use super::progress::ProgressLine;
use crate::app::model::Loaded;
use crate::index::cache::Cache;
use crate::job::{self, ApplyJob, Event, Handle, Summary};
use crate::load::{self, Provenance};
use crate::manifest::{ManifestError, Shard, Target, WrittenFile};
use crate::number::{bytes, count};
use crate::plan::Tally;
use crate::policy;
use crate::progress::{Observer, Stage};
use crate::recipe::Recipe;

const EXAMPLES: &str = "\
Eight processes, on one machine or on eight that see the same files, and the bytes of one:
  parallel fantail apply data.jsonl --recipe recipe.toml --shard {}/8 --out parts/{} ::: $(seq 8)
  fantail merge parts/* --out calibrated
The same under Slurm:
  sbatch --array=1-8 --wrap='fantail apply data.jsonl --recipe recipe.toml --shard $SLURM_ARRAY_TASK_ID/8 --out parts/$SLURM_ARRAY_TASK_ID'
A dataset of files that no machine holds together, in two passes over its files:
  parallel fantail stats {} --counts-out {}.counts '>' /dev/null ::: data/*.jsonl
  parallel fantail apply {} --recipe recipe.toml --out calibrated/{/} --counts-in data/*.counts ::: data/*.jsonl";

/// The arguments of `fantail apply`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ApplyArguments {
    /// A file, a folder, or a pattern such as 'data/*.jsonl'
    pub dataset: PathBuf,
    /// The recipe to apply
    #[arg(long, value_name = "FILE")]
    pub recipe: PathBuf,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
    /// Go on from what an interrupted run left in the folder
    #[arg(long)]
    pub resume: bool,
    /// Write part I of N alone; `fantail merge` puts them together
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    pub shard: Shard,
    /// The counts of the whole that DATASET is a part of, as `stats --counts-out` wrote them; several are added up
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub counts_in: Vec<PathBuf>,
    /// The folder of what the worker made; 'synthesis' in DIR without it. Shards name the same one
    #[arg(long, value_name = "DIR")]
    pub synthesis: Option<PathBuf>,
    /// Bytes between two checkpoints of a file
    #[arg(long, value_name = "BYTES", default_value_t = Target::STEP, hide = true)]
    pub checkpoint: u64,
}

/// Runs `fantail apply`: progress on stderr, a summary on stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe, a folder that cannot be written to, or an interrupt.
pub fn run(arguments: &ApplyArguments) -> color_eyre::Result<()> {
    let recipe = Recipe::load(&arguments.recipe)?;
    let interrupt = Interrupt::listen()?;
    let cache = Cache::of_user();
    let (loaded, provenance) = load::load(&arguments.dataset, &recipe, &interrupt, &cache)?;
    if let (Provenance::Built(_), Err(cause)) = (provenance, load::keep(&loaded, &recipe, &cache)) {
        eprintln!("the index could not be cached, so the next time takes as long: {cause}");
    }
    let loaded = Loaded { index: counts::under(loaded.index, &recipe, &arguments.counts_in)?, dataset: loaded.dataset };
    policy::fits(&loaded.index, &recipe).map_err(|error| error.in_file(&arguments.recipe))?;
    let job = ApplyJob {
        data: Arc::new(loaded),
        recipe,
        target: Target {
            folder: arguments.out.clone(),
            force: arguments.force,
            resume: arguments.resume,
            step: arguments.checkpoint,
        },
        shard: arguments.shard,
        synthesis: arguments.synthesis.clone(),
    };
    let (sender, events) = channel();
    // A receiver that is gone has given up on the job.
    let handle = job::start(job, move |event| drop(sender.send(event)))?;
    let summary = follow(&handle, &events, &interrupt);
    handle.wait();
    drop(interrupt);
    write_summary(&summary?)
}

/// Takes events until the last one.
fn follow(handle: &Handle, events: &Receiver<Event>, interrupt: &Interrupt) -> color_eyre::Result<Summary> {
    loop {
        if interrupt.cancelled() {
            handle.cancel();
        }
        match events.recv_timeout(Duration::from_millis(50)) {
            Ok(Event::Progress { stage, done, total }) => interrupt.advanced(stage, done, total),
            Ok(Event::Log { line }) => eprintln!("{line}"),
            Ok(Event::Started { .. }) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Event::Finished(summary)) => return Ok(summary),
            Ok(Event::Failed(failure)) => return Err(failure.into()),
            Ok(Event::Cancelled) | Err(RecvTimeoutError::Disconnected) => return Err(ManifestError::Cancelled.into()),
        }
    }
}

fn write_summary(summary: &Summary) -> color_eyre::Result<()> {
    let mut out = std::io::stdout().lock();
    write_files((&summary.tally, summary.set_aside, &summary.files), &mut out)?;
    writeln!(out, "the same again: {}", summary.command)?;
    Ok(())
}

/// Tells what was kept and written, a line a file.
pub(super) fn write_files(
    (tally, set_aside, files): (&Tally, u64, &[WrittenFile]),
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let (kept, dropped) = (count(tally.kept), count(tally.dropped));
    let made = if tally.synthetic > 0 { format!(", synthetic {}", count(tally.synthetic)) } else { String::new() };
    writeln!(out, "kept {kept}, dropped {dropped}, set aside {}{made}", count(set_aside))?;
    for file in files {
        let rows = if file.rows > 0 { format!("{} records, ", count(file.rows)) } else { String::new() };
        writeln!(out, "wrote {} ({rows}{})", file.path.display(), bytes(file.bytes))?;
    }
    Ok(())
}

/// Progress on stderr, and whether the user interrupted.
struct Interrupt {
    line: ProgressLine,
    came: Arc<AtomicBool>,
}

impl Interrupt {
    fn listen() -> std::io::Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&came))?;
            signal_hook::flag::register(signal, Arc::clone(&came))?;
        }
        Ok(Self { line: ProgressLine::on_stderr(), came })
    }
}

impl Observer for Interrupt {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        self.line.advanced(stage, done, total);
    }

    fn cancelled(&self) -> bool {
        self.came.load(Ordering::Acquire)
    }
}
