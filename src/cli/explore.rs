//! `fantail [DATASET]`: the terminal program.
//!
//! Invariant: whatever is wrong with the arguments is said before the terminal is taken over.

use std::fs::File;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use color_eyre::Result;

use super::exit_code::Expected;
use super::{Arguments, configuration_folder};
use crate::config::settings::Settings;
use crate::recipe::Recipe;
use crate::run::{self, Ended, Protocol, Start};
use crate::source::{is_demo, is_stdin};

/// The recipe that is used when none is named.
const USUAL_RECIPE: &str = "recipe.toml";

/// Runs the terminal program.
///
/// # Errors
/// No terminal, an invalid recipe, a dataset that is not there, a signal.
pub fn run(arguments: Arguments) -> Result<()> {
    // The demo has a name where no file has it.
    let dataset = arguments.dataset.filter(|path| !is_demo(path));
    require_terminal(dataset.as_deref())?;
    if let Some(path) = dataset.as_deref().filter(|path| !is_pattern(path) && !is_stdin(path)) {
        std::fs::metadata(path)
            .map_err(|cause| Expected { message: format!("cannot read {}: {cause}", path.display()), code: 3 })?;
    }
    let (recipe_path, recipe, greeting) = recipe(arguments.recipe)?;
    let configuration = configuration_folder();
    let (settings, problem) = configuration.as_deref().map(Settings::load).unwrap_or_default();
    let variable = std::env::var("FANTAIL_THEME").ok().filter(|name| !name.is_empty());
    let worker = arguments.worker.choice(&settings);
    let theme = arguments.theme.or(variable).or(settings.theme);
    let (pictures, misnamed) = pictures(settings.pictures);
    let greeting = problem.or(misnamed).or(greeting);
    let start = Start { dataset, recipe, recipe_path, greeting, theme, pictures, configuration, worker };
    match run::run(start)? {
        Ended::Quit => Ok(()),
        Ended::Signalled(signal) => {
            Err(Expected { message: format!("ended by signal {signal}"), code: signal_code(signal) }.into())
        }
    }
}

/// How pictures are shown by the variable `FANTAIL_PICTURES`, else by the configuration, and what is wrong with that.
pub(super) fn pictures(configured: Option<String>) -> (Option<Protocol>, Option<String>) {
    let variable = std::env::var("FANTAIL_PICTURES").ok().filter(|name| !name.is_empty());
    match variable.or(configured).filter(|name| name != "auto").map(|name| name.parse()).transpose() {
        Ok(chosen) => (chosen, None),
        Err(problem) => (None, Some(problem)),
    }
}

/// The shells' way: 128 and the signal's number.
fn signal_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(1)
}

fn require_terminal(dataset: Option<&Path>) -> Result<()> {
    let piped = dataset.is_some_and(is_stdin);
    if piped && std::io::stdin().is_terminal() {
        let message =
            "'-' is the dataset on stdin, and that is this terminal; pipe one in, as in: zcat data.json.gz | fantail -";
        return Err(Expected { message: message.into(), code: 2 }.into());
    }
    // With a dataset on stdin the keys come from the terminal itself.
    let keys = if piped { File::open("/dev/tty").is_ok() } else { std::io::stdin().is_terminal() };
    if std::io::stdout().is_terminal() && keys {
        return Ok(());
    }
    let named = dataset.map_or_else(|| "DATASET".to_owned(), |path| path.display().to_string());
    let message = format!("this is no terminal; for text or JSON use: fantail stats {named} [--format json]");
    Err(Expected { message, code: 2 }.into())
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The recipe's path, the recipe, and what to say of it.
fn recipe(named: Option<PathBuf>) -> Result<(PathBuf, Recipe, Option<String>)> {
    let is_named = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(USUAL_RECIPE));
    if path.exists() {
        let recipe = Recipe::load(&path)?;
        let greeting = (!is_named).then(|| format!("{} is here and in use", path.display()));
        return Ok((path, recipe, greeting));
    }
    let greeting = is_named.then(|| format!("{} is not there yet: saving makes it", path.display()));
    Ok((path, Recipe::default(), greeting))
}
