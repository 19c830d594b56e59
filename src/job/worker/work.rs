//! The tasks that the worker knows, with every setting that changes a result.
//!
//! Invariant: every path is absolute; the same work with the same files on the same device gives the same bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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

/// Grey or colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// What the images are: grey where the first few hundred all are.
    #[default]
    Auto,
    /// One channel.
    Grey,
    /// Three channels.
    Colour,
}

/// Train the diffusion model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Train {
    /// What it learns from.
    pub instances: Instances,
    /// The folder that the checkpoint is written to. A checkpoint of the same settings that lies there already is gone on from.
    pub output: PathBuf,
    /// How.
    #[serde(default)]
    pub settings: TrainSettings,
}

/// How skip connections of the U-Net are scaled (ScaleLong).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipScale {
    /// Not at all.
    None,
    /// The i-th long skip by κ^(i−1).
    #[default]
    Constant,
    /// By a learnt gate.
    Learnt,
}

/// How a model is built and trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainSettings {
    /// Width and height of the images in pixels: 32, 64 or 128.
    pub side: u32,
    /// Grey or colour.
    pub colour: Colour,
    /// Optimizer steps in all; 0 trains the classifier alone, for pictures that a bundle makes.
    pub steps: u64,
    /// Images a step.
    pub batch: u32,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// Channels of the first level.
    pub width: u32,
    /// Scaling of skip connections.
    pub skip_scale: SkipScale,
    /// κ of the constant scaling.
    pub kappa: f64,
    /// The lowest image-guidance level λ that will be asked for: times nearer to pure noise are not learned, and a model that only
    /// continues seeds is the sooner good. 0 learns all of them, and pictures can then be made without a seed.
    pub lowest_level: f64,
    /// Share of a batch that is drawn evenly over entities; the rest is drawn evenly over instances.
    pub balance: f64,
    /// Flip images horizontally, half of the time.
    pub flip: bool,
    /// Share of a batch whose entities are hidden, for classifier-free guidance.
    pub unconditional: f64,
    /// Decay of the averaged weights.
    pub average: f64,
    /// The largest norm of a gradient.
    pub clip: f64,
    /// A checkpoint at least every so many steps.
    pub checkpoint_every: u64,
    /// The seed of every draw.
    pub seed: u64,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            side: 32,
            colour: Colour::Auto,
            steps: 3000,
            batch: 64,
            learning_rate: 2e-3,
            width: 32,
            skip_scale: SkipScale::Constant,
            kappa: 0.7,
            lowest_level: 0.2,
            balance: 0.7,
            flip: true,
            unconditional: 0.1,
            average: 0.999,
            clip: 1.0,
            checkpoint_every: 200,
            seed: 42,
        }
    }
}

/// How noise is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// DDIM, without added noise.
    Ddim,
    /// DPM-Solver++ of second order.
    #[default]
    DpmSolver,
}

/// Make images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The folder of a trained model.
    pub model: PathBuf,
    /// An exported latent-diffusion pipeline that makes the pictures; the model's folder then only has the names and the classifier
    /// that judges them, which [`Train`] of no steps writes.
    #[serde(default)]
    pub bundle: Option<PathBuf>,
    /// What to make: one [`Planned`] a line, as JSON.
    pub plan: PathBuf,
    /// The folder that seed images lie below.
    pub root: PathBuf,
    /// The folder to write to: one PNG an image, and `samples.jsonl`. Images that lie there already are not made again.
    pub output: PathBuf,
    /// How noise is taken away.
    #[serde(default)]
    pub sampler: Sampler,
    /// In how many evaluations of the model.
    pub evaluations: u32,
    /// Classifier-free guidance: 1 is none.
    pub guidance: f64,
    /// Images at once.
    pub batch: u32,
    /// Candidates an image; of those that pass the filters the one nearest to its seed in embedding is kept.
    pub candidates: u32,
    /// Whether a link below the root may lead out of it.
    #[serde(default)]
    pub linked: bool,
    /// What is sorted out.
    #[serde(default)]
    pub filters: Filters,
}

/// The thresholds of the filters. What is usual among the real images is the measure of each, so that a threshold means the same for
/// every dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Nearer to a training image than this share of the usual distance between real neighbours: memorised.
    pub copy: f64,
    /// The intended entity's probability below this share of what is usual for its real images: of another class.
    pub class: f64,
    /// Concentration around the entity's centre below this quantile of its real images: an outlier; 0 sorts none out.
    pub outlier: f64,
    /// Contrast below this share of the least among real images: flat; the same of what is neither black nor white: saturated.
    pub flat: f64,
}

impl Default for Filters {
    fn default() -> Self {
        Self { copy: 0.5, class: 0.5, outlier: 0.01, flat: 0.5 }
    }
}

/// The figures behind a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What is said.
    pub verdict: Verdict,
    /// Distance to the nearest training image over the usual one between real neighbours, in pixels.
    pub pixel_ratio: f64,
    /// The same between features.
    pub feature_ratio: f64,
    /// Probability of the intended entity.
    pub probability: f64,
    /// Student-t concentration around the entity's centre.
    pub concentration: f64,
}

/// A line of `samples.jsonl`: what became of a planned image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    /// Its id.
    pub id: String,
    /// Its file in the output folder; `None` where it was sorted out.
    pub path: Option<PathBuf>,
    /// The file's length in bytes; 0 without one.
    pub bytes: u64,
    /// The seed image it began from.
    pub image: Option<PathBuf>,
    /// What it was to show.
    pub entities: Vec<u32>,
    /// The image-guidance level.
    pub level: f64,
    /// What the filters said.
    pub verdict: Verdict,
    /// Why; `None` where its seed cannot be read.
    pub finding: Option<Finding>,
}

/// A line of [`Sample::plan`]: one image to make.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Its id, and the stem of its file.
    pub id: String,
    /// The real image to begin from, relative to the root; `None` for pure noise.
    pub image: Option<PathBuf>,
    /// What it is to show, by number.
    pub entities: Vec<u32>,
    /// How much of the seed image is kept, 0 (none) to 1 (all): the image-guidance level λ.
    pub level: f64,
    /// The seed of its noise.
    pub seed: u64,
    /// What the seed's text says, for the prompt of a bundle; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caption: String,
}

/// Turn images into vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embed {
    /// Which images.
    pub instances: Instances,
    /// The encoder: a TorchScript file, or the folder of a trained model.
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
}

/// The subclasses of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subclasses {
    /// Which entity.
    pub entity: u32,
    /// For each subclass the places of its instances in the list, from 0. Instances without a vector are in none.
    pub members: Vec<Vec<u32>>,
}
