//! Background work: what a job says about itself, and the thread that it runs on.
//!
//! Invariant: a job ends in exactly one terminal event, whatever happens inside it; stages see an [`Observer`], never a channel.

mod apply;
mod cluster;
pub mod protocol;
pub mod synthesis;
mod thread;
mod train;
mod trial;
pub mod worker;

pub use apply::{ApplyJob, quoted};
pub use cluster::ClusterJob;
pub use protocol::{Event, Failure, Summary};
pub use thread::{Handle, start};
pub use train::TrainJob;
pub use trial::TrialJob;

use crate::progress::{Observer, Stage};

/// Work that runs in the background.
pub trait Job: Send + 'static {
    /// What it is called on the screen.
    fn name(&self) -> String;

    /// Its stages, in order.
    fn stages(&self) -> Vec<Stage>;

    /// Does it. The listener takes progress and says when to stop.
    ///
    /// # Errors
    /// [`End::Cancelled`] when it stopped because the listener said so, else [`End::Failed`].
    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End>;
}

/// An observer that takes every event of a job, and says what is wished without waiting for it.
pub trait Listener: Observer {
    /// Takes an event: one that is not the first or the last.
    fn tell(&self, event: Event);

    /// What is wished now. [`Observer::cancelled`] waits while the job is held; this does not.
    fn wish(&self) -> Wish;
}

/// What is wished of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// That it goes on.
    #[default]
    GoOn,
    /// That it waits.
    Hold,
    /// That it stops.
    Stop,
}

/// Why a job did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was asked to stop.
    Cancelled,
    /// It could not go on.
    Failed(Failure),
}
