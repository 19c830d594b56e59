//! What a synthesis parameter is called, in recipes and on the screen.
//!
//! Invariant: several parameters may turn one key; none is without one.

use super::SynthesisParameter;

impl SynthesisParameter {
    /// The key in the recipe, dotted.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Perspective => "synthesis.perspectives",
            Self::Budget | Self::Instances => "synthesis.budget",
            Self::Ceiling => "synthesis.ceiling",
            Self::SeedOutlier => "synthesis.outlier",
            Self::RepeatMost => "synthesis.repeat.most",
            Self::GuidanceLevels | Self::GuidanceLeast | Self::GuidanceMost => "synthesis.diffusion.guidance",
            Self::Images => "synthesis.diffusion.images",
            Self::Candidates => "synthesis.diffusion.candidates",
            Self::Scale => "synthesis.diffusion.scale",
            Self::Steps => "synthesis.diffusion.steps",
            Self::Resolution => "synthesis.diffusion.resolution",
            Self::Backend => "synthesis.diffusion.backend",
            Self::TrainingSteps => "synthesis.diffusion.training_steps",
            Self::Memorised => "synthesis.diffusion.filter.memorised",
            Self::Class => "synthesis.diffusion.filter.class",
            Self::Outlier => "synthesis.diffusion.filter.outlier",
            Self::Flat => "synthesis.diffusion.filter.flat",
            Self::Saturated => "synthesis.diffusion.filter.saturated",
        }
    }

    /// The name beside the slider.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Perspective => "fill",
            Self::Budget => "budget",
            Self::Instances => "instances",
            Self::Ceiling => "ceiling",
            Self::SeedOutlier => "seed outlier",
            Self::RepeatMost => "most",
            Self::GuidanceLevels => "levels",
            Self::GuidanceLeast => "least guidance",
            Self::GuidanceMost => "most guidance",
            Self::Images => "images",
            Self::Candidates => "candidates",
            Self::Scale => "scale",
            Self::Steps => "steps",
            Self::Resolution => "resolution",
            Self::Backend => "backend",
            Self::TrainingSteps => "training",
            Self::Memorised => "drop memorised",
            Self::Class => "drop wrong class",
            Self::Outlier => "drop outlier",
            Self::Flat => "drop flat",
            Self::Saturated => "drop saturated",
        }
    }

    /// One line of help.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Perspective => "the perspective whose tail is filled up to its threshold",
            Self::Budget => {
                "restore refills to the original volume; number is a count; none lets deficits and ceilings alone limit"
            }
            Self::Instances => "at most so many instances are made in all",
            Self::Ceiling => "at most so many are made for one entity; 0 is no ceiling",
            Self::SeedOutlier => "seeds with a higher outlier score are not used, once scores are known",
            Self::RepeatMost => "an instance is repeated at most so often",
            Self::GuidanceLevels => "each seed is used at so many levels of image guidance",
            Self::GuidanceLeast => "the freest level: how much of the seed stays",
            Self::GuidanceMost => "the level that is nearest to the seed",
            Self::Images => "pictures of each seed at each level",
            Self::Candidates => "so many are sampled for each that is kept; the nearest to the seed wins",
            Self::Scale => "classifier-free guidance: how strongly the class is asked for; 1 is none",
            Self::Steps => "sampling steps of a picture",
            Self::Resolution => "width and height of a picture in pixels",
            Self::Backend => "ddpm is trained on your own pictures; bundle is an exported latent-diffusion pipeline",
            Self::TrainingSteps => "steps of training for ddpm",
            Self::Memorised => {
                "sorts out pictures nearer to a training picture than this share of the usual distance between real neighbours"
            }
            Self::Class => {
                "sorts out pictures less likely of their class than this share of what its real pictures are"
            }
            Self::Outlier => "sorts out pictures further out than all but this share of their class's real pictures",
            Self::Flat => "sorts out pictures with less contrast than this share of the least among real pictures",
            Self::Saturated => {
                "sorts out pictures with less that is neither black nor white than this share of the least among real ones"
            }
        }
    }
}
