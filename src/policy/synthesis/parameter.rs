//! What the user can turn on synthesis, as data.
//!
//! Invariant: a parameter lives in the recipe; reading and writing it go through here, and writing clamps to the range.

mod value;
mod words;

use crate::index::Index;
use crate::policy::range::{Range, Scale};
use crate::recipe::{Backend, Budget, Recipe};

/// One thing that can be turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SynthesisParameter {
    /// Whose tail is filled; a choice among the perspectives of the index.
    Perspective,
    /// How the budget is given; a choice.
    Budget,
    /// The budget as a number.
    Instances,
    /// At most so many for one entity; 0 for no ceiling.
    Ceiling,
    /// The outlier score above which a seed is not used.
    SeedOutlier,
    /// `repeat`: at most so often.
    RepeatMost,
    /// `diffusion`: how many levels of guidance.
    GuidanceLevels,
    /// `diffusion`: the least level.
    GuidanceLeast,
    /// `diffusion`: the greatest level.
    GuidanceMost,
    /// `diffusion`: pictures of each seed at each level.
    Images,
    /// `diffusion`: samples for each that is kept.
    Candidates,
    /// `diffusion`: classifier-free guidance.
    Scale,
    /// `diffusion`: sampling steps.
    Steps,
    /// `diffusion`: pixels; a choice.
    Resolution,
    /// `diffusion`: what makes the pictures; a choice.
    Backend,
    /// `diffusion`: training steps.
    TrainingSteps,
    /// Filter: similarity to a training picture.
    Memorised,
    /// Filter: probability of the intended class.
    Class,
    /// Filter: outlier score.
    Outlier,
    /// Filter: contrast.
    Flat,
    /// Filter: share of black and white pixels.
    Saturated,
}

/// The choices of pixels.
const RESOLUTIONS: [u32; 3] = [32, 64, 128];

impl SynthesisParameter {
    /// Those that hold for every policy.
    #[must_use]
    pub fn shared(recipe: &Recipe) -> Vec<Self> {
        let numbered = matches!(recipe.synthesis.budget, Budget::Instances(_)).then_some(Self::Instances);
        [Self::Perspective, Self::Budget]
            .into_iter()
            .chain(numbered)
            .chain([Self::Ceiling, Self::SeedOutlier])
            .collect()
    }

    /// The values that it can take.
    #[must_use]
    pub fn range(self, index: &Index) -> Range {
        let share = Range::share(0.0);
        match self {
            Self::Perspective | Self::Budget | Self::Resolution | Self::Backend => {
                Range::whole(0.0, self.choices(index).len().saturating_sub(1) as f64, Scale::Linear)
            }
            Self::Instances => Range::whole(0.0, index.instances().max(1) as f64 * 2.0, Scale::Linear),
            Self::Ceiling => {
                let largest = index.perspectives.iter().filter_map(|entry| entry.counts.first()).max();
                Range::whole(0.0, f64::from(largest.copied().unwrap_or(1).max(1)), Scale::Linear)
            }
            Self::RepeatMost | Self::Images | Self::Steps => Range::whole(1.0, 1000.0, Scale::Logarithmic),
            Self::GuidanceLevels => Range::whole(1.0, 16.0, Scale::Linear),
            Self::Candidates => Range::whole(1.0, 64.0, Scale::Linear),
            Self::Scale => Range { low: 1.0, high: 50.0, scale: Scale::Logarithmic, whole: false },
            Self::TrainingSteps => Range::whole(1.0, 1_000_000.0, Scale::Logarithmic),
            Self::SeedOutlier
            | Self::GuidanceLeast
            | Self::GuidanceMost
            | Self::Memorised
            | Self::Class
            | Self::Outlier
            | Self::Flat
            | Self::Saturated => share,
        }
    }

    /// The names of a choice's values; empty for a number.
    #[must_use]
    pub fn choices(self, index: &Index) -> Vec<&'static str> {
        match self {
            Self::Perspective => index.perspectives.iter().map(|entry| entry.perspective.key()).collect(),
            Self::Budget => vec!["restore", "number", "none"],
            Self::Resolution => vec!["32", "64", "128"],
            Self::Backend => Backend::ALL.iter().map(|backend| backend.key()).collect(),
            _ => Vec::new(),
        }
    }
}
