//! The job behind the worker's tasks: starts a worker, has it do one task after the other, and ends it.
//!
//! Invariant: a worker lives no longer than its job; whatever it does, the job ends in one terminal event.

use std::path::Path;

use super::client::{Client, Patience};
use super::error::WorkerError;
use super::find::{Choice, Surroundings, find};
use super::protocol::{Device, Outcome};
use super::work::Work;
use crate::job::{End, Event, Failure, Job, Listener, Summary};
use crate::manifest::WrittenFile;
use crate::progress::Stage;

/// Has a worker do tasks, in order.
pub struct WorkerJob {
    /// Which worker, on what.
    pub choice: Choice,
    /// The tasks.
    pub works: Vec<Work>,
    /// How long the worker may take for what.
    pub patience: Patience,
    /// The command that does the same without the terminal program; empty where there is none.
    pub command: String,
}

impl Job for WorkerJob {
    fn name(&self) -> String {
        self.works.iter().map(Work::name).collect::<Vec<_>>().join(", then ")
    }

    fn stages(&self) -> Vec<Stage> {
        self.works.iter().flat_map(Work::stages).copied().collect()
    }

    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End> {
        let mut hired = Hired::hire(&self.choice, self.patience, listener)?;
        let mut summary = Summary { command: self.command.clone(), ..Summary::default() };
        for work in &self.works {
            take_in(&mut summary, hired.run(work, listener)?);
        }
        Ok(summary)
    }
}

/// A worker that works for one job.
#[derive(Debug)]
pub struct Hired {
    client: Client,
}

impl Hired {
    /// Finds a worker and starts it.
    ///
    /// # Errors
    /// [`End::Failed`] when there is none, or it is not what it should be.
    pub fn hire(choice: &Choice, patience: Patience, listener: &dyn Listener) -> Result<Self, End> {
        let found = find(choice, &Surroundings::here()).map_err(end)?;
        let log = |line: String| listener.tell(Event::Log { line });
        log(format!("starting {}", found.launch));
        let client = Client::start(&found.launch, &choice.device, patience).map_err(end)?;
        let device = client.device().clone();
        log(format!("{} ({}) with libtorch {}", device.name, device.model, client.libtorch()));
        if !device.note.is_empty() {
            log(device.note.clone());
        }
        listener.tell(Event::Device(device));
        Ok(Self { client })
    }

    /// Has a task done.
    ///
    /// # Errors
    /// [`End`]; a worker that failed otherwise than in an orderly way is of no further use.
    pub fn run(&mut self, work: &Work, listener: &dyn Listener) -> Result<Outcome, End> {
        self.client.run(work, listener).map_err(end)
    }

    /// The device that it works on.
    #[must_use]
    pub const fn device(&self) -> &Device {
        self.client.device()
    }

    /// The version of its libtorch, and where it lies.
    #[must_use]
    pub fn libtorch(&self) -> &str {
        self.client.libtorch()
    }

    /// Its own version.
    #[must_use]
    pub fn version(&self) -> &str {
        self.client.version()
    }
}

/// Adds what a task made to what the job made.
pub(in crate::job) fn take_in(summary: &mut Summary, outcome: Outcome) {
    let Outcome { files, figures, set_aside } = outcome;
    summary.files.extend(files.into_iter().map(|path| WrittenFile { bytes: size(&path), rows: 0, path }));
    summary.figures.extend(figures);
    summary.set_aside += set_aside;
}

/// A file's size; 0 where it cannot be seen, as on another machine.
fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |facts| facts.len())
}

fn end(error: WorkerError) -> End {
    match error {
        WorkerError::Cancelled => End::Cancelled,
        error => End::Failed(Failure::from(error)),
    }
}
