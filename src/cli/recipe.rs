//! `fantail recipe`: a commented default, a check with every place of a fault, the effective values.
//!
//! Invariant: `check` and `show` write no file; `init` never replaces one unasked.

use std::path::{Path, PathBuf};

use crate::job::Failure;
use crate::manifest::{ManifestError, Pending};
use crate::recipe::{DEFAULT_TEXT, Recipe};

/// The subcommands of `fantail recipe`.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum RecipeCommand {
    /// Write a commented recipe that holds every default
    Init {
        /// Where to write it, or - for stdout
        #[arg(default_value = "recipe.toml")]
        file: PathBuf,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Check a recipe; names the first fault with its line, and warns of what does nothing
    Check {
        /// The recipe
        file: PathBuf,
    },
    /// Show every value of a recipe, the defaults spelled out
    Show {
        /// The recipe; without it, the defaults
        file: Option<PathBuf>,
    },
}

/// The arguments of `fantail recipe`.
#[derive(Clone, Debug, clap::Args)]
pub struct RecipeArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: RecipeCommand,
}

/// Runs `fantail recipe`.
///
/// # Errors
/// An invalid recipe, a file that cannot be written or is there already, or a stdout that cannot be written.
pub fn run(arguments: &RecipeArguments) -> color_eyre::Result<()> {
    let text = match &arguments.command {
        RecipeCommand::Init { file, .. } if file.as_os_str() == "-" => DEFAULT_TEXT.to_owned(),
        RecipeCommand::Init { file, force } => {
            init(file, *force).map_err(Failure::from)?;
            format!("wrote {}\n", file.display())
        }
        RecipeCommand::Check { file } => {
            super::advice::tell(&Recipe::load(file)?.advice(), file);
            format!("{} is valid\n", file.display())
        }
        RecipeCommand::Show { file } => file.as_deref().map(Recipe::load).transpose()?.unwrap_or_default().effective(),
    };
    super::write_out(text.as_bytes())
}

fn init(file: &Path, force: bool) -> Result<(), ManifestError> {
    if !force && file.symlink_metadata().is_ok() {
        return Err(ManifestError::Exists { path: file.to_path_buf() });
    }
    let mut pending = Pending::beside(file)?;
    pending.write(DEFAULT_TEXT.as_bytes())?;
    pending.synced()?.publish(force)
}
