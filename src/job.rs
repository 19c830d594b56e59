//! Background work: what a job says about itself, and the thread that it runs on.
//!
//! Invariant: a job ends in exactly one terminal event, whatever happens inside it; stages see an [`Observer`], never a channel.

mod apply;
pub mod protocol;
pub mod synthesis;
mod thread;

pub use apply::ApplyJob;
pub use protocol::{Event, Failure, State, Summary};
pub use thread::{Handle, start};

use crate::progress::{Observer, Stage};

/// Work that runs in the background.
pub trait Job: Send + 'static {
    /// What it is called on the screen.
    fn name(&self) -> String;

    /// Its stages, in order.
    fn stages(&self) -> Vec<Stage>;

    /// Does it. The observer takes progress and says when to stop.
    ///
    /// # Errors
    /// [`End::Cancelled`] when it stopped because the observer said so, else [`End::Failed`].
    fn run(&mut self, observer: &dyn Observer) -> Result<Summary, End>;
}

/// Why a job did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was asked to stop.
    Cancelled,
    /// It could not go on.
    Failed(Failure),
}
