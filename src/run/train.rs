//! The job that trains a model in the worker: started, and its events told as messages.
//!
//! Invariant: the worker is started by its job, on the job's thread; this loop never waits for it.

use std::path::PathBuf;
use std::sync::Arc;

use super::event::Sender;
use super::task;
use crate::job::worker::Choice;
use crate::job::{Handle, TrainJob};
use crate::load::Loaded;
use crate::recipe::Recipe;

/// What to train on, and where to put it.
pub(super) struct Request {
    pub(super) generation: u64,
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Recipe,
    pub(super) folder: PathBuf,
}

/// Starts the job, or says why not.
pub(super) fn start(request: Request, choice: &Choice, sender: &Sender) -> Option<Handle> {
    let Request { generation, loaded, recipe, folder } = request;
    let job = TrainJob { data: loaded, recipe, folder, choice: choice.clone() };
    task::begin(job, generation, sender)
}
