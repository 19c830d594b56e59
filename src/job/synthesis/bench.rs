//! The worker of a job that may not need one: started when there is something to do.
//!
//! Invariant: one worker a job, however many tasks; none where everything is there already.

use crate::job::worker::{Choice, Hired, Outcome, Patience, Work};
use crate::job::{End, Event, Listener};
use crate::plan::Maker;

/// Has tasks done by a worker that is started for the first of them.
pub struct Bench<'a> {
    choice: &'a Choice,
    hired: Option<Hired>,
    /// Whoever asked for the job.
    pub listener: &'a dyn Listener,
}

impl<'a> Bench<'a> {
    /// A bench without a worker.
    pub const fn new(choice: &'a Choice, listener: &'a dyn Listener) -> Self {
        Self { choice, hired: None, listener }
    }

    /// Has a task done.
    ///
    /// # Errors
    /// [`End`] when there is no worker, or the task failed or was cancelled.
    pub fn run(&mut self, work: &Work) -> Result<Outcome, End> {
        let listener = self.listener;
        self.hired()?.run(work, listener)
    }

    /// Who works here, on a trained model.
    ///
    /// # Errors
    /// [`End`] when there is no worker.
    pub fn maker(&mut self, checkpoint: &str) -> Result<Maker, End> {
        let hired = self.hired()?;
        let device = hired.device();
        // Where libtorch lies is this machine's business.
        let libtorch = hired.libtorch().split_whitespace().next().unwrap_or_default().to_owned();
        Ok(Maker {
            worker: format!("fantail-worker {}", hired.version()),
            device: format!("{} ({})", device.name, device.model),
            libtorch,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// A line for the job's log.
    pub fn log(&self, line: String) {
        self.listener.tell(Event::Log { line });
    }

    fn hired(&mut self) -> Result<&mut Hired, End> {
        let hired = match self.hired.take() {
            Some(hired) => hired,
            None => Hired::hire(self.choice, Patience::default(), self.listener)?,
        };
        Ok(self.hired.insert(hired))
    }
}
