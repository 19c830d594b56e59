//! What the user can turn on synthesis, as data.
//!
//! Invariant: a parameter lives in the recipe; reading and writing it go through here, and writing clamps to the range.

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
        [Self::Perspective, Self::Budget].into_iter().chain(numbered).chain([Self::Ceiling]).collect()
    }

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
            Self::Memorised => "sorts out pictures more similar than this to a training picture",
            Self::Class => "sorts out pictures less likely than this to be of their class",
            Self::Outlier => "sorts out pictures with an outlier score above this",
            Self::Flat => "sorts out pictures with less contrast than this",
            Self::Saturated => "sorts out pictures with a larger share of black or white pixels",
        }
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

    /// The value in a recipe; for a choice, the number of the chosen one.
    #[must_use]
    pub fn get(self, recipe: &Recipe, index: &Index) -> f64 {
        let synthesis = &recipe.synthesis;
        let diffusion = &synthesis.diffusion;
        let levels = &diffusion.guidance;
        match self {
            Self::Perspective => {
                let slots = super::driving(index, recipe).unwrap_or_default();
                slots.first().map_or(0.0, |&slot| slot as f64)
            }
            Self::Budget => match synthesis.budget {
                Budget::Restore => 0.0,
                Budget::Instances(_) => 1.0,
                Budget::Unlimited => 2.0,
            },
            Self::Instances => match synthesis.budget {
                Budget::Instances(count) => count as f64,
                Budget::Restore | Budget::Unlimited => 0.0,
            },
            Self::Ceiling => f64::from(synthesis.ceiling.unwrap_or(0)),
            Self::SeedOutlier => synthesis.outlier,
            Self::RepeatMost => f64::from(synthesis.repeat.most),
            Self::GuidanceLevels => levels.len() as f64,
            Self::GuidanceLeast => levels.iter().copied().reduce(f64::min).unwrap_or(0.0),
            Self::GuidanceMost => levels.iter().copied().reduce(f64::max).unwrap_or(0.0),
            Self::Images => f64::from(diffusion.images),
            Self::Candidates => f64::from(diffusion.candidates),
            Self::Scale => diffusion.scale,
            Self::Steps => f64::from(diffusion.steps),
            Self::Resolution => RESOLUTIONS.iter().position(|&known| known == diffusion.resolution).unwrap_or(0) as f64,
            Self::Backend => f64::from(u8::from(diffusion.backend == Backend::Bundle)),
            Self::TrainingSteps => f64::from(diffusion.training_steps),
            Self::Memorised => diffusion.filter.memorised,
            Self::Class => diffusion.filter.class,
            Self::Outlier => diffusion.filter.outlier,
            Self::Flat => diffusion.filter.flat,
            Self::Saturated => diffusion.filter.saturated,
        }
    }

    /// Writes a value into a recipe; it is within the range.
    pub(in crate::policy) fn set(self, recipe: &mut Recipe, index: &Index, value: f64) {
        let [levels, least, most] =
            [Self::GuidanceLevels, Self::GuidanceLeast, Self::GuidanceMost].map(|each| each.get(recipe, index));
        let synthesis = &mut recipe.synthesis;
        let diffusion = &mut synthesis.diffusion;
        match self {
            Self::Perspective => {
                let chosen = index.perspectives.get(value as usize);
                synthesis.perspectives = chosen.map(|entry| entry.perspective).into_iter().collect();
            }
            Self::Budget => {
                synthesis.budget = match value as u8 {
                    0 => Budget::Restore,
                    1 if matches!(synthesis.budget, Budget::Instances(_)) => synthesis.budget,
                    1 => Budget::Instances((index.instances() / 10).max(1) as u64),
                    _ => Budget::Unlimited,
                };
            }
            Self::Instances => synthesis.budget = Budget::Instances(value as u64),
            Self::Ceiling => synthesis.ceiling = (value >= 1.0).then_some(value as u32),
            Self::SeedOutlier => synthesis.outlier = value,
            Self::RepeatMost => synthesis.repeat.most = value as u32,
            Self::GuidanceLevels => diffusion.guidance = spread(value as usize, least, most),
            Self::GuidanceLeast => diffusion.guidance = spread(levels as usize, value, most.max(value)),
            Self::GuidanceMost => diffusion.guidance = spread(levels as usize, least.min(value), value),
            Self::Images => diffusion.images = value as u32,
            Self::Candidates => diffusion.candidates = value as u32,
            Self::Scale => diffusion.scale = value,
            Self::Steps => diffusion.steps = value as u32,
            Self::Resolution => diffusion.resolution = RESOLUTIONS.get(value as usize).copied().unwrap_or(32),
            Self::Backend => diffusion.backend = if value >= 1.0 { Backend::Bundle } else { Backend::Ddpm },
            Self::TrainingSteps => diffusion.training_steps = value as u32,
            Self::Memorised => diffusion.filter.memorised = value,
            Self::Class => diffusion.filter.class = value,
            Self::Outlier => diffusion.filter.outlier = value,
            Self::Flat => diffusion.filter.flat = value,
            Self::Saturated => diffusion.filter.saturated = value,
        }
    }
}

/// So many levels from the least to the most at equal distances; one alone lies in the middle.
fn spread(levels: usize, least: f64, most: f64) -> Vec<f64> {
    let rounded = |level: f64| (level * 1000.0).round() / 1000.0;
    match levels {
        0 | 1 => vec![rounded(f64::midpoint(least, most))],
        _ => (0..levels).map(|at| rounded(least + (most - least) * at as f64 / (levels - 1) as f64)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_spread_evenly() {
        assert_eq!(spread(3, 0.3, 0.7), [0.3, 0.5, 0.7]);
        assert_eq!(spread(1, 0.3, 0.7), [0.5]);
        assert_eq!(spread(4, 0.5, 0.5), [0.5; 4]);
    }
}
