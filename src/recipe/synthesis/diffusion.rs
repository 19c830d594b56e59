//! The recipe's `[synthesis.diffusion]` table: how pictures are made and sorted out.
//!
//! Invariant: what is left out of the file has the default that was measured.

use serde::{Deserialize, Serialize};

/// What makes the pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// A model trained on the dataset's own pictures.
    #[default]
    Ddpm,
    /// A latent-diffusion pipeline exported to `TorchScript`.
    Bundle,
}

impl Backend {
    /// All of them, in the order in which a slider steps through them.
    pub const ALL: [Self; 2] = [Self::Ddpm, Self::Bundle];

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Bundle => "bundle",
        }
    }
}

/// The recipe's `[synthesis.diffusion]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Diffusion {
    /// What makes the pictures.
    pub backend: Backend,
    /// `bundle`: the folder of the exported pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<std::path::PathBuf>,
    /// Levels of image guidance λ, 0 to 1: how much of the seed stays (`DisCL`: 1 − strength).
    pub guidance: Vec<f64>,
    /// Pictures of each seed at each level.
    pub images: u32,
    /// Pictures that are sampled for each that is kept: the one nearest to the seed wins.
    pub candidates: u32,
    /// Classifier-free guidance: 1 is none.
    pub scale: f64,
    /// Steps of a sampler.
    pub steps: u32,
    /// Width and height of a picture: 32, 64 or 128.
    pub resolution: u32,
    /// `ddpm`: training steps.
    pub training_steps: u32,
    /// What is sorted out after sampling.
    pub filter: Filter,
}

impl Default for Diffusion {
    fn default() -> Self {
        Self {
            backend: Backend::Ddpm,
            bundle: None,
            guidance: vec![0.2, 0.35, 0.5],
            images: 1,
            candidates: 1,
            scale: 2.0,
            steps: 20,
            resolution: 32,
            training_steps: 3_000,
            filter: Filter::default(),
        }
    }
}

impl Diffusion {
    /// The training stage in which pictures of a level belong, from 1: the freest come first, the nearest to real ones last
    /// (`DisCL`'s schedule; real instances alone come after all of them).
    #[must_use]
    pub fn stage(&self, guidance: f64) -> u32 {
        let mut below: Vec<f64> = self.guidance.iter().copied().filter(|&level| level < guidance).collect();
        below.sort_by(f64::total_cmp);
        below.dedup();
        below.len() as u32 + 1
    }
}

/// The recipe's `[synthesis.diffusion.filter]` table; each is a share from 0 to 1 of what is usual among the real pictures, so that a
/// threshold means the same for every dataset, and 0 lets all pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Pictures nearer to a training picture than this share of the usual distance between real neighbours are memorised.
    pub memorised: f64,
    /// Pictures less likely of their class than this share of what its real pictures are, are wrong.
    pub class: f64,
    /// Pictures further out than all but this share of their class's real pictures are outliers.
    pub outlier: f64,
    /// Pictures with less contrast than this share of the least among real pictures are flat.
    pub flat: f64,
    /// Pictures with a smaller part that is neither black nor white than this share of the least among real ones are saturated.
    pub saturated: f64,
}

impl Default for Filter {
    fn default() -> Self {
        Self { memorised: 0.5, class: 0.5, outlier: 0.01, flat: 0.5, saturated: 0.5 }
    }
}
