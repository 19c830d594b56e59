//! Reckons what policies would do, in the background.
//!
//! Invariant: what is kept between requests belongs to one dataset and does not keep that dataset alive.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::Message;
use crate::app::model::{Compared, Figures};
use crate::entity::Perspective;
use crate::load::Loaded;
use crate::plan::PlanError;
use crate::preview::{Exact, Preview, Sketch};
use crate::recipe::{PolicyName, Recipe};

/// What the recipe's policy would do.
pub(super) struct PreviewRequest {
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Box<Recipe>,
    pub(super) perspective: Perspective,
}

/// What each of several policies would do.
pub(super) struct ComparisonRequest {
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Box<Recipe>,
    pub(super) policies: Vec<PolicyName>,
    pub(super) perspective: Perspective,
}

/// The exact reckoner, shared by previews and comparisons.
pub(super) type SharedExact = Arc<Mutex<Kept<Exact>>>;

/// Something that was made for a dataset.
pub(super) struct Kept<T> {
    of: Weak<Loaded>,
    value: Option<T>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { of: Weak::new(), value: None }
    }
}

impl<T> Kept<T> {
    /// The thing for a dataset, made anew when it was made for another one.
    fn of(&mut self, loaded: &Arc<Loaded>, make: impl FnOnce() -> T) -> &mut T {
        let dataset = Arc::downgrade(loaded);
        if !Weak::ptr_eq(&self.of, &dataset) {
            self.value = None;
            self.of = dataset;
        }
        self.value.get_or_insert_with(make)
    }
}

/// Answers requests for previews: first roughly, then exactly.
pub(super) fn previews(exact: SharedExact) -> impl FnMut(PreviewRequest, &Wanted, &Sender) {
    let mut sketch = Kept::<Sketch>::default();
    move |request, wanted, sender| {
        let PreviewRequest { loaded, recipe, perspective } = request;
        let generation = wanted.generation();
        let index = &loaded.index;
        match sketch.of(&loaded, || Sketch::new(index)).preview((index, &recipe), perspective, wanted) {
            Ok(preview) => sender.tell(Message::PreviewEstimated { generation, preview: Arc::new(preview) }),
            Err(PlanError::Cancelled) => return,
            Err(error) => return sender.tell(Message::PreviewFailed { generation, reason: error.to_string() }),
        }
        match reckon(&exact, &loaded, (&recipe, perspective), wanted) {
            Ok(preview) => sender.tell(Message::PreviewComputed { generation, preview: Arc::new(preview) }),
            // A newer request is being answered already.
            Err(PlanError::Cancelled) => {}
            Err(error) => sender.tell(Message::PreviewFailed { generation, reason: error.to_string() }),
        }
    }
}

/// Answers requests for comparisons.
pub(super) fn comparisons(exact: SharedExact) -> impl FnMut(ComparisonRequest, &Wanted, &Sender) {
    move |request, wanted, sender| {
        let ComparisonRequest { loaded, mut recipe, policies, perspective } = request;
        let mut compared = Vec::with_capacity(policies.len());
        for policy in policies {
            recipe.rebalance.policy = policy;
            match reckon(&exact, &loaded, (&recipe, perspective), wanted) {
                Ok(preview) => compared.push(Compared { policy, figures: Figures::of(&preview, perspective) }),
                Err(PlanError::Cancelled) => return,
                Err(_) => compared.push(Compared { policy, figures: None }),
            }
        }
        sender.tell(Message::PoliciesCompared { generation: wanted.generation(), compared });
    }
}

fn reckon(
    exact: &SharedExact,
    loaded: &Arc<Loaded>,
    (recipe, perspective): (&Recipe, Perspective),
    wanted: &Wanted,
) -> Result<Preview, PlanError> {
    let mut exact = exact.lock().unwrap_or_else(PoisonError::into_inner);
    exact.of(loaded, || Exact::new(&loaded.index)).preview_of((&loaded.index, recipe), perspective, wanted)
}
