//! A plan as tables and SQL: what every decision is made of, draws included, and the query that makes it again in any engine.
//!
//! The draws are exported and not computed in SQL, as no engine has the hash; so a query under another threshold, α or gate gives the
//! decisions that the program itself would make.
//!
//! Invariant: covers every policy, vote, repeat and override; the query reads the tables alone.

mod query;
mod tables;

use super::guard::Guard;
use super::staging::{Joint, Staging};
use super::write::check_unchanged;
use super::{Contents, ManifestError, RECIPE, Target, WrittenFile, holds_recipe};
use crate::plan::Ledger;
use crate::progress::Observer;
use crate::recipe::Recipe;

/// The names of the files, in the order in which they are written.
pub const SQL_FILES: [&str; 9] = [
    "instances.parquet",
    "entities.parquet",
    "perspectives.parquet",
    "probabilities.parquet",
    "overrides.parquet",
    "override_draws.parquet",
    "parameters.parquet",
    "load.sql",
    "decisions.sql",
];

/// Fails where it is plain already that no tables will be written; see [`Target::check`].
///
/// # Errors
/// [`ManifestError::Exists`] or [`ManifestError::Unwritable`].
pub fn check_sql(target: &Target, recipe: &Recipe) -> Result<(), ManifestError> {
    target.check_names(&SQL_FILES, recipe)
}

/// Writes the tables and the query of a plan.
///
/// # Errors
/// [`ManifestError`]; then nothing new stands under a final name.
pub fn write_sql(
    contents: &Contents<'_>,
    target: &Target,
    observer: &dyn Observer,
) -> Result<Vec<WrittenFile>, ManifestError> {
    let guard = Guard::of(contents.dataset, contents.recipe);
    guard.check(&target.folder, SQL_FILES.into_iter().chain([RECIPE]))?;
    check_unchanged(contents)?;
    let ledger = Ledger::new(contents.index, contents.recipe)?;
    Staging::recover(&target.folder, observer)?;
    let recipe_stands = holds_recipe(&target.folder, contents.recipe);
    let names = SQL_FILES.into_iter().chain((!recipe_stands).then_some(RECIPE));
    let taken = names.map(|name| target.folder.join(name)).find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = taken.filter(|_| !target.force) {
        return Err(ManifestError::Exists { path });
    }
    let staging = Staging::open(target, "sql".to_owned(), observer)?;
    let filled = fill(contents, &ledger, (&staging, observer)).and_then(|()| {
        check_unchanged(contents)?;
        let files = staging.all_finished();
        staging.publish(Vec::new()).map(|()| files)
    });
    match filled {
        Ok(files) => Ok(files
            .into_iter()
            .map(|file| WrittenFile { path: target.folder.join(&file.name), rows: file.rows, bytes: file.bytes })
            .collect()),
        Err(error) => {
            staging.leave(false);
            Err(error)
        }
    }
}

fn fill(
    contents: &Contents<'_>,
    ledger: &Ledger<'_>,
    (staging, observer): (&Staging, &dyn Observer),
) -> Result<(), ManifestError> {
    tables::write(contents, ledger, (staging, observer))?;
    let text = |name: &str, text: &str| {
        let mut output = staging.output(name)?;
        output.put(text.as_bytes())?;
        output.finish(0, Joint::Same).map(drop)
    };
    text("load.sql", &query::load())?;
    text("decisions.sql", &query::decisions(ledger))?;
    if !holds_recipe(&staging.place("."), contents.recipe) {
        text(RECIPE, &contents.recipe.effective())?;
    }
    Ok(())
}
