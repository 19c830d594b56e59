//! What a worker and its libtorch are looked for in.
//!
//! Invariant: looking changes nothing and starts no more than Python, once.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is looked through.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The folder that this program lies in.
    pub beside: Option<PathBuf>,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
    /// The folder that `assets/libtorch.py` made.
    pub provisioned: Option<PathBuf>,
    /// The version and folder of the active Python's torch.
    pub python: Option<(String, PathBuf)>,
    /// Whether the machine has an NVIDIA driver.
    pub gpu: bool,
    /// `LD_LIBRARY_PATH` as it is.
    pub library_path: Option<OsString>,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn here() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = || variable("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = variable("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
        let device = Path::new("/dev/nvidiactl").exists() || Path::new("/proc/driver/nvidia/version").exists();
        Self {
            beside: std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned)),
            path: variable("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default(),
            provisioned: cache.map(|cache| cache.join("fantail/libtorch-2.11.0-slim")),
            python: active_python(variable("VIRTUAL_ENV").is_some()),
            gpu: device,
            library_path: variable("LD_LIBRARY_PATH"),
        }
    }
}

/// The version and folder of the torch that the active Python would import. Nothing is imported: that takes seconds.
fn active_python(virtual_environment: bool) -> Option<(String, PathBuf)> {
    const SCRIPT: &str = "import importlib.metadata as m, importlib.util as u\n\
        print(m.version('torch')); print(list(u.find_spec('torch').submodule_search_locations)[0])";
    let python = if virtual_environment { "python" } else { "python3" };
    let output =
        std::process::Command::new(python).args(["-c", SCRIPT]).stdin(std::process::Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.to_owned(), PathBuf::from(lines.next()?)))
}

/// Splits a command as a shell would, by quotes and backslashes alone; `None` when a quote is not closed.
pub(super) fn words(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut signs = command.chars();
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(open), sign) if sign == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(signs.next()?),
            (None, sign) if sign.is_whitespace() => words.extend(word.take()),
            (_, sign) => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}
