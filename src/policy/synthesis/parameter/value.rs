//! Where a synthesis parameter lives in a recipe.
//!
//! Invariant: what is written is read back as the same value.

use super::{RESOLUTIONS, SynthesisParameter};
use crate::index::Index;
use crate::policy::synthesis::driving;
use crate::recipe::{Backend, Budget, Filter, Recipe};

impl SynthesisParameter {
    /// The value in a recipe; for a choice, the number of the chosen one.
    #[must_use]
    pub fn get(self, recipe: &Recipe, index: &Index) -> f64 {
        let synthesis = &recipe.synthesis;
        let diffusion = &synthesis.diffusion;
        let levels = &diffusion.guidance;
        match self {
            Self::Perspective => {
                let slots = driving(index, recipe).unwrap_or_default();
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
            Self::Memorised | Self::Class | Self::Outlier | Self::Flat | Self::Saturated => {
                self.share(&mut diffusion.filter.clone()).copied().unwrap_or_default()
            }
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
            Self::Budget => synthesis.budget = budget(value as u8, synthesis.budget, index),
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
            Self::Memorised | Self::Class | Self::Outlier | Self::Flat | Self::Saturated => {
                if let Some(share) = self.share(&mut diffusion.filter) {
                    *share = value;
                }
            }
        }
    }

    /// The threshold of a filter; `None` for what is none.
    const fn share(self, filter: &mut Filter) -> Option<&mut f64> {
        match self {
            Self::Memorised => Some(&mut filter.memorised),
            Self::Class => Some(&mut filter.class),
            Self::Outlier => Some(&mut filter.outlier),
            Self::Flat => Some(&mut filter.flat),
            Self::Saturated => Some(&mut filter.saturated),
            _ => None,
        }
    }
}

/// The budget of a choice: a number stays, or begins at a tenth of the instances.
fn budget(choice: u8, before: Budget, index: &Index) -> Budget {
    match choice {
        0 => Budget::Restore,
        1 if matches!(before, Budget::Instances(_)) => before,
        1 => Budget::Instances((index.instances() / 10).max(1) as u64),
        _ => Budget::Unlimited,
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
        assert_eq!(spread(3, 0.2, 0.5), [0.2, 0.35, 0.5]);
        assert_eq!(spread(1, 0.3, 0.7), [0.5]);
        assert_eq!(spread(4, 0.5, 0.5), [0.5; 4]);
    }
}
