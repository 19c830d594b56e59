//! What does the work of a task, and what it sees of whoever asked.
//!
//! Invariant: an engine knows no pipe and no protocol: it reports through [`Session`](crate::session::Session) and asks it before every step whether to go on.

use fantail::job::worker::{Cluster, Device, Embed, Outcome, Problem, Sample, Train};

use crate::session::Session;

/// Does one task at a time. Every method returns when the task has ended, and calls [`Session::go_on`] before each step.
pub trait Engine {
    /// The device that it works on, with the memory that is free now.
    fn device(&self) -> Device;

    /// Trains until `settings.steps`, from the checkpoint in `output` where there is one of the same settings.
    ///
    /// # Errors
    /// [`End`], after writing a checkpoint where it was cancelled.
    fn train(&mut self, train: &Train, session: &Session) -> Result<Outcome, End>;

    /// Makes the planned images that are not there yet.
    ///
    /// # Errors
    /// [`End`]; images that were finished stay.
    fn sample(&mut self, sample: &Sample, session: &Session) -> Result<Outcome, End>;

    /// Writes a vector for every listed image.
    ///
    /// # Errors
    /// [`End`]; nothing is written then.
    fn embed(&mut self, embed: &Embed, session: &Session) -> Result<Outcome, End>;

    /// Splits entities into subclasses.
    ///
    /// # Errors
    /// [`End`]; nothing is written then. An engine that cannot do it says so.
    fn cluster(&mut self, _cluster: &Cluster, _session: &Session) -> Result<Outcome, End> {
        Err(End::failed("this worker cannot split entities", "use the fantail-worker of this build"))
    }
}

/// Why a task did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was told to stop.
    Cancelled,
    /// It could not go on.
    Failed(Problem),
}

impl End {
    /// A failure with what to do now.
    pub fn failed(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Failed(Problem { message: message.into(), next: next.into() })
    }
}
