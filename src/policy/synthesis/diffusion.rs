//! `diffusion`: pictures that begin from a real tail picture, at several levels of image guidance.
//!
//! Source: `DisCL` (arXiv 2410.13674): a spectrum of guidance levels λ = 1 − strength from each seed, and a curriculum over them.
//!
//! Invariant: a picture is the seed of one instance only.

use super::{SynthesisParameter, Synthesizer, Terms};
use crate::recipe::{Recipe, SynthesisName};

/// Pictures from a diffusion model.
pub(super) struct Diffusion;

impl Synthesizer for Diffusion {
    fn name(&self) -> SynthesisName {
        SynthesisName::Diffusion
    }

    fn summary(&self) -> &'static str {
        "new pictures from a diffusion model, each begun from a real one; needs fantail-worker"
    }

    fn source(&self) -> &'static str {
        "DisCL, arXiv 2410.13674; ADR, CVPR 2025, arXiv 2503.12821"
    }

    fn parameters(&self) -> Vec<SynthesisParameter> {
        use SynthesisParameter as Each;
        vec![
            Each::GuidanceLevels,
            Each::GuidanceLeast,
            Each::GuidanceMost,
            Each::Images,
            Each::Candidates,
            Each::Scale,
            Each::Steps,
            Each::Resolution,
            Each::Backend,
            Each::TrainingSteps,
            Each::Memorised,
            Each::Class,
            Each::Outlier,
            Each::Flat,
            Each::Saturated,
        ]
    }

    fn terms(&self, recipe: &Recipe) -> Terms {
        let diffusion = &recipe.synthesis.diffusion;
        let visit = diffusion.guidance.iter().copied().map(Some).collect();
        Terms { visit, visits: diffusion.images, pictured: true, worker: true }
    }
}
