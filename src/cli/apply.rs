//! `fantail apply`: rebalances a dataset and writes the result; the same job as behind the terminal program.
//!
//! Invariant: an interrupt cancels the job and leaves nothing under a final name; a second one ends the program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::exit_code::Expected;
use super::loaded::loaded_under;
use super::progress::{Interrupt, ProgressForm};
use super::worker::WorkerArguments;
use super::{code, configuration_folder};
use crate::config::settings::Settings;
use crate::job::{self, ApplyJob, Event, Failure, Handle, Summary};
use crate::manifest::{self, ManifestError, Shard, Target, WrittenFile};
use crate::number::{bytes, count, counted};
use crate::plan::Tally;
use crate::progress::{Observer, Stage};
use crate::recipe::{Recipe, SynthesisName};

const EXAMPLES: &str = "\
Progress for programs (--progress json): an object a line on stderr, each with \"version\": 1 and \"event\": started (job, stages), progress
(stage, done, total; total 0 while unknown), log (line), where pictures are made also device (name, model, memory, free, threads, note),
memory (used, total), measure (name, at, value) and picture (path, seed, caption), and last, once, one of finished (files, tally, set_aside, command), cancelled,
failed (message, next, exit_code, and unfinished: true where --resume can go on). A second interrupt ends the program at once, without an event.
--force replaces a manifest as a whole: what an earlier calibration.json in the folder lists and this run does not write is removed.
Eight processes, on one machine or on eight that see the same files, and the bytes of one:
  parallel fantail apply data.jsonl --recipe recipe.toml --shard {}/8 --out parts/{} ::: $(seq 8)
  fantail merge parts/* --out calibrated
The same under Slurm:
  sbatch --array=1-8 --wrap='fantail apply data.jsonl --recipe recipe.toml --shard $SLURM_ARRAY_TASK_ID/8 --out parts/$SLURM_ARRAY_TASK_ID'
A dataset of files that no machine holds together, in two passes over its files (with Slurm: assets/slurm-pass.sh, as the README has it):
  parallel 'fantail stats {} --recipe recipe.toml --counts-out {}.counts > /dev/null' ::: data/*.jsonl
  parallel fantail apply {} --recipe recipe.toml --out calibrated/{/} --counts-in data/*.counts ::: data/*.jsonl
Counts are not enough for policies that weigh each instance against all others, target, a wanted size, and caps and floors of single
entities; there --counts-in is refused and --shard does it.";

/// The arguments of `fantail apply`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ApplyArguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin
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
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// The counts of the whole that DATASET is a part of, as `stats --counts-out` wrote them; several are added up
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub counts_in: Vec<PathBuf>,
    /// The folder of what the worker made; 'synthesis' in DIR without it. Shards name the same one
    #[arg(long, value_name = "DIR")]
    pub synthesis: Option<PathBuf>,
    /// Which worker trains and makes pictures
    #[command(flatten)]
    pub worker: WorkerArguments,
    /// How progress is told on stderr: a bar or plain lines, or JSON objects a line of which the last is the one that ends the job
    #[arg(long, value_enum, default_value_t = ProgressForm::Auto)]
    pub progress: ProgressForm,
    /// Bytes between two checkpoints of a file
    #[arg(long, value_name = "BYTES", default_value_t = Target::STEP, hide = true)]
    pub checkpoint: u64,
}

/// The stages where pictures are made.
const DRAWING: [Stage; 7] =
    [Stage::Read, Stage::Extract, Stage::Index, Stage::Plan, Stage::Train, Stage::Sample, Stage::Write];

/// Runs `fantail apply`: progress on stderr, a summary on stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe, a folder that cannot be written to, or an interrupt.
pub fn run(arguments: &ApplyArguments) -> color_eyre::Result<()> {
    // What is wrong with the recipe is told once it is read in earnest.
    let draws = Recipe::load(&arguments.recipe).is_ok_and(|recipe| recipe.synthesis.uses(SynthesisName::Diffusion));
    let stages = if draws { &DRAWING[..] } else { &Interrupt::STAGES };
    let interrupt = Interrupt::listen((arguments.progress, "apply"), stages)?;
    let outcome = applied(arguments, &interrupt).map_err(|report| resumable(report, &arguments.out));
    let summary = interrupt.ended(outcome)?;
    let mut out = std::io::stdout().lock();
    write_files((&summary.tally, summary.set_aside, &summary.files), &mut out)?;
    Ok(writeln!(out, "the same again: {}", summary.command)?)
}

fn applied(arguments: &ApplyArguments, interrupt: &Interrupt) -> color_eyre::Result<Summary> {
    let recipe = Recipe::load(&arguments.recipe)?;
    let target = Target {
        folder: arguments.out.clone(),
        force: arguments.force,
        resume: arguments.resume,
        step: arguments.checkpoint,
    };
    target.check(&recipe).map_err(Failure::from)?;
    let fitting = (&recipe, arguments.recipe.as_path());
    let loaded = loaded_under(fitting, &arguments.dataset, &arguments.counts_in, interrupt)?;
    super::advice::lines(&recipe.advice(), &arguments.recipe).for_each(|line| interrupt.log(&line));
    let job = ApplyJob {
        data: Arc::new(loaded),
        recipe,
        target,
        shard: arguments.shard.unwrap_or_default(),
        synthesis: arguments.synthesis.clone(),
        worker: arguments
            .worker
            .clone()
            .choice(&configuration_folder().map(|folder| Settings::load(&folder).0).unwrap_or_default()),
        counts: arguments.counts_in.clone(),
    };
    let (sender, events) = channel();
    // A receiver that is gone has given up on the job.
    let handle = job::start(job, move |event| drop(sender.send(event)))?;
    let summary = follow(&handle, &events, interrupt);
    handle.wait();
    summary
}

/// Takes events until the last one.
pub(super) fn follow(handle: &Handle, events: &Receiver<Event>, interrupt: &Interrupt) -> color_eyre::Result<Summary> {
    loop {
        if interrupt.cancelled() {
            handle.cancel();
        }
        match events.recv_timeout(Duration::from_millis(50)) {
            Ok(Event::Progress { stage, done, total }) => interrupt.advanced(stage, done, total),
            Ok(Event::Log { line }) => interrupt.log(&line),
            Ok(event @ (Event::Device(_) | Event::Memory { .. } | Event::Measure { .. } | Event::Picture { .. })) => {
                interrupt.beside(&event);
            }
            Ok(Event::Started { .. }) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Event::Finished(summary)) => return Ok(summary),
            Ok(Event::Failed(failure)) => return Err(failure.into()),
            Ok(Event::Cancelled) | Err(RecvTimeoutError::Disconnected) => return Err(ManifestError::Cancelled.into()),
        }
    }
}

/// What failed or was cancelled, with what is left of it to go on from.
fn resumable(report: color_eyre::Report, out: &Path) -> color_eyre::Report {
    let how = "the same command with --resume goes on from it";
    if code(&report) == 6 {
        let stays = if manifest::is_unfinished(out) {
            format!("what was finished stays in {}: {how}", out.display())
        } else {
            "nothing was written".to_owned()
        };
        return Expected { message: format!("cancelled; {stays}"), code: 6 }.into();
    }
    match report.downcast::<Failure>() {
        Ok(mut failure) if failure.unfinished => {
            failure.next = format!("{}; what was finished stays: {how}", failure.next);
            failure.into()
        }
        Ok(failure) => failure.into(),
        Err(report) => report,
    }
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
        let rows = if file.rows > 0 { format!("{}, ", counted(file.rows, "record")) } else { String::new() };
        writeln!(out, "wrote {} ({rows}{})", file.path.display(), bytes(file.bytes))?;
    }
    Ok(())
}
