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

pub use measure::{at_angle, concentration, nearest};
use measure::{flatten, low_quantile, saturation, spread};

/// What is usual among the real pictures.
#[derive(Debug)]
pub struct Reference {
    pixels: Tensor,
    features: Tensor,
    centres: Tensor,
    entities: Vec<Usual>,
    usual_feature: f64,
    least_spread: f64,
    most_saturation: f64,
}

/// What is usual among the real pictures of an entity.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Usual {
    /// The median distance to the nearest other picture of whatever entity. A rare or varied entity's pictures lie farther apart: what
    /// would be new for a dense one is a copy for it.
    pixel: f64,
    /// The concentration that few fall short of.
    concentration: f64,
    /// The median probability.
    probability: f64,
}

/// How many real pictures the usual distances are taken from.
const PROBES: usize = 1000;

/// How many of an entity at least, where it has them.
const LEAST_PROBES: usize = 10;

impl Reference {
    /// Measures the real pictures with the judge's eyes.
    ///
    /// # Errors
    /// Too little memory, or a failure of libtorch.
    pub fn new(images: &Images, judge: &Judge, config: &Filters) -> Result<Self, TorchError> {
        let opinion = judge.opinion(&images.pixels)?;
        guard(|| {
            no_grad(|| {
                let pixels = flatten(&images.pixels);
                let all = Tensor::arange(pixels.size()[0], (Kind::Int64, tch::Device::Cpu));
                let pooled = usual(&pixels, &spread_out(&all, PROBES));
                let each = (PROBES / images.by_entity.len().max(1)).max(LEAST_PROBES);
                let (mut entities, mut centres) = (Vec::new(), Vec::new());
                for (entity, list) in images.by_entity.iter().enumerate() {
                    let list: Vec<i64> = list.iter().map(|&index| i64::from(index)).collect();
                    let list = Tensor::from_slice(&list);
                    // Of a few pictures nothing is usual: what is of all is taken.
                    let few = list.size()[0] < 3;
                    let pixel = if few { pooled } else { usual(&pixels, &spread_out(&list, each)) };
                    let (own, centre) = Usual::of((entity, &list), (&opinion, config), pixel);
                    entities.push(own);
                    centres.push(centre);
                }
                Ok(Self {
                    centres: Tensor::cat(&centres, 0),
                    entities,
                    usual_feature: usual(&opinion.features, &spread_out(&all, PROBES)),
                    least_spread: low_quantile(&spread(&pixels), 0.001),
                    most_saturation: -low_quantile(&-saturation(&pixels), 0.001),
                    features: opinion.features,
                    pixels,
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
                let usual: Vec<f32> =
                    entities.iter().map(|&entity| self.entities[entity as usize].pixel as f32).collect();
                let pixel = nearest(&flat, &self.pixels).minimum(&nearest(&mirrored, &self.pixels));
                let pixel = pixel / Tensor::from_slice(&usual);
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
        } else if probability < config.class * self.entities[entity].probability {
            Verdict::WrongClass
        } else if concentration < self.entities[entity].concentration {
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

/// At most so many of a list, evenly spread.
fn spread_out(list: &Tensor, most: usize) -> Tensor {
    let count = list.size()[0];
    let stride = (count / most.max(1) as i64).max(1);
    list.index_select(0, &Tensor::arange_start_step(0, count, stride, (Kind::Int64, tch::Device::Cpu)))
}

impl Usual {
    /// What is usual of an entity, and the centre of its features (1, width).
    fn of((entity, list): (usize, &Tensor), (opinion, config): (&Opinion, &Filters), pixel: f64) -> (Self, Tensor) {
        let own = opinion.features.index_select(0, list);
        if list.size()[0] == 0 {
            // Nothing is known of it: nothing is refused.
            let centre = opinion.features.narrow(0, 0, 1).zeros_like();
            return (Self { pixel, concentration: 0.0, probability: 0.0 }, centre);
        }
        let probability = low_quantile(&opinion.probabilities.index_select(0, list).select(1, entity as i64), 0.5);
        let centre = own.mean_dim([0_i64].as_slice(), true, Kind::Float);
        let centre = &centre / centre.norm().clamp_min(1e-6);
        let near = concentration(&own, &centre);
        let concentration = if config.outlier > 0.0 { low_quantile(&near, config.outlier) } else { 0.0 };
        (Self { pixel, concentration, probability }, centre)
    }
}

/// A figure with six decimals, which any reader of JSON gives back as it was written.
fn short(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}
