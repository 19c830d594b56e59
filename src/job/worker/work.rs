//! The tasks that the worker knows, with every setting that changes a result.
//!
//! Invariant: every path is absolute; the same work with the same files on the same device gives the same bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

mod sample;
mod train;

pub use sample::{Filters, Finding, Planned, Sample, Sampled, Sampler};
pub use train::{Colour, SkipScale, Train, TrainSettings};

pub use crate::plan::Verdict;
use crate::progress::Stage;

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Work {
    /// Train the diffusion model on the user's own images.
    Train(Train),
    /// Make images.
    Sample(Sample),
    /// Turn images into vectors.
    Embed(Embed),
    /// Split entities into subclasses.
    Cluster(Cluster),
}

impl Work {
    /// What it is called on the screen.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Train(_) => "train the diffusion model",
            Self::Sample(_) => "make images",
            Self::Embed(_) => "embed images",
            Self::Cluster(_) => "split entities into subclasses",
        }
    }

    /// Its stages, in order.
    #[must_use]
    pub const fn stages(&self) -> &'static [Stage] {
        match self {
            Self::Train(_) => &[Stage::Read, Stage::Train],
            Self::Sample(_) => &[Stage::Sample],
            Self::Embed(_) => &[Stage::Read, Stage::Embed],
            Self::Cluster(_) => &[Stage::Cluster],
        }
    }
}

/// The images of a dataset, as files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instances {
    /// One [`Listed`] a line, as JSON.
    pub list: PathBuf,
    /// The folder that images lie below; a path that leads out of it is refused.
    pub root: PathBuf,
    /// Whether a link below the root may lead out of it: the user put it there, as in a folder of links.
    #[serde(default)]
    pub linked: bool,
    /// The names of the entities, one a line: line `n` (from 0) is entity `n` of [`Listed::entities`].
    pub names: PathBuf,
}

/// A line of [`Instances::list`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The instance's id.
    pub id: String,
    /// Its image, relative to [`Instances::root`].
    pub image: PathBuf,
    /// Its entities, by number.
    pub entities: Vec<u32>,
}

/// Turn images into vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embed {
    /// Which images.
    pub instances: Instances,
    /// The encoder: the folder that `assets/bundle/encoder.py` wrote, or that of a trained model.
    pub encoder: PathBuf,
    /// Where to write the vectors: a `.npy` of float32, one row an instance, in the list's order; a row of NaN where one was set aside.
    pub output: PathBuf,
    /// Images at once.
    pub batch: u32,
}

/// Split entities into subclasses of about the same size (SBCL), so that cutting a head entity keeps its diversity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The vectors: what [`Embed`] wrote for this list.
    pub vectors: PathBuf,
    /// The list that the vectors belong to, one [`Listed`] a line.
    pub list: PathBuf,
    /// The entities to split, by number.
    pub entities: Vec<u32>,
    /// Instances of a subclass, about: the size of a tail entity.
    pub size: u32,
    /// Where to write, one [`Subclasses`] a line.
    pub output: PathBuf,
    /// The seed of the first centres.
    pub seed: u64,
    /// Where to write how far each instance stands apart, one [`Apart`] a line.
    #[serde(default)]
    pub apart: Option<PathBuf>,
}

/// How far an instance stands apart from all entities, and what is most like it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Apart {
    /// The instance's id.
    pub id: String,
    /// The share of instances that are nearer to an entity, 0 to 1: what a recipe's `synthesis.outlier` is held against.
    pub score: f64,
    /// Student-t concentration around the nearest entity, itself left out.
    pub concentration: f64,
    /// The id of the instance most like it.
    pub nearest: String,
    /// The cosine with that one: near 1 for near-duplicates.
    pub cosine: f64,
}

/// The subclasses of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subclasses {
    /// Which entity.
    pub entity: u32,
    /// For each subclass the places of its instances in the list, from 0. Instances without a vector are in none.
    pub members: Vec<Vec<u32>>,
}
