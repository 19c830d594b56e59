//! Loads a dataset on a thread of its own and tells how far it is.
//!
//! Invariant: progress and counts are told a few times a second at most, however often they are observed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::event::{Sender, caught};
use super::findings;
use crate::app::message::{Failure, Message};
use crate::entity::Perspective;
use crate::index::cache::Cache;
use crate::load::{self, LoadError, Loaded, Provenance};
use crate::progress::{Cancellation, Observer, Stage};
use crate::recipe::Recipe;
use crate::source::SourceError;

/// The least time between two reports of progress.
const PROGRESS: Duration = Duration::from_millis(50);
/// The least time between two reports of counts, which are copied and sorted for each.
const COUNTS: Duration = Duration::from_millis(200);

/// A load that runs; dropping it stops it.
pub(super) struct Load {
    cancellation: Arc<Cancellation>,
}

impl Drop for Load {
    fn drop(&mut self) {
        self.cancellation.cancel();
    }
}

/// What to load.
pub(super) struct Request {
    pub(super) generation: u64,
    pub(super) path: Option<PathBuf>,
    pub(super) recipe: Recipe,
}

/// Starts to load.
pub(super) fn start(request: Request, sender: &Sender) -> std::io::Result<Load> {
    let cancellation = Arc::new(Cancellation::default());
    let observer = LoadObserver {
        generation: request.generation,
        sender: sender.clone(),
        cancellation: Arc::clone(&cancellation),
        start: Instant::now(),
        progress_due: AtomicU64::new(0),
        counts_due: AtomicU64::new(0),
    };
    std::thread::Builder::new().name("load".into()).spawn(move || {
        if let Err(words) = caught(|| load(&request, &observer)) {
            let failure = Failure {
                title: "loading broke".into(),
                cause: format!("a defect of the program: {words}"),
                next: "report it with the first records of the dataset".into(),
            };
            observer.sender.tell(Message::DatasetFailed { generation: request.generation, failure });
        }
    })?;
    Ok(Load { cancellation })
}

fn load(request: &Request, observer: &LoadObserver) {
    let generation = request.generation;
    let cache = Cache::of_user();
    match open(request.path.as_deref(), &request.recipe, observer, &cache) {
        Ok((loaded, provenance)) => {
            let findings = findings::look(&loaded, &request.recipe);
            let loaded = Arc::new(loaded);
            observer.sender.tell(Message::DatasetLoaded { generation, loaded: Arc::clone(&loaded), findings });
            let keeps = matches!(provenance, Provenance::Built(_)) && request.path.is_some();
            if let Some(Err(cause)) = keeps.then(|| load::keep(&loaded, &request.recipe, &cache)) {
                let text = format!("the index could not be cached, so the next start takes as long: {cause}");
                observer.sender.tell(Message::Warned(text));
            }
        }
        // Whoever cancelled knows it.
        Err(error) if error.is_cancelled() => {}
        Err(error) => {
            let failure = failure(&error, request.path.as_deref());
            observer.sender.tell(Message::DatasetFailed { generation, failure });
        }
    }
}

fn open(
    path: Option<&Path>,
    recipe: &Recipe,
    observer: &LoadObserver,
    cache: &Cache,
) -> Result<(Loaded, Provenance), LoadError> {
    match path {
        Some(path) => load::load(path, recipe, observer, cache),
        None => load::demo(recipe, observer),
    }
}

fn failure(error: &LoadError, path: Option<&Path>) -> Failure {
    let shown = path.map_or_else(|| "the demo".to_owned(), |path| path.display().to_string());
    let next = match error {
        LoadError::Source(SourceError::Unreadable { .. }) => "check the path and its permissions, then reload",
        LoadError::Source(SourceError::Unrecognised { .. }) => "name the format in the recipe, then reload",
        LoadError::Source(_) => "repair the file or name its format in the recipe, then reload",
        LoadError::Entity(_) => "correct the recipe's [entities], then reload",
        LoadError::Cancelled(_) => "reload",
    };
    Failure { title: format!("cannot load {shown}"), cause: error.to_string(), next: next.into() }
}

struct LoadObserver {
    generation: u64,
    sender: Sender,
    cancellation: Arc<Cancellation>,
    start: Instant,
    /// Milliseconds since the start.
    progress_due: AtomicU64,
    counts_due: AtomicU64,
}

impl LoadObserver {
    /// True for one caller once `due` is past; then it is `pause` ahead.
    fn is_due(&self, due: &AtomicU64, pause: Duration) -> bool {
        let now = self.start.elapsed().as_millis() as u64;
        let before = due.load(Ordering::Relaxed);
        let later = now + pause.as_millis() as u64;
        now >= before && due.compare_exchange(before, later, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Observer for LoadObserver {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        if self.is_due(&self.progress_due, PROGRESS) {
            self.sender.tell(Message::DatasetProgressed { generation: self.generation, stage, done, total });
        }
    }

    fn counted(&self, counts: &dyn Fn() -> Vec<(Perspective, Vec<u32>)>) {
        if !self.is_due(&self.counts_due, COUNTS) {
            return;
        }
        let mut counts = counts();
        for (_, of_perspective) in &mut counts {
            of_perspective.sort_unstable_by(|a, b| b.cmp(a));
        }
        self.sender.tell(Message::CountsSeen { generation: self.generation, counts });
    }

    fn cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }
}
