//! Where the worker is, and the libtorch that it is started on.
//!
//! Invariant: what the user named is taken or refused, never replaced; looking changes nothing and starts no more than Python, once.

mod surroundings;

pub use surroundings::Surroundings;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::error::WorkerError;

/// The release of libtorch that the worker is generated for; any patch of it will do.
const RELEASE: &str = "2.11";
/// The worker's program.
const PROGRAM: &str = "fantail-worker";
/// The file that tells a folder with libtorch.
const LIBRARY: &str = "libtorch_cpu.so";
/// The file that tells a libtorch with CUDA.
const CUDA_LIBRARY: &str = "libtorch_cuda.so";

/// What the user asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The command that starts the worker: `ssh host fantail-worker`.
    pub worker: Option<String>,
    /// The folder of a libtorch.
    pub libtorch: Option<PathBuf>,
    /// `auto`, `cpu` or `cuda:N`.
    pub device: String,
}

impl Default for Choice {
    fn default() -> Self {
        Self { worker: None, libtorch: None, device: "auto".into() }
    }
}

/// Where a worker was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The user named it.
    Named,
    /// Beside this program.
    Beside,
    /// In `PATH`.
    Path,
}

/// Whose libtorch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user named it.
    Named,
    /// The active Python's.
    Python,
    /// The one that the build fetched.
    Provisioned,
}

/// A libtorch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Libtorch {
    /// The folder of its libraries.
    pub folder: PathBuf,
    /// Whose it is.
    pub origin: Origin,
    /// Whether it can use CUDA.
    pub cuda: bool,
}

/// How a worker is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables that it gets beside those of this process.
    pub environment: Vec<(OsString, OsString)>,
}

impl fmt::Display for Launch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.program.display())?;
        self.arguments.iter().try_for_each(|argument| write!(formatter, " {}", argument.display()))
    }
}

/// A worker, and what it is started on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it is started.
    pub launch: Launch,
    /// Where it was found.
    pub place: Place,
    /// The libtorch that it is started on; `None` for the one that it was built with, or that of another machine.
    pub libtorch: Option<Libtorch>,
}

/// Finds the worker and the best libtorch for it: the named one, then, where there is a GPU, the active Python's if it has CUDA, then
/// the fetched one, then the active Python's in any case.
///
/// # Errors
/// [`WorkerError::Absent`] when there is no worker, or when what was named is not there.
pub fn find(choice: &Choice, around: &Surroundings) -> Result<Found, WorkerError> {
    let (launch, place) = worker(choice, around)?;
    let libtorch = libtorch(choice, around)?;
    // A command of the user's may lead to another machine, where folders of this one mean nothing.
    let libtorch = libtorch.filter(|found| place != Place::Named || found.origin == Origin::Named);
    let environment =
        libtorch.iter().map(|found| ("LD_LIBRARY_PATH".into(), library_path(&found.folder, around))).collect();
    Ok(Found { launch: Launch { environment, ..launch }, place, libtorch })
}

fn worker(choice: &Choice, around: &Surroundings) -> Result<(Launch, Place), WorkerError> {
    if let Some(command) = &choice.worker {
        let absent = |reason: &str| WorkerError::Absent { reason: format!("--worker {command:?}: {reason}") };
        let mut words = surroundings::words(command)
            .ok_or_else(|| absent("a quote is not closed"))?
            .into_iter()
            .map(OsString::from);
        let program = words.next().ok_or_else(|| absent("it names no program"))?;
        return Ok((Launch { program, arguments: words.collect(), environment: Vec::new() }, Place::Named));
    }
    let beside = around.beside.iter().map(|folder| (folder, Place::Beside));
    let on_path = around.path.iter().map(|folder| (folder, Place::Path));
    let found =
        beside.chain(on_path).map(|(folder, place)| (folder.join(PROGRAM), place)).find(|(path, _)| path.is_file());
    let Some((program, place)) = found else {
        let folder =
            around.beside.as_ref().map_or_else(|| "this program".into(), |folder| folder.display().to_string());
        return Err(WorkerError::Absent { reason: format!("there is no {PROGRAM} in {folder} or in PATH") });
    };
    Ok((Launch { program: program.into(), ..Launch::default() }, place))
}

fn libtorch(choice: &Choice, around: &Surroundings) -> Result<Option<Libtorch>, WorkerError> {
    if let Some(folder) = &choice.libtorch {
        let absent =
            |reason: String| WorkerError::Absent { reason: format!("--libtorch {}: {reason}", folder.display()) };
        let found = libraries(folder, Origin::Named)
            .ok_or_else(|| absent(format!("there is no {LIBRARY} in it or in its lib")))?;
        return match version_of(&found.folder) {
            Some(version) if !is_ours(&version) => Err(absent(format!("it is {version}, and {RELEASE} is needed"))),
            _ => Ok(Some(found)),
        };
    }
    let python = around.python.as_ref().filter(|(version, _)| is_ours(version));
    let python = python.and_then(|(_, folder)| libraries(folder, Origin::Python));
    let provisioned = around.provisioned.as_ref().and_then(|folder| libraries(folder, Origin::Provisioned));
    // Without a GPU the CUDA half would only take its time to load.
    let (first, last) = if around.gpu && python.as_ref().is_some_and(|found| found.cuda) {
        (python, provisioned)
    } else {
        (provisioned, python)
    };
    Ok(first.or(last))
}

/// The libraries in a folder, or in its `lib`.
fn libraries(folder: &Path, origin: Origin) -> Option<Libtorch> {
    let folder = [folder.join("lib"), folder.to_owned()].into_iter().find(|folder| folder.join(LIBRARY).is_file())?;
    let cuda = folder.join(CUDA_LIBRARY).is_file();
    Some(Libtorch { folder, origin, cuda })
}

/// The version that a libtorch says it is, where it does.
fn version_of(libraries: &Path) -> Option<String> {
    let text = std::fs::read_to_string(libraries.parent()?.join("build-version")).ok()?;
    Some(text.trim().to_owned())
}

fn is_ours(version: &str) -> bool {
    version.strip_prefix(RELEASE).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '+']))
}

fn library_path(folder: &Path, around: &Surroundings) -> OsString {
    let mut path = folder.as_os_str().to_owned();
    if let Some(before) = &around.library_path {
        path.push(":");
        path.push(before);
    }
    path
}

#[cfg(test)]
mod tests;
