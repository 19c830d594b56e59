//! `fantail compare`: recipes side by side on one dataset, each with a random subset of its own size beside it.
//!
//! Invariant: writes nothing but its result; a recipe that asks for other entities gets an index of its own.

mod table;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::advice;
use super::indexed::indexed_for;
use super::preview::PreviewReport;
use super::stats::StatsFormat;
use super::synthesis;
use crate::index::Index;
use crate::preview::{Exact, stage_previews};
use crate::progress::Unobserved;
use crate::recipe::Recipe;

/// The arguments of `fantail compare`.
#[derive(Clone, Debug, clap::Args)]
pub struct CompareArguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin
    pub dataset: PathBuf,
    /// A recipe to compare; give the option once for each
    #[arg(long, value_name = "FILE", required = true)]
    pub recipe: Vec<PathBuf>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
}

/// Recipes side by side: `{"recipes": [{"recipe": "a.toml", …a preview…}]}`.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// In the order of the arguments.
    pub recipes: Vec<Column>,
}

/// A recipe and what it would make of the dataset; `random_control` in it is the subset of the same size.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// The recipe's file.
    pub recipe: PathBuf,
    /// What it would make of the dataset.
    #[serde(flatten)]
    pub preview: PreviewReport,
}

/// Runs `fantail compare` to stdout.
///
/// # Errors
/// An unreadable dataset, an invalid recipe or one that does not fit the dataset, or a stdout that cannot be written.
pub fn run(arguments: &CompareArguments) -> color_eyre::Result<()> {
    // All recipes are read before any work is done, so that a slip in the last costs no minute.
    let read = |file: &PathBuf| Recipe::load(file).map(|recipe| (file.clone(), recipe));
    let recipes: Vec<(PathBuf, Recipe)> = arguments.recipe.iter().map(read).collect::<Result<_, _>>()?;
    let recipes = columns(&arguments.dataset, &recipes)?;
    let comparison = Comparison { recipes };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        StatsFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &comparison).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        StatsFormat::Table => table::write(&comparison, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

/// What each recipe would make of the dataset. The index is kept from one recipe to the next that asks for the same entities.
fn columns(dataset: &Path, recipes: &[(PathBuf, Recipe)]) -> color_eyre::Result<Vec<Column>> {
    let mut kept: Option<(&Recipe, Index, Exact)> = None;
    let mut columns = Vec::with_capacity(recipes.len());
    for (file, recipe) in recipes {
        let (of, index, mut exact) = if let Some(kept) = kept.take().filter(|(of, ..)| of.loads_as(recipe)) {
            kept
        } else {
            let index = indexed_for((recipe, file), dataset)?;
            let exact = Exact::new(&index);
            (recipe, index, exact)
        };
        crate::policy::fits(&index, recipe).map_err(|error| error.in_file(file))?;
        let preview = exact.preview(&index, recipe, &Unobserved)?;
        advice::tell(&preview.advice, file);
        let stages = stage_previews(&mut exact, (&index, recipe), &Unobserved)?;
        let synthesis = synthesis::report(&index, dataset, recipe)?;
        let warnings = advice::placed(&preview.advice, file);
        let preview = PreviewReport::of(&preview, &index).with_stages(&stages, &index);
        let preview = PreviewReport { warnings, synthesis, ..preview };
        columns.push(Column { recipe: file.clone(), preview });
        kept = Some((of, index, exact));
    }
    Ok(columns)
}
