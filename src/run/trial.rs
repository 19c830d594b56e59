//! The trial batch of the Synthesize screen: made in the worker, decoded for the screen.
//!
//! Invariant: a trial ends in one message, with its pictures or with why there are none and how to get some.

use std::sync::{Arc, Mutex, PoisonError};

use super::event::Sender;
use super::picture;
use crate::app::message::{Failure, Message};
use crate::app::model::TrialPicture;
use crate::job::synthesis::Workshop;
use crate::job::{self, Event, Handle, TrialJob};
use crate::load::Loaded;
use crate::plan::Synthesized;
use crate::recipe::Recipe;

/// What to try.
pub(super) struct Request {
    pub(super) generation: u64,
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Recipe,
    pub(super) seeds: Vec<usize>,
    pub(super) shop: Workshop,
}

/// Starts a trial.
pub(super) fn start(request: Request, sender: &Sender) -> Option<Handle> {
    let Request { generation, loaded, recipe, seeds, shop } = request;
    let made = Arc::new(Mutex::new(Vec::new()));
    let shown =
        Shown { loaded: Arc::clone(&loaded), seeds: seeds.clone(), shop: shop.clone(), made: Arc::clone(&made) };
    let (sender, failed) = (sender.clone(), sender.clone());
    let tell = move |outcome| sender.tell(Message::TrialMade { generation, outcome });
    let job = TrialJob { data: loaded, recipe, shop, seeds, made };
    let started = job::start(job, move |event| match event {
        Event::Finished(_) => tell(Ok(shown.pictures())),
        Event::Failed(failure) => tell(Err(because(failure.message, failure.next))),
        // Whoever cancels a trial has asked for another one, or leaves.
        _ => {}
    });
    match started {
        Ok(handle) => Some(handle),
        Err(cause) => {
            let outcome = Err(because(cause.to_string(), "close other programs and try again".into()));
            failed.tell(Message::TrialMade { generation, outcome });
            None
        }
    }
}

fn because(cause: String, next: String) -> Failure {
    Failure { title: "there is no trial".into(), cause, next }
}

/// What a trial's pictures are shown by.
struct Shown {
    loaded: Arc<Loaded>,
    seeds: Vec<usize>,
    shop: Workshop,
    made: Arc<Mutex<Vec<Synthesized>>>,
}

impl Shown {
    /// The pictures that were made, decoded.
    fn pictures(&self) -> Vec<TrialPicture> {
        let made = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        made.into_iter().filter_map(|made| self.picture(made)).collect()
    }

    fn picture(&self, made: Synthesized) -> Option<TrialPicture> {
        let hash = crate::index::name_hash(&made.seed_id);
        let hashes = &self.loaded.index.id_hashes;
        let seed = self.seeds.iter().copied().find(|&seed| hashes.get(seed) == Some(&hash))?;
        let picture = picture::from_file(&self.shop.folder.join(&made.path)).ok().map(Arc::new);
        Some(TrialPicture { seed, guidance: made.guidance, verdict: made.verdict, scores: made.scores, picture })
    }
}
