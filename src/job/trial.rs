//! A small batch of pictures to look at, before a whole order is made: what filters sort out of it is shown, too.
//!
//! Invariant: trains nothing and writes no manifest; its pictures are no order's.

use std::sync::{Arc, Mutex, PoisonError};

use super::protocol::{Failure, Summary};
use super::synthesis::{self, Bench, Errand, Workshop};
use super::{End, Job, Listener};
use crate::load::Loaded;
use crate::plan::{Order, Synthesized};
use crate::progress::Stage;
use crate::recipe::Recipe;

/// Makes pictures of a few seeds with the trained model.
pub struct TrialJob {
    /// The opened and indexed dataset.
    pub data: Arc<Loaded>,
    /// The user's choices.
    pub recipe: Recipe,
    /// Where the model is, and who works with it.
    pub shop: Workshop,
    /// The seeds: numbers of instances of the plan's order.
    pub seeds: Vec<usize>,
    /// Where what was made is left; paths begin at the workshop's folder.
    pub made: Arc<Mutex<Vec<Synthesized>>>,
}

impl Job for TrialJob {
    fn name(&self) -> String {
        "a trial batch".into()
    }

    fn stages(&self) -> Vec<Stage> {
        vec![Stage::Plan, Stage::Sample]
    }

    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End> {
        let Loaded { dataset, index } = &*self.data;
        let plan = synthesis::plan((dataset, index), &self.recipe, &self.shop.folder, listener)?;
        let order = Order::of((dataset, index), &self.recipe, plan.synthesis()).map(|order| order.trial(&self.seeds));
        let order = order.filter(|order| !order.seeds.is_empty()).ok_or_else(no_seed)?;
        let checkpoint = synthesis::found(&self.data, &self.recipe, &self.shop.folder, listener)?;
        let checkpoint = checkpoint.ok_or_else(|| untrained(&self.shop.folder))?;
        let mut bench = Bench::new(&self.shop.worker, listener);
        let errand = Errand { checkpoint: &checkpoint, order: &order, rejected: true };
        let made = synthesis::sampled(&self.data, &self.recipe, &errand, &mut bench)?;
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        Ok(Summary::default())
    }
}

fn no_seed() -> End {
    End::Failed(Failure {
        message: "none of these instances is a seed of the plan any more".into(),
        next: "choose a seed of the list".into(),
        exit_code: 4,
        unfinished: false,
    })
}

fn untrained(folder: &std::path::Path) -> End {
    End::Failed(Failure {
        message: format!("{} holds no model that was trained on this data with these settings", folder.display()),
        next: "train one: 4 shows Run, and t trains there in the background; writing the manifests trains one, too, where there is \
               none"
            .into(),
        exit_code: 5, unfinished: false })
}
