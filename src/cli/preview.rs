//! `fantail preview`: what a recipe would make of a dataset, in a table or as JSON.
//!
//! Invariant: writes nothing but its result; the figures are exact, never an estimate.

mod report;
mod table;
mod target;

use std::io::Write;
use std::path::PathBuf;

pub use report::{ControlReport, OutcomeReport, PreviewReport, StageReport, VolumeReport};
pub use target::TargetReport;

use super::indexed::indexed_under;
use super::stats::StatsFormat;
use super::{advice, synthesis};
use crate::preview::{Exact, stage_previews};
use crate::progress::Unobserved;
use crate::recipe::Recipe;

/// The arguments of `fantail preview`.
#[derive(Clone, Debug, clap::Args)]
pub struct PreviewArguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin
    pub dataset: PathBuf,
    /// The recipe whose policy to preview
    #[arg(long, value_name = "FILE")]
    pub recipe: PathBuf,
    /// The counts of the whole that DATASET is a part of, as `stats --counts-out` wrote them; several are added up
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub counts_in: Vec<PathBuf>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
}

/// Runs `fantail preview` to stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe or one that does not fit the dataset, or a stdout that cannot be written.
pub fn run(arguments: &PreviewArguments) -> color_eyre::Result<()> {
    let recipe = Recipe::load(&arguments.recipe)?;
    let index = indexed_under((&recipe, &arguments.recipe), &arguments.dataset, &arguments.counts_in)?;
    let mut exact = Exact::new(&index);
    let preview = exact.preview(&index, &recipe, &Unobserved)?;
    advice::tell(&preview.advice, &arguments.recipe);
    let stages = stage_previews(&mut exact, (&index, &recipe), &Unobserved)?;
    let report = PreviewReport::of(&preview, &index).with_stages(&stages, &index);
    let synthesis = synthesis::report(&index, &arguments.dataset, &recipe)?;
    let warnings = advice::placed(&preview.advice, &arguments.recipe);
    let report = PreviewReport { warnings, synthesis, ..report };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        StatsFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        StatsFormat::Table => table::write(&report, &mut out)?,
    }
    out.flush()?;
    Ok(())
}
