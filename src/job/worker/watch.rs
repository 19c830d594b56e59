//! What a client keeps in mind while a task runs, and what it passes on of the reports.
//!
//! Invariant: what comes faster than anyone could see is thinned, so that no flood reaches further than here.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::error::WorkerError;
use super::protocol::{Outcome, Problem, Report};
use crate::job::{Event, Listener, Wish};
use crate::progress::Stage;

/// The least time between two lines of the log that are told; those between are only kept.
const LOG_PAUSE: Duration = Duration::from_millis(20);
/// So many that cannot be used are told however fast they come.
const TOLD_ASIDE: u64 = 100;
/// The least time between two figures that are told.
const MEASURE_PAUSE: Duration = Duration::from_millis(20);
/// So many pictures are told at once.
const PICTURES_AT_ONCE: u32 = 3;
/// The least time between two such groups.
const PICTURE_PAUSE: Duration = Duration::from_millis(200);

/// What is kept in mind while a task runs.
pub(super) struct Watch {
    /// What it does, for errors.
    pub(super) during: &'static str,
    /// When the last report was heard.
    pub(super) heard: Instant,
    /// How many lines were no report since.
    pub(super) strays: u64,
    /// The last wish that was passed on, and when.
    pub(super) wished: (Wish, Instant),
    /// When a picture was passed on last, and how many at once.
    shown: (Instant, u32),
    /// How many were told to be of no use.
    aside: u64,
    /// The last progress that was passed on.
    progress: Option<(Stage, u64, u64)>,
    /// When something of a kind was passed on last.
    told: BTreeMap<&'static str, Instant>,
}

impl Watch {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            during: "beginning its task",
            heard: now,
            strays: 0,
            wished: (Wish::GoOn, now),
            shown: (now, 0),
            aside: 0,
            progress: None,
            told: BTreeMap::new(),
        }
    }

    /// For how long it has been asked to stop.
    pub(super) fn stopping(&self) -> Option<Duration> {
        let (wish, since) = self.wished;
        (wish == Wish::Stop).then(|| since.elapsed())
    }

    /// How the task ended that says it was cancelled.
    fn cancelled(&self) -> WorkerError {
        if self.wished.0 == Wish::Stop {
            return WorkerError::Cancelled;
        }
        let message = "the worker stopped its task without being told to".into();
        WorkerError::Task(Problem { message, next: "start the job again: it goes on from its last checkpoint".into() })
    }

    pub(super) fn log(&mut self, line: String, listener: &dyn Listener) {
        if !line.trim().is_empty() && self.due("log", LOG_PAUSE) {
            listener.tell(Event::Log { line });
        }
    }

    /// Whether a picture may be passed on: a few at once, then none for a while.
    fn may_show(&mut self) -> bool {
        if self.shown.1 < PICTURES_AT_ONCE || self.shown.0.elapsed() >= PICTURE_PAUSE {
            let again = self.shown.0.elapsed() >= PICTURE_PAUSE;
            self.shown = (Instant::now(), if again { 1 } else { self.shown.1 + 1 });
            return true;
        }
        false
    }

    /// What cannot be used is told one by one, until there are many.
    fn set_aside(&mut self, id: &str, reason: &str, listener: &dyn Listener) {
        let line = format!("set aside {id}: {reason}");
        self.aside += 1;
        if self.aside <= TOLD_ASIDE {
            listener.tell(Event::Log { line });
        } else {
            self.log(line, listener);
        }
    }

    /// Whether something of a kind may be passed on again.
    fn due(&mut self, kind: &'static str, pause: Duration) -> bool {
        let due = self.told.get(kind).is_none_or(|before| before.elapsed() >= pause);
        if due {
            self.told.insert(kind, Instant::now());
        }
        due
    }
}

/// Passes a report on, and gives the end of the task when it is one.
pub(super) fn take(
    report: Report,
    of: u64,
    (watch, listener): (&mut Watch, &dyn Listener),
) -> Option<Result<Outcome, WorkerError>> {
    match report {
        Report::Finished { task, outcome } if task == of => return Some(Ok(outcome)),
        Report::Cancelled { task } if task == of => return Some(Err(watch.cancelled())),
        Report::Failed { task, problem } if task == of => return Some(Err(WorkerError::Task(problem))),
        Report::Progress { task, stage, done, total } if task == of => {
            watch.during = stage.label();
            if watch.progress.replace((stage, done, total)) != Some((stage, done, total)) {
                listener.advanced(stage, done, total);
            }
        }
        Report::Measure { task, name, at, value } if task == of && watch.due("measure", MEASURE_PAUSE) => {
            listener.tell(Event::Measure { name, at, value });
        }
        Report::Picture { task, path, seed, caption } if task == of && watch.may_show() => {
            listener.tell(Event::Picture { path, seed, caption });
        }
        Report::Memory { used, total } if watch.due("memory", MEASURE_PAUSE) => {
            listener.tell(Event::Memory { used, total });
        }
        Report::SetAside { task, id, reason } if task == of => watch.set_aside(&id, &reason, listener),
        Report::Log { line } => watch.log(line, listener),
        // It lives; what concerns another task concerns nobody any more, and what comes too fast nobody could see.
        _ => {}
    }
    None
}
