//! The copy of a recipe that is edited while the recipe itself is not saved.
//!
//! Invariant: lies in a folder of its own outside of the user's; what the user wrote into it is never overwritten unread.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::recipe::{Recipe, RecipeError};

/// A copy that is edited; it goes when it is dropped.
pub(super) struct Draft {
    /// Where it is.
    pub(super) path: PathBuf,
    /// The recipe's file when the copy was made; `None` where there was none.
    original: Option<String>,
    /// The recipe that the editor was last opened with.
    shown: Recipe,
    /// The text that was last written or read.
    known: String,
    _folder: TempDir,
}

impl Draft {
    /// A copy that says what the recipe says: the one before, with its comments, or a new one with those of the recipe's file.
    pub(super) fn open(before: Option<Self>, recipe: &Recipe, file: &Path) -> Result<Self, String> {
        match before {
            Some(draft) => Ok(draft.renewed(recipe)),
            None => Self::new(recipe, file),
        }
    }

    fn new(recipe: &Recipe, file: &Path) -> Result<Self, String> {
        let told = |cause: std::io::Error| cause.to_string();
        let folder = tempfile::Builder::new().prefix("fantail-").tempdir().map_err(told)?;
        let name = file.file_name().unwrap_or_else(|| "recipe.toml".as_ref());
        let path = folder.path().join(name);
        let original = file.exists().then(|| std::fs::read_to_string(file)).transpose().map_err(told)?;
        if let Some(text) = &original {
            std::fs::write(&path, text).map_err(told)?;
        }
        recipe.save(&path).map_err(|error: RecipeError| error.to_string())?;
        let known = std::fs::read_to_string(&path).map_err(told)?;
        Ok(Self { path, original, shown: recipe.clone(), known, _folder: folder })
    }

    /// Whether something was written into it since it was last looked at: a change is told by the editor's end and by the watcher.
    pub(super) fn is_changed(&mut self) -> bool {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let changed = !text.is_empty() && text != self.known;
        self.known = text;
        changed
    }

    /// With what was changed on the screen since; what is in it and not in use yet, since it is faulty, stays to be repaired.
    fn renewed(mut self, recipe: &Recipe) -> Self {
        if self.shown != *recipe && recipe.save(&self.path).is_ok() {
            self.shown = recipe.clone();
            self.known = std::fs::read_to_string(&self.path).unwrap_or_default();
        }
        self
    }

    /// The copy's text, to be saved with its comments to the recipe's file, unless that changed meanwhile or the copy is faulty.
    pub(super) fn text_for(&self, file: &Path) -> Option<String> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let unchanged = std::fs::read_to_string(file).ok() == self.original;
        (unchanged && Recipe::parse(&text, &self.path).is_ok()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_seed(seed: u64) -> Recipe {
        Recipe { seed, ..Recipe::default() }
    }

    #[test]
    fn a_copy_says_what_the_screen_says_and_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        std::fs::write(&file, "# mine\nseed = 3\n").unwrap();
        let draft = Draft::open(None, &with_seed(4), &file).unwrap();
        assert_eq!(std::fs::read_to_string(&draft.path).unwrap(), "# mine\nseed = 4\n");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "# mine\nseed = 3\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let place = draft.path.clone();
        drop(draft);
        assert!(!place.exists());
    }

    #[test]
    fn a_change_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::open(None, &with_seed(4), &folder.path().join("mine.toml")).unwrap();
        assert!(!draft.is_changed(), "our own writing is no change");
        std::fs::write(&draft.path, "seed = 5\n").unwrap();
        assert!(draft.is_changed());
        assert!(!draft.is_changed());
    }

    #[test]
    fn comments_and_faults_of_a_copy_survive_the_screen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        let draft = Draft::open(None, &with_seed(4), &file).unwrap();
        std::fs::write(&draft.path, "seed = 4 # why\n").unwrap();
        let draft = Draft::open(Some(draft), &with_seed(5), &file).unwrap();
        assert_eq!(draft.text_for(&file).as_deref(), Some("seed = 5 # why\n"));
        std::fs::write(&draft.path, "sede = 5 # why\n").unwrap();
        let draft = Draft::open(Some(draft), &with_seed(6), &file).unwrap();
        assert_eq!(std::fs::read_to_string(&draft.path).unwrap(), "sede = 5 # why\n");
        assert_eq!(draft.text_for(&file), None, "a faulty text is never saved");
        std::fs::write(&draft.path, "seed = 6 # why\n").unwrap();
        std::fs::write(&file, "seed = 9\n").unwrap();
        assert_eq!(draft.text_for(&file), None, "another hand's file is merged into, not replaced");
    }
}
