//! `bundle.json`: what an exported pipeline is, as `assets/bundle/export.py` writes it.
//!
//! Invariant: what passes [`Description::read`] can be sampled from without another check of its numbers.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tch::Kind;

use crate::torch::error::TorchError;
use crate::torch::schedule::Prediction;

/// What tells that a file is a description of a bundle.
const FORMAT: (&str, u32) = ("fantail-bundle", 1);

/// An exported pipeline.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    format: String,
    version: u32,
    /// Pixels a side.
    pub size: i64,
    /// The precision of text encoder and U-Net; the autoencoder computes in 32 bits.
    dtype: String,
    /// What the autoencoder makes of a picture.
    pub latent: Latent,
    /// One for each text encoder.
    pub tokenizers: Vec<Vocabulary>,
    /// Whether no prompt is nought, not what the encoders make of an empty one.
    pub zeros_for_empty: bool,
    /// What is asked for: `{entity}` and `{caption}` stand for the entity's name and what the seed's text says.
    pub prompt: String,
    /// The noise that it was trained with.
    pub scheduler: Trained,
}

/// The shape and scale of latents.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Latent {
    /// Channels.
    pub channels: i64,
    /// Cells a side.
    pub side: i64,
    /// What the U-Net sees is `(latent − shift) · scale`.
    pub scale: f64,
    /// See `scale`.
    pub shift: f64,
}

/// A byte-pair encoding of CLIP's kind.
#[derive(Clone, Debug, Deserialize)]
pub struct Vocabulary {
    /// `vocab.json`, below the bundle.
    #[serde(rename = "vocabulary")]
    pub words: PathBuf,
    /// `merges.txt`, below the bundle.
    pub merges: PathBuf,
    /// The token that begins a prompt.
    pub begin: i64,
    /// The token that ends it.
    pub end: i64,
    /// The token that fills it up.
    pub pad: i64,
    /// Tokens of a prompt, those three included.
    pub length: usize,
}

/// The noise that a pipeline was trained with, and which of its steps are walked through.
#[derive(Clone, Debug, Deserialize)]
pub struct Trained {
    /// The share of the picture's power that is left at each step of training (`ᾱ`, diffusers' `alphas_cumprod`).
    pub kept: Vec<f64>,
    /// What is left after DDIM's last step.
    pub last_kept: f64,
    /// What the U-Net answers.
    pub prediction: Prediction,
    /// Which steps are walked through.
    pub spacing: Spacing,
    /// Added to every step where the spacing is `leading`.
    pub offset: i64,
}

/// Which steps of training a solver walks through (table 2 of Lin et al., 2023).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Counted from the first step.
    Leading,
    /// Counted back from the last step.
    Trailing,
    /// Both ends, and evenly between them.
    Linspace,
}

impl Description {
    /// Reads the description in a folder.
    ///
    /// # Errors
    /// It cannot be read, or is of something else.
    pub fn read(folder: &Path) -> Result<Self, TorchError> {
        let path = folder.join("bundle.json");
        let text = std::fs::read_to_string(&path).map_err(|error| TorchError::file(&path, error))?;
        let wrong = |reason: String| TorchError::Bundle { path: path.clone(), reason };
        let description: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        description.fault().map_or(Ok(description), |reason| Err(wrong(reason)))
    }

    /// The precision of text encoder and U-Net.
    pub fn kind(&self) -> Kind {
        match self.dtype.as_str() {
            "bfloat16" => Kind::BFloat16,
            "float16" => Kind::Half,
            _ => Kind::Float,
        }
    }

    /// The prompt for an entity and what its seed says.
    pub fn prompt(&self, entity: &str, caption: &str) -> String {
        let text = self.prompt.replace("{entity}", entity).replace("{caption}", caption.trim());
        text.trim().trim_end_matches([',', '.', ':', ';']).trim_end().to_owned()
    }

    fn fault(&self) -> Option<String> {
        let (format, version) = FORMAT;
        let (latent, trained) = (&self.latent, &self.scheduler);
        let share = |kept: &f64| (0.0..=1.0).contains(kept);
        if self.format != format || self.version != version {
            return Some(format!("{} version {} instead of {format} version {version}", self.format, self.version));
        }
        if !["float32", "bfloat16", "float16"].contains(&self.dtype.as_str()) {
            return Some(format!("dtype {} is not known", self.dtype));
        }
        if !(8..=4096).contains(&self.size)
            || !(1..=1024).contains(&latent.side)
            || !(1..=64).contains(&latent.channels)
        {
            return Some("its sizes are out of range".to_owned());
        }
        if !latent.scale.is_normal() || !latent.shift.is_finite() {
            return Some("the latents' scale is no number above 0".to_owned());
        }
        if trained.kept.len() < 2 || !trained.kept.iter().all(share) || !share(&trained.last_kept) {
            return Some("its noise schedule is no list of shares".to_owned());
        }
        let short = self.tokenizers.iter().any(|vocabulary| !(3..=4096).contains(&vocabulary.length));
        (self.tokenizers.is_empty() || short).then(|| "it has no usable tokenizer".to_owned())
    }
}
