//! What the program starts with.
//!
//! Invariant: making the first model reads nothing larger than the keymap.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::graphics::Protocol;
use crate::app::bindings::Bindings;
use crate::app::model::{Level, Model, Notice, Subject, Toast};
use crate::config::keymap;
use crate::config::theme::{ColorSupport, Themes};
use crate::job::worker::Choice;
use crate::recipe::Recipe;
use crate::source::{DEMO, STDIN_NAME, is_stdin};

/// The user's arguments, read and checked.
#[derive(Clone, Debug)]
pub struct Start {
    /// The dataset; the embedded demo without one.
    pub dataset: Option<PathBuf>,
    /// The recipe.
    pub recipe: Recipe,
    /// Where the recipe is, or will be saved.
    pub recipe_path: PathBuf,
    /// What is told on the first frame, if anything.
    pub greeting: Option<String>,
    /// The theme that was asked for.
    pub theme: Option<String>,
    /// How pictures are shown; as the terminal says it can without it.
    pub pictures: Option<Protocol>,
    /// The folder of the user's own keymap and themes.
    pub configuration: Option<PathBuf>,
    /// Which worker trains and samples, on what.
    pub worker: Choice,
}

impl Start {
    /// The model of the first frame.
    pub(super) fn model(&self) -> Model {
        let (bindings, warnings) = self.keymap();
        let name = match &self.dataset {
            None => DEMO.to_owned(),
            Some(path) if is_stdin(path) => STDIN_NAME.to_owned(),
            Some(path) => path.display().to_string(),
        };
        let mut model = Model::loading(name, self.recipe.clone(), Arc::new(bindings));
        model.path.clone_from(&self.dataset);
        model.shows_pictures = self.themes().support() != ColorSupport::None;
        model.history.path.clone_from(&self.recipe_path);
        let current = std::env::current_dir().unwrap_or_default();
        model.export.folder = output_folder(self.dataset.as_deref(), &current);
        model.toast = self.greeting.clone().map(|text| Toast { level: Level::Info, text });
        model.notices = warnings.into_iter().map(|text| Notice::warning(Subject::Keymap, text)).collect();
        model
    }

    /// The built-in keymap with the user's over it, and what is wrong with that one.
    pub(super) fn keymap(&self) -> (Bindings, Vec<String>) {
        keymap::load(self.keymap_file().as_deref())
    }

    /// The user's keymap, which may not exist yet.
    pub(super) fn keymap_file(&self) -> Option<PathBuf> {
        self.file("keymap.toml")
    }

    /// Where themes come from, with as many colours as this terminal shows.
    pub(super) fn themes(&self) -> Themes {
        let support = ColorSupport::detect(|name| std::env::var(name).ok());
        Themes::new(self.file("themes"), support)
    }

    /// The theme's name on a light or dark ground.
    pub(super) fn theme_name(&self, light: bool) -> &str {
        self.theme.as_deref().unwrap_or_else(|| Themes::default_name(light))
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        self.configuration.as_ref().map(|folder| folder.join(name))
    }
}

/// A folder named after the dataset: in the current one, or beside the dataset where the current one lies in it.
fn output_folder(dataset: Option<&Path>, current: &Path) -> PathBuf {
    let named = dataset.filter(|path| !is_stdin(path));
    // `.` and `..` have no name of their own.
    let real = named.and_then(|path| path.canonicalize().ok());
    let stem = named.and_then(|path| path.file_stem().or_else(|| real.as_deref()?.file_stem()));
    let unnamed = if dataset.is_some() { STDIN_NAME } else { DEMO };
    let stem = stem.map_or_else(|| unnamed.to_owned(), |stem| stem.display().to_string());
    let plain: String = stem.chars().map(|sign| if "*?[]{}".contains(sign) { '_' } else { sign }).collect();
    let folder = PathBuf::from(format!("{plain}-rebalanced"));
    // What is written must not become part of what is read.
    let inside = real.filter(|real| current.canonicalize().is_ok_and(|current| current.starts_with(real)));
    inside.as_deref().and_then(Path::parent).map_or_else(|| folder.clone(), |above| above.join(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_into_the_dataset_by_default() {
        let above = tempfile::tempdir().unwrap();
        let dataset = above.path().canonicalize().unwrap().join("birds");
        std::fs::create_dir_all(dataset.join("rare")).unwrap();
        let beside = dataset.with_file_name("birds-rebalanced");
        for (named, current) in [("birds/rare/..", "birds"), ("birds/rare/..", "birds/rare"), ("birds", "birds")] {
            let (named, current) = (above.path().join(named), above.path().join(current));
            assert_eq!(output_folder(Some(&named), &current), beside, "{}", named.display());
        }
        for (named, current, folder) in [
            ("birds", "", "birds-rebalanced"),
            ("birds/*.jsonl", "birds", "_-rebalanced"),
            ("birds/gone.json", "birds", "gone-rebalanced"),
        ] {
            let (named, current) = (above.path().join(named), above.path().join(current));
            assert_eq!(output_folder(Some(&named), &current), PathBuf::from(folder));
        }
        assert_eq!(output_folder(None, above.path()), PathBuf::from("demo-rebalanced"));
    }
}
