//! From a plan to one whose pictures are there: the order is written, a model is trained where there is none, the worker makes what
//! was ordered, and what came back is taken in.
//!
//! Everything lies in one folder: `order.json`, the list that the model learns from, the trained model, the pictures, and
//! `synthesized.jsonl`. Each file has its name only once it is whole, so a job that was killed goes on from what is there.
//!
//! Invariant: a manifest is written only when everything that was ordered came back, was sorted out by a filter, or was found
//! unusable and told; nothing is made up in its place.

mod bench;
mod division;
mod gallery;
mod lock;
mod naming;
mod sampling;
mod training;

use std::path::{Path, PathBuf};

pub use bench::Bench;
pub use division::{Divided, Division, divided};
pub(super) use lock::alone;
pub use sampling::{Errand, sampled};
pub(super) use training::title;
pub use training::{Checkpoint, found, settings, trained};

pub use super::protocol::FOLDER;
use super::protocol::{Event, Failure};
use super::worker::Choice;
use super::{End, Listener};
use crate::index::Index;
use crate::load::Loaded;
use crate::manifest::ManifestError;
use crate::manifest::synthesized::{self, Delivery};
use crate::number::count;
use crate::plan::{Order, Plan, PlanError};
use crate::progress::{Observer, Stage};
use crate::recipe::{Backend, Recipe, SynthesisName};
use crate::source::Dataset;

/// The stages of making what a recipe asks for.
pub const STAGES: [Stage; 3] = [Stage::Read, Stage::Train, Stage::Sample];

/// Where pictures are made, and by whom.
#[derive(Clone, Debug)]
pub struct Workshop {
    /// The folder of everything that is made.
    pub folder: PathBuf,
    /// Which worker, on what.
    pub worker: Choice,
}

/// The plan of a dataset with the pictures that it asks for; those that are not there are made.
///
/// # Errors
/// [`End`]: what was finished stays in the folder, and the next run goes on from there.
pub fn completed(data: &Loaded, recipe: &Recipe, shop: &Workshop, listener: &dyn Listener) -> Result<Plan, End> {
    let Loaded { dataset, index } = data;
    let pair = (dataset, index);
    let plan = plan(pair, recipe, &shop.folder, listener)?;
    let Some(order) = Order::of(pair, recipe, plan.synthesis()) else { return Ok(plan) };
    synthesized::write_order(&shop.folder, &order).map_err(unwritten)?;
    if !synthesized::read(&shop.folder, &order).is_whole() {
        make(data, recipe, (shop, &order), listener)?;
    }
    taken((plan, index), &order, &shop.folder)
}

/// The plan of a dataset with the pictures that the worker made in `folder` before.
///
/// # Errors
/// [`End::Failed`] with exit code 5 when the worker has something to make and did not.
pub fn planned(pair: (&Dataset, &Index), recipe: &Recipe, folder: &Path, observer: &dyn Observer) -> Result<Plan, End> {
    let plan = plan(pair, recipe, folder, observer)?;
    let Some(order) = Order::of(pair, recipe, plan.synthesis()) else { return Ok(plan) };
    synthesized::write_order(folder, &order).map_err(unwritten)?;
    taken((plan, pair.1), &order, folder)
}

/// The plan as far as it hangs on entities and on outlier scores that are known.
pub(super) fn plan(
    (dataset, index): (&Dataset, &Index),
    recipe: &Recipe,
    folder: &Path,
    observer: &dyn Observer,
) -> Result<Plan, End> {
    let scores = synthesized::outliers(folder);
    let outlier = |instance: usize| scores.get(index.id_hashes.get(instance)?).copied();
    Plan::of_dataset((dataset, index), recipe, &outlier, observer).map_err(|error| plan_failed(&error))
}

