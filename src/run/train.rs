//! The job that trains a model in the worker: started, and its events told as messages.
//!
//! Invariant: the worker is started by its job, on the job's thread; this loop never waits for it.

use std::path::PathBuf;
use std::sync::Arc;

use super::event::Sender;
use super::task;
use crate::entity::Perspective;
use crate::job::worker::{Choice, TrainSettings};
use crate::job::{Handle, TrainJob};
use crate::load::Loaded;

/// What to train on, and where to put it.
pub(super) struct Request {
    pub(super) generation: u64,
    pub(super) loaded: Arc<Loaded>,
    pub(super) perspective: Perspective,
    pub(super) folder: PathBuf,
    pub(super) seed: u64,
}

/// Starts the job, or says why not.
pub(super) fn start(request: Request, choice: &Choice, sender: &Sender) -> Option<Handle> {
    let Request { generation, loaded, perspective, folder, seed } = request;
    let settings = TrainSettings { seed, ..TrainSettings::default() };
    let job = TrainJob { data: loaded, perspective, folder, settings, choice: choice.clone() };
    task::begin(job, generation, sender)
}
