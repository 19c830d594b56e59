//! The client's side of the protocol: a handshake, then tasks, one after the other.
//!
//! Invariant: a task ends in its outcome or in one error, within a bounded time after its worker stopped making sense.

mod greeting;

use std::time::{Duration, Instant};

use super::child::{Child, Closed, Heard, words};
use super::error::WorkerError;
use super::find::Launch;
use super::line::Line;
use super::log::Log;
use super::protocol::{Device, Order, Outcome, PROTOCOL, Report};
use super::watch::{Watch, take};
use super::work::Work;
use crate::job::{Listener, Wish};

/// How often wishes are looked at while nothing is heard.
const LOOK: Duration = Duration::from_millis(50);
/// How many lines that are no report are borne in a row: a login message, a warning of a library.
const BORNE: u64 = 10_000;
/// How many lines of the log an error shows.
const SHOWN: usize = 5;

/// How long the client waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the greeting: a GPU's libtorch takes its time to load.
    pub greeting: Duration,
    /// For any report, while a task runs.
    pub silence: Duration,
    /// For the end of a task that was cancelled, with its checkpoint.
    pub stopping: Duration,
    /// For the end of the process, once it has nothing to do.
    pub ending: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { greeting: seconds(120), silence: seconds(30), stopping: seconds(20), ending: seconds(5) }
    }
}

/// A worker that has said hello.
#[derive(Debug)]
pub struct Client {
    child: Child,
    log: Log,
    patience: Patience,
    command: String,
    device: Device,
    version: String,
    libtorch: String,
    tasks: u64,
}

/// What a line turned out to be.
enum Sense {
    Report(Report),
    /// A line for the log.
    Stray(String),
}

impl Client {
    /// Starts a worker and greets it.
    ///
    /// # Errors
    /// Every way in which it is not what it should be.
    pub fn start(launch: &Launch, device: &str, patience: Patience) -> Result<Self, WorkerError> {
        let child = Child::start(launch)?;
        let (log, command) = (Log::default(), launch.to_string());
        let (version, libtorch) = (String::new(), String::new());
        let mut client = Self { child, log, patience, command, device: Device::default(), version, libtorch, tasks: 0 };
        let version = env!("CARGO_PKG_VERSION").to_owned();
        // One that died already cannot take it; its end is told below.
        client.child.order(&Order::Hello { protocol: PROTOCOL, version, device: device.to_owned() });
        client.greeting()?;
        Ok(client)
    }

    /// The device that it works on.
    #[must_use]
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// Its own version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version of its libtorch, and where it lies.
    #[must_use]
    pub fn libtorch(&self) -> &str {
        &self.libtorch
    }

    /// Does a task to its end.
    ///
    /// # Errors
    /// [`WorkerError::Cancelled`] when the listener wished it to stop, [`WorkerError::Task`] when the task failed in an orderly way,
    /// else every way in which a worker can go wrong; then it is of no further use.
    pub fn run(&mut self, work: &Work, listener: &dyn Listener) -> Result<Outcome, WorkerError> {
        self.tasks += 1;
        let task = self.tasks;
        // One that died already cannot take it; its end is told below.
        self.child.order(&Order::Start { task, work: work.clone() });
        let mut watch = Watch::new();
        loop {
            let heard = self.child.hear(LOOK);
            watch.wished = self.obey(watch.wished, listener.wish());
            match heard {
                Err(Closed) if watch.stopping().is_some() => return Err(WorkerError::Cancelled),
                Err(Closed) => return Err(self.died(watch.during)),
                Ok(None) => {}
                Ok(Some(heard)) => match self.sense(heard) {
                    Sense::Report(report) => {
                        (watch.heard, watch.strays) = (Instant::now(), 0);
                        if let Some(end) = take(report, task, (&mut watch, listener)) {
                            return end;
                        }
                    }
                    Sense::Stray(text) => {
                        watch.strays += 1;
                        watch.log(text, listener);
                    }
                },
            }
            self.check(&watch)?;
        }
    }

    /// Passes a wish on when it has changed.
    fn obey(&mut self, before: (Wish, Instant), wish: Wish) -> (Wish, Instant) {
        if before.0 == wish || before.0 == Wish::Stop {
            return before;
        }
        self.child.order(match wish {
            Wish::GoOn => &Order::Resume,
            Wish::Hold => &Order::Pause,
            Wish::Stop => &Order::Cancel,
        });
        (wish, Instant::now())
    }

    /// Ends a worker whose silence or chatter has lasted too long.
    fn check(&mut self, watch: &Watch) -> Result<(), WorkerError> {
        if watch.stopping().is_some_and(|since| since > self.patience.stopping) {
            return Err(self.ended_for(WorkerError::Cancelled));
        }
        if watch.strays > BORNE {
            let (during, count) = (watch.during.to_owned(), watch.strays);
            let log = self.log.tail(SHOWN);
            return Err(self.ended_for(WorkerError::Babbling { during, count, log }));
        }
        if watch.heard.elapsed() > self.patience.silence {
            return Err(self.silent(watch.during, self.patience.silence));
        }
        Ok(())
    }

    /// Tells a report from what is none.
    fn sense(&mut self, heard: Heard) -> Sense {
        let line = match heard {
            Heard::Noise(line) => return Sense::Stray(self.log.push(&line.text)),
            Heard::Said(line) => line,
        };
        match serde_json::from_str(&line.text) {
            Ok(report) if line.whole => Sense::Report(report),
            _ => Sense::Stray(self.log.push(&as_told(&line))),
        }
    }

    /// It ended by itself. What it said last is waited for no longer than its end.
    fn died(&mut self, during: &str) -> WorkerError {
        let status = words(self.child.end(self.patience.ending));
        WorkerError::Died { during: during.to_owned(), status, log: self.log.tail(SHOWN) }
    }

    fn silent(&mut self, during: &str, silence: Duration) -> WorkerError {
        let log = self.log.tail(SHOWN);
        self.ended_for(WorkerError::Silent { during: during.to_owned(), silence, log })
    }

    fn ended_for(&mut self, error: WorkerError) -> WorkerError {
        self.child.kill();
        error
    }
}

impl Drop for Client {
    /// Nothing is left running.
    fn drop(&mut self) {
        self.child.order(&Order::Shutdown);
        self.child.end(self.patience.ending);
    }
}

/// A line for the log, with what was wrong with it.
fn as_told(line: &Line) -> String {
    let text = &line.text;
    match (line.whole, line.cut) {
        (_, true) => format!("{text} … (a line too long to be read)"),
        (false, _) => format!("{text} … (it broke off here)"),
        _ => text.clone(),
    }
}
