//! A dataset from stdin: kept in a temporary file without a name, so that it can be mapped and read again like any other.
//!
//! Invariant: stdin is read once in the life of the program; what came of it before the user stopped is not lost.

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::SourceError;
use super::content::Content;
use super::meter::Meter;
use crate::progress::{Observer, Stage};

/// The path that stands for stdin.
pub const STDIN: &str = "-";
/// The name under which its records are told of.
pub const STDIN_NAME: &str = "stdin";
/// How much is read between two looks at the cancel flag.
const STEP: usize = 1 << 20;

/// What came of stdin so far.
static SPOOL: Mutex<Option<Spool>> = Mutex::new(None);

/// Whether a path stands for stdin; a file of that name is `./-`.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// The bytes of stdin, decompressed where they are compressed.
///
/// # Errors
/// [`SourceError::Unreadable`] when stdin is a terminal, fails, or has no room; [`SourceError::Cancelled`] when the observer says so.
pub(super) fn content(observer: &dyn Observer) -> Result<Content, SourceError> {
    let mut spool = SPOOL.lock().unwrap_or_else(PoisonError::into_inner);
    let spool = match &mut *spool {
        Some(spool) => spool,
        none => none.insert(Spool::open()?),
    };
    spool.fill(observer)?;
    let meter = Meter::new(observer, 0);
    Content::of(&spool.file, Path::new(STDIN_NAME), &meter.phase(0..0, 1))
}

struct Spool {
    file: File,
    bytes: u64,
    ended: bool,
}

impl Spool {
    fn open() -> Result<Self, SourceError> {
        if std::io::stdin().is_terminal() {
            return Err(unreadable(
                "it is a terminal; pipe a dataset in, as in: zcat data.json.gz | fantail stats -".into(),
            ));
        }
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(|cause| unkept(&folder, &cause))?;
        Ok(Self { file, bytes: 0, ended: false })
    }

    /// Reads on to the end.
    fn fill(&mut self, observer: &dyn Observer) -> Result<(), SourceError> {
        let (mut stdin, mut buffer) = (std::io::stdin().lock(), vec![0; STEP]);
        while !self.ended {
            if observer.cancelled() {
                return Err(SourceError::Cancelled);
            }
            match stdin.read(&mut buffer) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.file.write_all(&buffer[..read]).map_err(|cause| unkept(&std::env::temp_dir(), &cause))?;
                    self.bytes += read as u64;
                    observer.advanced(Stage::Read, self.bytes, 0);
                }
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(unreadable(cause.to_string())),
            }
        }
        Ok(())
    }
}

fn unreadable(reason: String) -> SourceError {
    SourceError::Unreadable { path: PathBuf::from(STDIN_NAME), cause: std::io::Error::other(reason) }
}

fn unkept(folder: &Path, cause: &std::io::Error) -> SourceError {
    let folder = folder.display();
    unreadable(format!("it cannot be kept in {folder} ({cause}); name a folder with more room in the variable TMPDIR"))
}
