//! Plans in the background what is made for the tail, and asks the worker for trials.
//!
//! Invariant: where no worker is installed, a trial ends with what is missing and how to get it.

use std::path::PathBuf;
use std::sync::Arc;

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::{Failure, Message};
use crate::load::Loaded;
use crate::plan::{Plan, PlanError};
use crate::preview::Completion;
use crate::recipe::Recipe;

/// What is to be planned.
pub(super) struct PlanRequest {
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Box<Recipe>,
}

/// Answers a request for a plan.
pub(super) fn plan(request: PlanRequest, wanted: &Wanted, sender: &Sender) {
    let PlanRequest { loaded, recipe } = request;
    let generation = wanted.generation();
    let planned = Plan::of_dataset((&loaded.dataset, &loaded.index), &recipe, &|_| None, wanted);
    let completion = planned.and_then(|plan| Completion::of(&loaded.index, &recipe, &plan, wanted));
    let completion = match completion {
        Ok(completion) => Ok(Arc::new(completion)),
        // A newer request is being answered already.
        Err(PlanError::Cancelled) => return,
        Err(error) => Err(error.to_string()),
    };
    sender.tell(Message::SynthesisPlanned { generation, completion });
}

/// The name of the worker's program.
const WORKER: &str = "fantail-worker";

/// Where the worker's program is: beside this one, or on the path.
pub(super) fn worker() -> Option<PathBuf> {
    let name = format!("{WORKER}{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(&name)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = beside.into_iter().chain(std::env::split_paths(&path).map(|folder| folder.join(&name)));
    places.into_iter().find(|place| place.is_file())
}

/// Why there is no trial.
pub(super) fn untried(generation: u64) -> Message {
    let cause = match worker() {
        Some(place) => format!("{} is there, and this build of fantail cannot drive it yet", place.display()),
        None => format!("no {WORKER} is beside fantail or on the PATH"),
    };
    let failure = Failure {
        title: "there is no trial".into(),
        cause,
        next: "build it with: cargo build --release --features torch --bin fantail-worker; `fantail doctor` says what is missing. \
               'repeat' needs no worker."
            .into(),
    };
    Message::TrialMade { generation, outcome: Err(failure) }
}
