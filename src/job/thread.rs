//! Runs a job on a thread of its own and tells its events to a sink.
//!
//! Invariant: the sink gets `Started` first and one terminal event last, even when the job panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::protocol::{Event, Failure};
use super::{End, Job, Listener, Wish};
use crate::progress::{Cancellation, Observer, Stage};

/// The least time between two reports of progress of one stage.
const PAUSE: Duration = Duration::from_millis(50);

/// A job that was started.
#[derive(Debug)]
pub struct Handle {
    cancellation: Arc<Cancellation>,
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

impl Handle {
    /// Asks the job to stop; it says `Cancelled` when it has, unless it is done before it hears.
    pub fn cancel(&self) {
        self.cancellation.cancel();
        self.gate.set(false);
    }

    /// Holds the job before its next step, or lets it go on.
    pub fn pause(&self, paused: bool) {
        self.gate.set(paused);
    }

    /// Waits until its last event was told.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread catches the job's panics itself; what could be left is one of the sink.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    /// A job that nobody holds any more is asked to stop; it is not waited for.
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.cancel();
        }
    }
}

/// Starts a job. `sink` is called from its threads, one call at a time.
///
/// # Errors
/// The system's reason when it gives no thread.
pub fn start(job: impl Job, sink: impl FnMut(Event) + Send + 'static) -> std::io::Result<Handle> {
    let cancellation = Arc::new(Cancellation::default());
    let gate = Arc::new(Gate::default());
    let reporter = Reporter {
        sink: Mutex::new(Box::new(sink)),
        cancellation: Arc::clone(&cancellation),
        gate: Arc::clone(&gate),
        start: Instant::now(),
        next: Default::default(),
    };
    let thread = std::thread::Builder::new().name("job".into()).spawn(move || run(job, &reporter))?;
    Ok(Handle { cancellation, gate, thread: Some(thread) })
}

fn run(mut job: impl Job, reporter: &Reporter) {
    reporter.tell(Event::Started { job: job.name(), stages: job.stages() });
    let last = match catch_unwind(AssertUnwindSafe(|| job.run(reporter))) {
        Ok(Ok(summary)) => Event::Finished(summary),
        Ok(Err(End::Cancelled)) => Event::Cancelled,
        Ok(Err(End::Failed(failure))) => Event::Failed(failure),
        Err(panic) => Event::Failed(defect(panic.as_ref())),
    };
    reporter.tell(last);
}

fn defect(panic: &(dyn std::any::Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    Failure {
        message: format!("a defect of the program: {}", text.unwrap_or("no message")),
        next: "report it with the recipe; nothing was written under a final name".into(),
        exit_code: 1,
        unfinished: false,
    }
}

/// Where a paused job waits.
#[derive(Debug, Default)]
struct Gate {
    closed: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn set(&self, closed: bool) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = closed;
        self.opened.notify_all();
    }

    fn is_closed(&self) -> bool {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while it is closed. Threads of the pool do not wait, as everyone else needs them, too.
    fn pass(&self) {
        if rayon::current_thread_index().is_some() {
            return;
        }
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(closed, |closed| *closed).unwrap_or_else(PoisonError::into_inner));
    }
}

/// Turns what stages observe into events.
struct Reporter {
    sink: Mutex<Box<dyn FnMut(Event) + Send>>,
    cancellation: Arc<Cancellation>,
    gate: Arc<Gate>,
    start: Instant,
    /// For each stage, when the next report is due, in milliseconds since the start.
    next: [AtomicU64; Stage::COUNT],
}

impl Reporter {
    fn tell(&self, event: Event) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink(event);
    }

    /// True when a report of the stage is due; then none is for a while.
    fn is_due(&self, stage: Stage) -> bool {
        let Some(next) = self.next.get(stage as usize) else { return true };
        let now = self.start.elapsed();
        let due = next.load(Ordering::Relaxed);
        let later = (now + PAUSE).as_millis() as u64;
        now.as_millis() as u64 >= due && next.compare_exchange(due, later, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Listener for Reporter {
    fn tell(&self, event: Event) {
        Self::tell(self, event);
    }

    fn wish(&self) -> Wish {
        if self.cancellation.is_cancelled() {
            Wish::Stop
        } else if self.gate.is_closed() {
            Wish::Hold
        } else {
            Wish::GoOn
        }
    }
}

impl Observer for Reporter {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        if (total > 0 && done >= total) || self.is_due(stage) {
            self.tell(Event::Progress { stage, done, total });
        }
    }

    fn noted(&self, line: &str) {
        self.tell(Event::Log { line: line.to_owned() });
    }

    fn cancelled(&self) -> bool {
        self.gate.pass();
        self.cancellation.is_cancelled()
    }
}
