//! Plans in the background what is made for the tail.
//!
//! Invariant: a plan that nobody wants any more is not finished.

use std::path::PathBuf;
use std::sync::Arc;

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::Message;
use crate::load::Loaded;
use crate::manifest::synthesized::outliers;
use crate::plan::{Plan, PlanError};
use crate::preview::Completion;
use crate::recipe::Recipe;

/// What is to be planned.
pub(super) struct PlanRequest {
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Box<Recipe>,
    pub(super) folder: PathBuf,
}

/// Answers a request for a plan.
pub(super) fn plan(request: PlanRequest, wanted: &Wanted, sender: &Sender) {
    let PlanRequest { loaded, recipe, folder } = request;
    let generation = wanted.generation();
    let scores = outliers(&folder);
    let outlier = |instance: usize| scores.get(loaded.index.id_hashes.get(instance)?).copied();
    let planned = Plan::of_dataset((&loaded.dataset, &loaded.index), &recipe, &outlier, wanted);
    let completion = planned.and_then(|plan| Completion::of(&loaded.index, &recipe, &plan, wanted));
    let completion = match completion {
        Ok(completion) => Ok(Arc::new(completion)),
        // A newer request is being answered already.
        Err(PlanError::Cancelled) => return,
        Err(error) => Err(error.to_string()),
    };
    sender.tell(Message::SynthesisPlanned { generation, completion });
}
