//! What the user chose about the program itself and wants to find again: `config.toml` in the user's folder.
//!
//! Invariant: entries that this version does not know stay as they are; a broken file is a warning, and is not overwritten.

use std::io::Write;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, value};

use crate::nearest::hint;

/// The file's name in the user's folder.
pub const FILE: &str = "config.toml";

/// The names of the entries.
const ENTRIES: [&str; 5] = ["theme", "pictures", "worker", "libtorch", "device"];

/// The user's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name.
    pub theme: Option<String>,
    /// How pictures are shown: `auto`, `kitty`, `sixel` or `half-blocks`.
    pub pictures: Option<String>,
    /// The command that starts the worker.
    pub worker: Option<String>,
    /// The folder of the libtorch that the worker runs on.
    pub libtorch: Option<PathBuf>,
    /// The device that it works on: `auto`, `cpu` or `cuda:N`.
    pub device: Option<String>,
}

impl Settings {
    /// Reads the choices from the user's folder, and says what is wrong with them.
    #[must_use]
    pub fn load(folder: &Path) -> (Self, Option<String>) {
        let path = folder.join(FILE);
        let document = match read(&path) {
            Ok(document) => document,
            Err(problem) => return (Self::default(), Some(problem)),
        };
        let text = |name| document.get(name).and_then(toml_edit::Item::as_str).map(str::to_owned);
        let libtorch = text("libtorch").map(PathBuf::from);
        let device = text("device").filter(|device| is_device(device));
        let (theme, pictures) = (text("theme"), text("pictures"));
        let settings = Self { theme, pictures, worker: text("worker"), libtorch, device };
        let problems: Vec<String> = document.iter().filter_map(|(name, item)| problem(name, item)).collect();
        let told = (!problems.is_empty()).then(|| format!("{}: {}", path.display(), problems.join("; ")));
        (settings, told)
    }

    /// Keeps the theme in the user's folder, which is made where it is missing. The other entries are the user's to write.
    ///
    /// # Errors
    /// What is wrong with the file that is there, or why it cannot be written.
    pub fn keep(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join(FILE);
        let mut document = read(&path)?;
        match &self.theme {
            Some(theme) => document["theme"] = value(theme),
            None => drop(document.remove("theme")),
        }
        write(folder, &path, &document.to_string()).map_err(|cause| format!("cannot write {}: {cause}", path.display()))
    }
}

/// True for the name of what a worker can compute on: `auto`, `cpu` or `cuda:N`.
#[must_use]
pub fn is_device(text: &str) -> bool {
    let is_gpu = text.strip_prefix("cuda:").is_some_and(|number| number.parse::<u8>().is_ok());
    is_gpu || text == "auto" || text == "cpu"
}

/// What is wrong with an entry.
fn problem(name: &str, item: &toml_edit::Item) -> Option<String> {
    if !ENTRIES.contains(&name) {
        return Some(format!("no entry '{name}'{}", hint(name, ENTRIES)));
    }
    match item.as_str() {
        None => Some(format!("'{name}' wants a text in quotes")),
        Some(device) if name == "device" && !is_device(device) => {
            Some(format!("no device '{device}'; use auto, cpu or cuda:N"))
        }
        Some(_) => None,
    }
}

fn read(path: &Path) -> Result<DocumentMut, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => text.parse().map_err(|error: toml_edit::TomlError| {
            format!("{}: {}", path.display(), error.message().replace('\n', " "))
        }),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(DocumentMut::new()),
        Err(cause) => Err(format!("cannot read {}: {cause}", path.display())),
    }
}

/// Writes beside the file and renames, so that nobody reads half of it.
fn write(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{FILE}.new"));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_theme_is_found_again_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(Settings::load(folder.path()), (Settings::default(), None));
        std::fs::write(&path, "# mine\nother = 3\n").unwrap();
        let chosen = Settings { theme: Some("tide".into()), ..Settings::default() };
        chosen.keep(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()).0, chosen);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("# mine\nother = 3\n"));
        std::fs::write(&path, "theme = \"tide\"\nworker = \"ssh host fantail-worker\"\ndevice = \"cpu\"\n").unwrap();
        let read = Settings::load(folder.path()).0;
        assert_eq!((read.worker.as_deref(), read.device.as_deref()), (Some("ssh host fantail-worker"), Some("cpu")));
        chosen.keep(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()).0, read, "the worker's entries stay");
        std::fs::write(&path, "theme = ").unwrap();
        assert!(Settings::load(folder.path()).1.is_some_and(|problem| problem.contains(FILE)));
        assert!(chosen.keep(folder.path()).is_err(), "a broken file is the user's to repair");
    }

    #[test]
    fn a_mistake_names_the_entry_and_what_would_do_and_the_rest_holds() {
        let folder = tempfile::tempdir().unwrap();
        for (entry, told) in [
            ("workr = \"x\"", "no entry 'workr'; did you mean 'worker'?"),
            ("colour = 1", "no entry 'colour'"),
            ("libtorch = 2", "'libtorch' wants a text in quotes"),
            ("device = \"gpu\"", "no device 'gpu'; use auto, cpu or cuda:N"),
        ] {
            std::fs::write(folder.path().join(FILE), format!("theme = \"tide\"\n{entry}\n")).unwrap();
            let (settings, problem) = Settings::load(folder.path());
            assert_eq!(settings, Settings { theme: Some("tide".into()), ..Settings::default() }, "{entry}");
            let problem = problem.unwrap();
            assert!(problem.contains(FILE) && problem.ends_with(told), "{problem}");
        }
    }
}
