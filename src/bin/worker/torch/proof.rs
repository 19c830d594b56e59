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
mod fashion;
mod make;
mod report;
mod sheet;
mod stability;

pub use arguments::command;

use std::path::PathBuf;

use self::arms::{Arm, classify};
use self::fashion::{Split, long_tail, orders};
use self::report::Table;
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
    let mut table = Table::default();
    for (name, order) in orders().into_iter().take(plan.orders) {
        let images = long_tail(&train, &order, IMBALANCE)?;
        let made = make::fill(&images, (&name, &order), (plan, &oracle))?;
        for arm in Arm::ALL {
            for seed in 0..plan.seeds {
                let set = arm.build(&images, &made, seed)?;
                let judge = classify(&set, seed, plan)?;
                let (per_class, mean) = arms::accuracy(&judge, &test)?;
                let ranked: Vec<f64> = order.iter().map(|&class| per_class[class]).collect();
                println!(
                    "{name:9} {:32} seed {seed}: mean {:.2} %, few {:.2} %",
                    arm.label(),
                    100.0 * mean,
                    100.0 * report::few(&ranked)
                );
                table.add(&name, arm.label(), ranked);
            }
        }
    }
    let rendered = table.render();
    let path = plan.output.join("proof.md");
    std::fs::write(&path, &rendered).map_err(|error| TorchError::file(path, error))?;
    println!("{rendered}");
    Ok(())
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
    Encoder::new(config).train(&images, plan.compute, |_, _| Ok(()))
}
