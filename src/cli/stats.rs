//! `fantail stats`: how long is the tail, in a table or as JSON.
//!
//! Invariant: the same dataset and recipe give the same bytes, whether the index was built or cached.

mod report;
mod table;

use std::io::Write;
use std::path::PathBuf;

pub use report::{DatasetReport, PerspectiveReport, StatsReport, WarningReport};

use super::counts;
use super::exit_code::UsageError;
use super::indexed::{indexed, keep};
use crate::entity::Perspective;
use crate::finding::findings;
use crate::index::cache::Cache;
use crate::index::{DatasetFacts, Index};
use crate::recipe::Recipe;

/// The arguments of `fantail stats`.
#[derive(Clone, Debug, clap::Args)]
pub struct StatsArguments {
    /// A file, a folder, a pattern such as 'data/*.jsonl', or - for stdin
    pub dataset: PathBuf,
    /// The recipe: how to open the dataset, what to extract, where the head ends
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// Only this perspective (token, object, co-occurrence, interrogation, label); may be repeated
    #[arg(long = "perspective", value_name = "P")]
    pub perspectives: Vec<Perspective>,
    /// How many of the most frequent entities to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Take the counts of all entities down, for `preview` and `apply` of parts (--counts-in)
    #[arg(long, value_name = "FILE")]
    pub counts_out: Option<PathBuf>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
}

/// How `fantail stats` writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum StatsFormat {
    /// For people.
    #[default]
    Table,
    /// For programs; stable.
    Json,
}

/// Runs `fantail stats` to stdout with the user's cache.
///
/// # Errors
/// An unreadable dataset ([`crate::load::LoadError`]), an invalid recipe ([`crate::recipe::RecipeError`]), a perspective that the dataset
/// does not have, or a stdout that cannot be written; a reader that went away is no error.
pub fn run(arguments: &StatsArguments) -> color_eyre::Result<()> {
    write_stats(arguments, &Cache::of_user(), &mut std::io::BufWriter::new(std::io::stdout().lock()))
}

/// Writes the statistics to `out`; the index comes from `cache` where it can and is kept there.
///
/// # Errors
/// As [`run`].
pub fn write_stats(arguments: &StatsArguments, cache: &Cache, out: &mut dyn Write) -> color_eyre::Result<()> {
    let mut recipe = arguments.recipe.as_deref().map(Recipe::load).transpose()?.unwrap_or_default();
    if !recipe.entities.perspectives.is_empty() {
        recipe.entities.perspectives.extend(&arguments.perspectives);
    }
    let found = indexed(&arguments.dataset, &recipe, cache)?;
    Subject { index: &found.index, facts: &found.facts, recipe: &recipe }.write(arguments, out)?;
    keep(&found, &recipe, cache);
    Ok(())
}

/// What is reported on.
struct Subject<'a> {
    index: &'a Index,
    facts: &'a DatasetFacts,
    recipe: &'a Recipe,
}

impl Subject<'_> {
    fn write(&self, arguments: &StatsArguments, out: &mut dyn Write) -> color_eyre::Result<()> {
        let shown = self.shown(&arguments.perspectives)?;
        if let Some(path) = &arguments.counts_out {
            counts::write(self.index, path)?;
        }
        let report = StatsReport::of(self.index, self.facts, |entry| {
            shown.contains(&entry.perspective).then(|| (self.recipe.split(entry), arguments.top))
        });
        match arguments.format {
            StatsFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, &report).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            StatsFormat::Table => table::write(&report, &findings(self.index, self.recipe, self.facts), out)?,
        }
        out.flush()?;
        Ok(())
    }

    /// The perspectives to show: those asked for, which must be there, or all.
    fn shown(&self, asked: &[Perspective]) -> color_eyre::Result<Vec<Perspective>> {
        let there: Vec<Perspective> = self.index.perspectives.iter().map(|entry| entry.perspective).collect();
        if let Some(missing) = asked.iter().find(|perspective| !there.contains(perspective)) {
            let known: Vec<&str> = there.iter().map(|perspective| perspective.key()).collect();
            let path = self.facts.path.display();
            let message = format!("{path} offers no perspective '{}'; it has {}", missing.key(), known.join(", "));
            return Err(UsageError(message).into());
        }
        Ok(if asked.is_empty() { there } else { asked.to_vec() })
    }
}