/// Has everything made that is ordered; one job at a time in a folder.
fn make(
    data: &Loaded,
    recipe: &Recipe,
    (shop, order): (&Workshop, &Order),
    listener: &dyn Listener,
) -> Result<(), End> {
    supported(&data.dataset, recipe)?;
    let _alone = lock::alone(&shop.folder, listener)?;
    // Another job may have made it in the meantime.
    if synthesized::read(&shop.folder, order).is_whole() {
        return Ok(());
    }
    let mut bench = Bench::new(&shop.worker, listener);
    let checkpoint = trained(data, recipe, &shop.folder, &mut bench)?;
    let errand = Errand { checkpoint: &checkpoint, order, rejected: false };
    let records = sampled(data, recipe, &errand, &mut bench)?;
    synthesized::write(&shop.folder, &records).map_err(unwritten)?;
    listener.tell(Event::Log { line: told(&synthesized::read(&shop.folder, order), order) });
    Ok(())
}

/// Whether what is asked for can be made and written, before an hour of training shows that it cannot.
pub(super) fn supported(dataset: &Dataset, recipe: &Recipe) -> Result<(), End> {
    let diffusion = &recipe.synthesis.diffusion;
    let bundle = diffusion.bundle.as_ref().filter(|_| diffusion.backend == Backend::Bundle);
    if let Some(folder) = bundle.filter(|_| recipe.synthesis.uses(SynthesisName::Diffusion)) {
        let description = folder.join("bundle.json");
        if let Err(cause) = std::fs::metadata(&description) {
            return Err(End::Failed(Failure {
                message: format!("no bundle is there: {}: {cause}", description.display()),
                next:
                    "export a pipeline with assets/bundle/export.py and name its folder in synthesis.diffusion.bundle"
                        .into(),
                exit_code: 4,
                unfinished: false,
            }));
        }
    }
    crate::manifest::takes_pictures(dataset, recipe).map_err(|error| End::Failed(error.into()))
}

/// The plan with what was delivered.
fn taken((plan, index): (Plan, &Index), order: &Order, folder: &Path) -> Result<Plan, End> {
    let delivery = synthesized::read(folder, order);
    if delivery.missing > 0 {
        return Err(End::Failed(missing(folder, (order, &delivery))));
    }
    Ok(plan.with_pictures(index, (&delivery.pictures, delivery.account)))
}

/// What came of an order, in words.
fn told(delivery: &Delivery, order: &Order) -> String {
    let lost: Vec<String> =
        delivery.account.removed.iter().map(|(verdict, lost)| format!("{} {}", count(*lost), verdict.key())).collect();
    let lost = if lost.is_empty() { String::new() } else { format!("; not used: {}", lost.join(", ")) };
    let (made, all) = (delivery.pictures.len() as u64, order.pictures() as u64);
    format!("{} of {} pictures are accepted{lost}", count(made), count(all))
}

/// What is missing of an order that waits for a worker.
fn missing(folder: &Path, (order, delivery): (&Order, &Delivery)) -> Failure {
    let wrong = delivery
        .faults
        .first()
        .map_or_else(String::new, |(line, fault)| format!("; {} line {line}: {fault}", synthesized::SYNTHESIZED));
    let message = format!(
        "{} of {} pictures of the policy 'diffusion' are not made yet{wrong}",
        count(delivery.missing),
        count(order.pictures() as u64)
    );
    let next = format!(
        "run fantail-worker on the order {}, or take 'diffusion' out of synthesis.policies: 'repeat' needs no worker",
        folder.join(synthesized::ORDER).display()
    );
    Failure { message, next, exit_code: 5, unfinished: false }
}

/// How a job ends that could not write a file.
pub(super) fn unwritten(error: ManifestError) -> End {
    End::Failed(error.into())
}

fn plan_failed(error: &PlanError) -> End {
    match error {
        PlanError::Cancelled => End::Cancelled,
        PlanError::Recipe(_) => End::Failed(Failure {
            message: error.to_string(),
            next: "change the recipe and start again".into(),
            exit_code: error.exit_code(),
            unfinished: false,
        }),
    }
}
