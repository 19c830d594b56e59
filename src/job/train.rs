//! The job that trains the diffusion model on a dataset's own images, without anything made with it.
//!
//! Invariant: it leaves the very model that a job trains which makes pictures by the same recipe.

mod traces;

use std::path::PathBuf;
use std::sync::Arc;

use super::protocol::{Event, Summary};
use super::synthesis::{self, Bench};
use super::worker::{self, Choice};
use super::{End, Job, Listener};
use crate::load::Loaded;
use crate::progress::Stage;
use crate::recipe::Recipe;
use traces::Traces;

/// Trains the diffusion model.
pub struct TrainJob {
    /// The opened and indexed dataset.
    pub data: Arc<Loaded>,
    /// The user's choices: whose entities the model learns to tell apart, and how.
    pub recipe: Recipe,
    /// The folder for the list, the pictures and the model.
    pub folder: PathBuf,
    /// Which worker, on what.
    pub choice: Choice,
}

impl Job for TrainJob {
    fn name(&self) -> String {
        format!("train the diffusion model by {}", synthesis::title(&self.data, &self.recipe))
    }

    fn stages(&self) -> Vec<Stage> {
        vec![Stage::Read, Stage::Train]
    }

    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End> {
        let traces = Traces::before(&self.folder);
        let end = self.train(listener);
        if end.is_err() {
            listener.tell(Event::Log { line: traces.settle() });
        }
        end
    }
}

impl TrainJob {
    fn train(&self, listener: &dyn Listener) -> Result<Summary, End> {
        let _alone = synthesis::alone(&self.folder, listener)?;
        let mut bench = Bench::new(&self.choice, listener);
        let checkpoint = synthesis::trained(&self.data, &self.recipe, &self.folder, &mut bench)?;
        let mut summary = Summary::default();
        worker::take_in(&mut summary, checkpoint.outcome);
        Ok(summary)
    }
}
