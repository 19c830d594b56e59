//! What is wrong with a synthetic picture: too near to a training picture, of another entity, unlike anything, or degenerate.
//!
//! Distances are judged against what is usual among the real pictures themselves, so that the thresholds mean the same for
//! every dataset.
//!
//! Invariant: a verdict depends on the picture, the real pictures and the thresholds; the order of the pictures does not matter.

use fantail::job::worker::{Filters, Finding, Verdict};
use tch::{Kind, Tensor, no_grad};

use super::encoder::{Judge, Opinion};
use super::error::{TorchError, guard};
use super::images::Images;

mod measure;

pub use measure::{concentration, nearest};
use measure::{flatten, low_quantile, saturation, spread};

/// What is usual among the real pictures.
#[derive(Debug)]
pub struct Reference {
    pixels: Tensor,
    features: Tensor,
    centres: Tensor,
    usual_pixel: f64,
    usual_feature: f64,
    least_concentration: Vec<f64>,
    usual_probability: Vec<f64>,
    least_spread: f64,
    most_saturation: f64,
}

/// How many real pictures the usual distances are taken from.
const PROBES: i64 = 1000;

impl Reference {
    /// Measures the real pictures with the judge's eyes.
    ///
    /// # Errors
    /// Too little memory, or a failure of libtorch.
    #[expect(clippy::too_many_lines, reason = "to be divided")]
    pub fn new(images: &Images, judge: &Judge, config: &Filters) -> Result<Self, TorchError> {
        let Opinion { features, probabilities } = judge.opinion(&images.pixels)?;
        guard(|| {
            no_grad(|| {
                let pixels = flatten(&images.pixels);
                let step = (pixels.size()[0] / PROBES).max(1);
                let probes = Tensor::arange_start_step(0, pixels.size()[0], step, (Kind::Int64, tch::Device::Cpu));
                let (usual_pixel, usual_feature) = (usual(&pixels, &probes), usual(&features, &probes));
                let mut centres = Vec::new();
                let (mut least_concentration, mut usual_probability) = (Vec::new(), Vec::new());
                for (entity, list) in images.by_entity.iter().enumerate() {
                    if list.is_empty() {
                        // Nothing is known of it: nothing is refused.
                        usual_probability.push(0.0);
                        least_concentration.push(0.0);
                        centres.push(features.narrow(0, 0, 1).zeros_like());
                        continue;
                    }
                    let list: Vec<i64> = list.iter().map(|&index| i64::from(index)).collect();
                    let list = Tensor::from_slice(&list);
                    let own = features.index_select(0, &list);
                    usual_probability
                        .push(low_quantile(&probabilities.index_select(0, &list).select(1, entity as i64), 0.5));
                    let centre = own.mean_dim([0_i64].as_slice(), true, Kind::Float);
                    let centre = &centre / centre.norm().clamp_min(1e-6);
                    let near = concentration(&own, &centre);
                    let least = if config.outlier > 0.0 { low_quantile(&near, config.outlier) } else { 0.0 };
                    least_concentration.push(least);
                    centres.push(centre);
                }
                let (least_spread, most_saturation) =
                    (low_quantile(&spread(&pixels), 0.001), -low_quantile(&-saturation(&pixels), 0.001));
                let centres = Tensor::cat(&centres, 0);
                Ok(Self {
                    pixels,
                    features,
                    centres,
                    usual_pixel,
                    usual_feature,
                    least_concentration,
                    usual_probability,
                    least_spread,
                    most_saturation,
                })
            })
        })
    }

    /// Judges bytes (n, channels, size, size), each meant to show an entity.
    ///
    /// # Errors
    /// Too little memory, or a failure of libtorch.
    pub fn judge(
        &self,
        pixels: &Tensor,
        (entities, opinion): (&[i64], &Opinion),
        config: &Filters,
    ) -> Result<Vec<Finding>, TorchError> {
        guard(|| {
            no_grad(|| {
                let flat = flatten(pixels);
                let mirrored = flatten(&pixels.flip([3]));
                let pixel = nearest(&flat, &self.pixels).minimum(&nearest(&mirrored, &self.pixels)) / self.usual_pixel;
                let feature = nearest(&opinion.features, &self.features) / self.usual_feature;
                let chosen = Tensor::from_slice(entities);
                let probability = opinion.probabilities.gather(1, &chosen.unsqueeze(1), false).squeeze_dim(1);
                let near = concentration(&opinion.features, &self.centres.index_select(0, &chosen));
                let numbers = [pixel, feature, probability, near, spread(&flat), saturation(&flat)];
                let columns = numbers
                    .iter()
                    .map(|column| Vec::<f64>::try_from(column.to_kind(Kind::Double)))
                    .collect::<Result<Vec<_>, _>>()?;
                let rows = (0..entities.len()).map(|row| {
                    let figures = [columns[0][row], columns[1][row], columns[2][row], columns[3][row]];
                    let looks = self.looks((columns[4][row], columns[5][row]), config);
                    self.finding(figures, (entities[row] as usize, looks), config)
                });
                Ok(rows.collect())
            })
        })
    }

    fn looks(&self, (spread, saturation): (f64, f64), config: &Filters) -> Verdict {
        if spread < config.flat * self.least_spread {
            Verdict::Flat
        } else if saturation > 1.0 - config.saturated * (1.0 - self.most_saturation) {
            Verdict::Saturated
        } else {
            Verdict::Kept
        }
    }

    fn finding(&self, figures: [f64; 4], (entity, looks): (usize, Verdict), config: &Filters) -> Finding {
        let [pixel_ratio, _, probability, concentration] = figures;
        let verdict = if looks != Verdict::Kept {
            looks
        } else if pixel_ratio < config.copy {
            Verdict::Memorised
        } else if probability < config.class * self.usual_probability[entity] {
            Verdict::WrongClass
        } else if concentration < self.least_concentration[entity] {
            Verdict::Outlier
        } else {
            Verdict::Kept
        };
        let [pixel_ratio, feature_ratio, probability, concentration] = figures.map(short);
        Finding { verdict, pixel_ratio, feature_ratio, probability, concentration }
    }
}

/// The median distance of the probes to their nearest other picture.
fn usual(all: &Tensor, probes: &Tensor) -> f64 {
    let distances = measure::nearest_other(all, probes);
    low_quantile(&distances, 0.5).max(1e-9)
}

/// A figure with six decimals, which any reader of JSON gives back as it was written.
fn short(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}
