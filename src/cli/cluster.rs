//! `fantail cluster`: splits large entities into subclasses by what their pictures look like, for the policy `subclass`, and lists what
//! stands apart from every entity and what is there twice.
//!
//! Invariant: data goes to stdout, progress to stderr; an interrupt leaves no file of subclasses.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::apply::follow;
use super::configuration_folder;
use super::exit_code::Expected;
use super::progress::{Interrupt, ProgressForm};
use super::worker::WorkerArguments;
use crate::config::settings::Settings;
use crate::index::cache::Cache;
use crate::job::synthesis::{Division, Workshop};
use crate::job::worker::Apart;
use crate::job::{self, ClusterJob, Summary};
use crate::load;
use crate::number::{count, counted};
use crate::progress::Stage;
use crate::recipe::Recipe;

/// The arguments of `fantail cluster`.
#[derive(Clone, Debug, clap::Args)]
pub struct ClusterArguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin
    pub dataset: PathBuf,
    /// The recipe that says which perspective, where its tail begins, and how a model is trained
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// The file of subclasses: what [rebalance] subclasses names
    #[arg(long, value_name = "FILE", default_value = "subclasses.jsonl")]
    pub out: PathBuf,
    /// An encoder exported by assets/bundle/encoder.py (CLIP, DINO); else a model trained on the dataset's own pictures looks at them
    #[arg(long, value_name = "DIR")]
    pub encoder: Option<PathBuf>,
    /// Instances of a subclass, about; without it where the tail begins
    #[arg(long, value_name = "N")]
    pub size: Option<u32>,
    /// The folder of the worker's files, a trained model among them; `apply --synthesis` with it uses no outlier as a seed
    #[arg(long, value_name = "DIR", default_value = "synthesis")]
    pub synthesis: PathBuf,
    /// Which worker embeds and clusters
    #[command(flatten)]
    pub worker: WorkerArguments,
    /// How progress is told on stderr: a bar or plain lines, or JSON objects a line of which the last is the one that ends the job
    #[arg(long, value_enum, default_value_t = ProgressForm::Auto)]
    pub progress: ProgressForm,
}

const STAGES: [Stage; 6] = [Stage::Read, Stage::Extract, Stage::Index, Stage::Train, Stage::Embed, Stage::Cluster];
/// How many of the instances that stand apart are listed.
const LISTED: usize = 10;
/// The cosine from which two instances are near-duplicates.
const ALIKE: f64 = 0.995;

/// Runs `fantail cluster`.
///
/// # Errors
/// An unreadable dataset, an invalid recipe, a worker that is not there or fails, a file that cannot be written, or an interrupt.
pub fn run(arguments: &ClusterArguments) -> color_eyre::Result<()> {
    let interrupt = Interrupt::listen((arguments.progress, "cluster"), &STAGES)?;
    tell(&interrupt.ended(clustered(arguments, &interrupt))?)
}

fn clustered(arguments: &ClusterArguments, interrupt: &Interrupt) -> color_eyre::Result<Summary> {
    let mut recipe = arguments.recipe.as_deref().map_or_else(|| Ok(Recipe::default()), Recipe::load)?;
    // The recipe may name what is only written here.
    recipe.rebalance.subclasses = None;
    let (loaded, _) = load::load(&arguments.dataset, &recipe, interrupt, &Cache::of_user())?;
    let settings = configuration_folder().map(|folder| Settings::load(&folder).0).unwrap_or_default();
    let job = ClusterJob {
        data: Arc::new(loaded),
        recipe,
        shop: Workshop { folder: arguments.synthesis.clone(), worker: arguments.worker.clone().choice(&settings) },
        division: Division { encoder: arguments.encoder.clone(), size: arguments.size, output: arguments.out.clone() },
    };
    let (sender, events) = channel();
    // A receiver that is gone has given up on the job.
    let handle = job::start(job, move |event| drop(sender.send(event)))?;
    let summary = follow(&handle, &events, interrupt);
    handle.wait();
    summary
}

fn tell(summary: &Summary) -> color_eyre::Result<()> {
    let mut out = std::io::stdout().lock();
    let figure = |name: &str| summary.figures.get(name).map_or(0, |&figure| figure as u64);
    writeln!(
        out,
        "{} split into {}; {} set aside",
        counted(figure("entities"), "entity"),
        counted(figure("subclasses"), "subclass"),
        count(summary.set_aside)
    )?;
    let [subclasses, apart] = &summary.files[..] else { return Ok(()) };
    writeln!(out, "wrote {} ({})", subclasses.path.display(), counted(subclasses.rows, "line"))?;
    let mut lines = read(&apart.path)?;
    writeln!(out, "wrote {} ({})", apart.path.display(), counted(lines.len() as u64, "line"))?;
    lines.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
    writeln!(out, "\nfarthest from every entity (score, concentration):")?;
    for line in lines.iter().take(LISTED) {
        writeln!(out, "  {:.4}  {:.3}  {}", line.score, line.concentration, line.id)?;
    }
    lines.retain(|line| line.cosine >= ALIKE);
    lines.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then_with(|| a.id.cmp(&b.id)));
    writeln!(out, "\n{} with a near-duplicate (cosine from {ALIKE}):", counted(lines.len() as u64, "instance"))?;
    for line in lines.iter().take(LISTED) {
        writeln!(out, "  {:.4}  {}  {}", line.cosine, line.id, line.nearest)?;
    }
    Ok(())
}

fn read(path: &Path) -> color_eyre::Result<Vec<Apart>> {
    let failed = |cause: String| Expected { message: format!("cannot read {}: {cause}", path.display()), code: 1 };
    let text = std::fs::read_to_string(path).map_err(|cause| failed(cause.to_string()))?;
    let lines = text.lines().map(|line| serde_json::from_str(line).map_err(|cause| failed(cause.to_string())));
    Ok(lines.collect::<Result<_, _>>()?)
}
