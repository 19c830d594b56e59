//! Finds themes by name: the user's folder first, then the bundled ones.
//!
//! Invariant: a theme that is missing or broken is replaced by the default and named in a warning.

use std::path::{Path, PathBuf};

use super::bundled::BUNDLED;
use super::file::ThemeFile;
use super::{ColorSupport, Theme};
use crate::nearest::hint;

/// How many themes may inherit from one another.
const DEEPEST: usize = 8;

/// Where themes come from.
#[derive(Clone, Debug)]
pub struct Themes {
    folder: Option<PathBuf>,
    support: ColorSupport,
}

impl Themes {
    /// Themes of the user's folder, where there is one, and the bundled ones.
    #[must_use]
    pub const fn new(folder: Option<PathBuf>, support: ColorSupport) -> Self {
        Self { folder, support }
    }

    /// The name of the default theme on a light or dark ground.
    #[must_use]
    pub const fn default_name(light: bool) -> &'static str {
        if light { "light" } else { "dark" }
    }

    /// How many colours the terminal shows.
    #[must_use]
    pub const fn support(&self) -> ColorSupport {
        self.support
    }

    /// All names, sorted, each once.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = BUNDLED.iter().map(|(name, _)| (*name).to_owned()).collect();
        let entries = self.folder.as_ref().and_then(|folder| std::fs::read_dir(folder).ok());
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "toml")
                && let Some(stem) = path.file_stem()
            {
                names.push(stem.display().to_string());
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The folder of the user's own themes, which may not exist yet.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        self.folder.clone()
    }

    /// The user's file of a theme, where there is one.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = Path::new(name).file_name().is_some_and(|only| only == name);
        let path = self.folder.as_ref().filter(|_| plain)?.join(format!("{name}.toml"));
        path.is_file().then_some(path)
    }

    /// Loads a theme and says what is wrong with it, one line each.
    #[must_use]
    pub fn load(&self, name: &str) -> (Theme, Vec<String>) {
        let mut warnings = Vec::new();
        let file = self.chain(name, &mut warnings);
        file.check(name, &mut warnings);
        (Theme::resolve(name, &file, self.support), warnings)
    }

    fn chain(&self, name: &str, warnings: &mut Vec<String>) -> ThemeFile {
        let mut file = self.read(name, warnings);
        for _ in 0..DEEPEST {
            let Some(parent) = file.inherits.clone() else { return file };
            // A user's own "dark" may inherit from the bundled "dark".
            let parent = if parent == name { bundled(&parent, warnings) } else { self.read(&parent, warnings) };
            let next = parent.inherits.clone();
            file = file.over(parent);
            file.inherits = next;
        }
        warnings.push(format!("theme {name}: more than {DEEPEST} themes inherit from one another"));
        file
    }

    fn read(&self, name: &str, warnings: &mut Vec<String>) -> ThemeFile {
        let Some(path) = self.path(name) else { return bundled(name, warnings) };
        match std::fs::read_to_string(&path) {
            Ok(text) => ThemeFile::parse(&text, &path.display().to_string(), warnings),
            Err(cause) => {
                warnings.push(format!("theme {}: {cause}", path.display()));
                ThemeFile::default()
            }
        }
    }
}

fn bundled(name: &str, warnings: &mut Vec<String>) -> ThemeFile {
    let found = BUNDLED.iter().find(|(known, _)| *known == name);
    if found.is_none() {
        warnings.push(format!("no theme '{name}'{}", hint(name, BUNDLED.iter().map(|(known, _)| *known))));
    }
    found.or(BUNDLED.first()).map_or_else(ThemeFile::default, |(name, text)| ThemeFile::parse(text, name, warnings))
}
