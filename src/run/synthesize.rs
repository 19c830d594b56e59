//! Plans in the background what is made for the tail.
//!
//! Invariant: a plan that nobody wants any more is not finished.

use std::sync::Arc;

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::Message;
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
