//! From a plan to one whose pictures are there: the order is written, and what came back of it is taken in.
//!
//! Invariant: a manifest is written only when everything that was ordered came back, was sorted out by a filter, or was found
//! unusable and told; nothing is made up in its place.

use std::path::Path;

use super::End;
use super::protocol::Failure;
use crate::index::Index;
use crate::manifest::ManifestError;
use crate::manifest::synthesized::{self, Delivery};
use crate::number::count;
use crate::plan::{Order, Plan, PlanError};
use crate::progress::Observer;
use crate::recipe::Recipe;
use crate::source::Dataset;

/// The folder of the worker's files in the folder of a manifest.
pub const FOLDER: &str = "synthesis";

/// The plan of a dataset with the pictures that the worker made in `folder`.
///
/// # Errors
/// [`End::Failed`] with exit code 5 when the worker has something to make and did not.
pub fn planned(
    (dataset, index): (&Dataset, &Index),
    recipe: &Recipe,
    folder: &Path,
    observer: &dyn Observer,
) -> Result<Plan, End> {
    let scores = synthesized::outliers(folder);
    let outlier = |instance: usize| scores.get(index.id_hashes.get(instance)?).copied();
    let plan = Plan::of_dataset((dataset, index), recipe, &outlier, observer).map_err(|error| plan_failed(&error))?;
    let Some(order) = Order::of((dataset, index), recipe, plan.synthesis()) else { return Ok(plan) };
    let delivery = synthesized::read(folder, &order);
    if delivery.missing > 0 {
        return Err(End::Failed(missing(folder, (&order, &delivery)).unwrap_or_else(Failure::from)));
    }
    Ok(plan.with_pictures(index, (&delivery.pictures, delivery.removed)))
}

/// Leaves the order for the worker, and says what is missing.
fn missing(folder: &Path, (order, delivery): (&Order, &Delivery)) -> Result<Failure, ManifestError> {
    let path = synthesized::write_order(folder, order)?;
    let all = order.pictures() as u64;
    let wrong = delivery
        .faults
        .first()
        .map_or_else(String::new, |(line, fault)| format!("; {} line {line}: {fault}", synthesized::SYNTHESIZED));
    let message = format!(
        "{} of {} pictures of the policy 'diffusion' are not made yet{wrong}",
        count(delivery.missing),
        count(all)
    );
    let next = format!(
        "run fantail-worker on the order {}, or take 'diffusion' out of synthesis.policies: 'repeat' needs no worker",
        path.display()
    );
    Ok(Failure { message, next, exit_code: 5 })
}

fn plan_failed(error: &PlanError) -> End {
    match error {
        PlanError::Cancelled => End::Cancelled,
        PlanError::Recipe(_) => End::Failed(Failure {
            message: error.to_string(),
            next: "change the recipe and start again".into(),
            exit_code: error.exit_code(),
        }),
    }
}
