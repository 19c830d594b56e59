//! What a task sees of whoever asked for it: it reports here, and asks here whether to go on.
//!
//! Invariant: reporting never fails and never waits for the reader of it longer than a pipe's write does; progress and figures are
//! thinned, beginnings and ends of stages are not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fantail::job::worker::Report;
use fantail::progress::Stage;

use crate::ears::Ears;
use crate::engine::End;
use crate::voice::Voice;

/// The least time between two reports of the same stage or figure.
const PAUSE: Duration = Duration::from_millis(100);

/// What a task sees of whoever asked for it. It may be used from any thread.
pub struct Session {
    task: u64,
    voice: Arc<Voice>,
    ears: Arc<Ears>,
    last: Mutex<HashMap<String, Instant>>,
}

impl Session {
    /// A session for a task.
    pub fn new(task: u64, voice: &Arc<Voice>, ears: &Arc<Ears>) -> Self {
        Self { task, voice: Arc::clone(voice), ears: Arc::clone(ears), last: Mutex::default() }
    }

    /// Waits while the task is held.
    ///
    /// # Errors
    /// [`End::Cancelled`] when it is to stop.
    pub fn go_on(&self) -> Result<(), End> {
        if self.ears.may_go_on() { Ok(()) } else { Err(End::Cancelled) }
    }

    /// `done` of `total` units of a stage are finished.
    pub fn progress(&self, stage: Stage, done: u64, total: u64) {
        let edge = done == 0 || done == total;
        if self.due(stage.label(), edge) {
            self.voice.say(&Report::Progress { task: self.task, stage, done, total });
        }
    }

    /// A figure such as `loss` at unit `at` of the stage that runs.
    pub fn measure(&self, name: &str, at: u64, value: f64) {
        if self.due(name, false) {
            self.voice.say(&Report::Measure { task: self.task, name: name.to_owned(), at, value });
        }
    }

    /// A new synthetic image, the real image that it began from, and what it is to show.
    pub fn picture(&self, path: &Path, seed: Option<&Path>, caption: &str) {
        let seed = seed.map(PathBuf::from);
        self.voice.say(&Report::Picture { task: self.task, path: path.to_owned(), seed, caption: caption.to_owned() });
    }

    /// An instance that cannot be used, and why.
    pub fn set_aside(&self, id: &str, reason: &str) {
        self.voice.say(&Report::SetAside { task: self.task, id: id.to_owned(), reason: reason.to_owned() });
    }

    /// A line for the log.
    pub fn log(&self, line: impl Into<String>) {
        self.voice.say(&Report::Log { line: line.into() });
    }

    /// Whether enough time has passed since the last report of that name.
    fn due(&self, name: &str, always: bool) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = always || last.get(name).is_none_or(|before| now.duration_since(*before) >= PAUSE);
        if due {
            last.insert(name.to_owned(), now);
        }
        due
    }
}
