//! The proof: does filling the tail help a classifier?
//!
//! Fashion-MNIST is made long-tailed; the same small classifier is trained, at equal volume and equal steps, on the long-tailed
//! set and on sets rebalanced and refilled in several ways; its accuracy on the real test set is printed, whatever it is.
//!
//! Invariant: nothing of the real pictures that the long tail leaves out, or of the test set, reaches a model that makes,
//! filters or learns from synthetic pictures; only the judge at the end has seen them.

mod arguments;
mod arms;
mod bench;
mod check;
mod fashion;
mod kept;
mod make;
mod report;
mod sheet;
mod stability;

pub use arguments::command;

use std::path::PathBuf;

use self::arms::{Arm, classify};
use self::fashion::{Split, long_tail, orders};
use self::make::Made;
use self::report::{Run, Table};
use super::compute::Compute;
use super::encoder::{Encoder, EncoderConfig, Judge};
use super::error::TorchError;
use super::images::Images;

/// How much the proof does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the four files of the dataset lie.
    pub data: PathBuf,
    /// Where checkpoints, pictures and tables go.
    pub output: PathBuf,
    /// How many class orders: natural, reversed, one random.
    pub orders: usize,
    /// How many seeds of the classifier.
    pub seeds: u64,
    /// Steps of the diffusion model.
    pub diffusion_steps: u64,
    /// Steps of each classifier.
    pub classifier_steps: u64,
    /// The letters of the arms that are run; all where there is none.
    pub arms: String,
    /// Image-guidance levels, spread over the seeds in turn.
    pub levels: Vec<f64>,
    /// Device of everything.
    pub compute: Compute,
}

/// Head size over tail size.
const IMBALANCE: f64 = 100.0;

/// Runs the proof and prints its table.
///
/// # Errors
/// The dataset cannot be read, the output cannot be written, or a failure of libtorch.
pub fn run(plan: &Plan) -> Result<(), TorchError> {
    std::fs::create_dir_all(&plan.output).map_err(|error| TorchError::file(&plan.output, error))?;
    let (train, test) = (Split::read(&plan.data, "train")?, Split::read(&plan.data, "t10k")?);
    let oracle = oracle(&train, plan)?;
    println!(
        "judge: trained on the balanced real set, {:.1} % right on the test set",
        100.0 * arms::accuracy(&oracle, &test)?.1
    );
    let mut sets = Vec::new();
    for (name, order) in orders().into_iter().take(plan.orders) {
        let images = long_tail(&train, &order, IMBALANCE)?;
        let made = make::fill(&images, (&name, &order), (plan, &oracle))?;
        sets.push((name, order, images, made));
    }
    let mut table = Table::open(&plan.output, plan.classifier_steps);
    // Seeds outermost: a proof that ends early has all orders alike.
    for seed in 0..plan.seeds {
        for (name, order, images, made) in &sets {
            for arm in Arm::ALL.into_iter().filter(|arm| plan.arms.is_empty() || plan.arms.contains(arm.letter())) {
                if !table.holds(name, arm.label(), seed) {
                    table.add(one((name, order), (images, made), (arm, seed), (plan, &test))?)?;
                }
            }
        }
        written(&table, plan)?;
    }
    println!("{}", written(&table, plan)?);
    Ok(())
}

/// Trains the classifier of an arm and tests it.
fn one(
    (name, order): (&str, &[usize]),
    (images, made): (&Images, &Made),
    (arm, seed): (Arm, u64),
    (plan, test): (&Plan, &Split),
) -> Result<Run, TorchError> {
    let judge = classify(arm, (images, made), seed, plan)?;
    let (per_class, mean) = arms::accuracy(&judge, test)?;
    let ranked: Vec<f64> = order.iter().map(|&class| per_class[class]).collect();
    let (mean, few) = (100.0 * mean, 100.0 * report::few(&ranked));
    println!("{name:9} {:36} seed {seed}: mean {mean:.2} %, few {few:.2} %", arm.label());
    Ok(Run { order: name.to_owned(), arm: arm.label().to_owned(), seed, steps: plan.classifier_steps, ranked })
}

/// Writes the table; what it says.
fn written(table: &Table, plan: &Plan) -> Result<String, TorchError> {
    let (rendered, path) = (table.render(), plan.output.join("proof.md"));
    std::fs::write(&path, &rendered).map_err(|error| TorchError::file(path, error))?;
    Ok(rendered)
}

/// The classifier that has seen the whole balanced real training set.
fn oracle(train: &Split, plan: &Plan) -> Result<Judge, TorchError> {
    let lists = (0..fashion::CLASSES).map(|class| {
        (0..train.labels.len())
            .filter(|&index| usize::from(train.labels[index]) == class)
            .map(|index| index as u32)
            .collect()
    });
    let images = Images::new(train.pixels.shallow_clone(), lists.collect())?;
    let config = EncoderConfig {
        steps: plan.classifier_steps * 2,
        seed: 7,
        ..EncoderConfig::new(32, 1, fashion::CLASSES as i64)
    };
    let path = plan.output.join(format!("judge-{}.safetensors", config.steps));
    if let Ok(judge) = Judge::load(&path, plan.compute) {
        return Ok(judge);
    }
    let judge = Encoder::new(config).train(&images, plan.compute, |_, _| Ok(()))?;
    judge.save(&path)?;
    Ok(judge)
}
