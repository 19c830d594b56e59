//! The sampling task: what is to be made, how, and what became of it.
//!
//! Invariant: a line of the record says of one planned image what became of it, and why.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::plan::Verdict;

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
    /// that judges them, which [`super::Train`] of no steps writes.
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
    /// Whether images that are sorted out leave a file, too: to be looked at.
    #[serde(default)]
    pub rejected: bool,
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
    /// Contrast below this share of the least among real images: flat.
    pub flat: f64,
    /// A part that is neither black nor white below this share of the least among real images: saturated.
    pub saturated: f64,
}

impl Default for Filters {
    fn default() -> Self {
        Self { copy: 0.5, class: 0.5, outlier: 0.01, flat: 0.5, saturated: 0.5 }
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
    /// Why its seed cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
