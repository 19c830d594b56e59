//! The sets that the classifier learns from, all of the same volume.
//!
//! Invariant: every set holds as many pictures as every other, so that none wins by volume.

use tch::{Kind, Tensor};

use super::Plan;
use super::fashion::{CLASSES, Split};
use super::make::Made;
use crate::torch::encoder::{Encoder, EncoderConfig, Judge};
use crate::torch::error::TorchError;
use crate::torch::images::Images;
use crate::torch::random::Stream;

/// A way to build the training set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// The long-tailed set as it is.
    LongTailed,
    /// A random subset of the rebalanced size, refilled by repeating random members.
    Random,
    /// The head cut, the tail refilled by repeating it.
    Repeat,
    /// The head cut, the tail refilled with synthetic pictures.
    Diffusion,
    /// The head cut, the tail refilled half and half.
    Mix,
    /// As `Mix`, and for the last part of the training as `Repeat`: synthetic pictures first, real ones last (`DisCL`).
    Curriculum,
}

impl Arm {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::LongTailed, Self::Random, Self::Repeat, Self::Diffusion, Self::Mix, Self::Curriculum];

    /// The letter that it is asked for by.
    pub fn letter(self) -> char {
        self.label().chars().nth(1).unwrap_or('?')
    }

    /// How the table names it.
    pub fn label(self) -> &'static str {
        match self {
            Self::LongTailed => "(a) long-tailed",
            Self::Random => "(r) random subset, refilled",
            Self::Repeat => "(b) rebalanced + repeat",
            Self::Diffusion => "(c) rebalanced + diffusion",
            Self::Mix => "(d) rebalanced + half and half",
            Self::Curriculum => "(e) (d), then (b) for the last 40 %",
        }
    }

    /// The set, its lists holding an index as often as the picture is repeated.
    ///
    /// # Errors
    /// A class without pictures.
    pub fn build(self, images: &Images, made: &Made, seed: u64) -> Result<Images, TorchError> {
        let pixels = Tensor::cat(&[&images.pixels, &made.pixels], 0);
        let mut stream = Stream::new(seed, self.label(), "arm");
        let lists = match self {
            Self::LongTailed => images.by_entity.clone(),
            Self::Random => random(images, &mut stream),
            Self::Repeat => refilled(images, made, (&mut stream, 0.0)),
            Self::Diffusion => refilled(images, made, (&mut stream, 1.0)),
            Self::Mix | Self::Curriculum => refilled(images, made, (&mut stream, 0.5)),
        };
        Images::new(pixels, lists)
    }
}

/// How many pictures of each class a balanced set of the same volume holds.
pub fn level(images: &Images) -> usize {
    images.count() / CLASSES
}

/// As many random pictures as the rebalanced set keeps, refilled to the old volume by repeating them.
fn random(images: &Images, stream: &mut Stream) -> Vec<Vec<u32>> {
    let kept: usize = images.by_entity.iter().map(|list| list.len().min(level(images))).sum();
    let mut all: Vec<(usize, u32)> = images
        .by_entity
        .iter()
        .enumerate()
        .flat_map(|(class, list)| list.iter().map(move |&index| (class, index)))
        .collect();
    stream.shuffle(&mut all);
    all.truncate(kept);
    let mut lists = vec![Vec::new(); CLASSES];
    for place in 0..images.count() {
        let (class, index) = if place < kept { all[place] } else { all[stream.below(kept)] };
        lists[class].push(index);
    }
    // A class of the tail may have lost all its pictures: it keeps one, as an empty class cannot be drawn.
    for (class, list) in lists.iter_mut().enumerate().filter(|(_, list)| list.is_empty()) {
        list.push(images.by_entity[class][0]);
    }
    lists
}

/// Heads cut to the level, tails refilled to it: `share` of what is missing synthetic, as far as there is, the rest repeated.
fn refilled(images: &Images, made: &Made, (stream, share): (&mut Stream, f64)) -> Vec<Vec<u32>> {
    let (level, offset) = (level(images), images.count() as u32);
    let lists = images.by_entity.iter().enumerate().map(|(class, real)| {
        let mut list = real.clone();
        stream.shuffle(&mut list);
        list.truncate(level);
        let missing = level - list.len();
        let synthetic = ((missing as f64 * share) as usize).min(made.by_entity[class].len());
        list.extend(made.by_entity[class][..synthetic].iter().map(|index| index + offset));
        for place in 0..missing - synthetic {
            list.push(real[place % real.len()]);
        }
        list
    });
    lists.collect()
}

/// The share of the steps after which a curriculum goes on with real pictures alone.
const SYNTHETIC_UNTIL: f64 = 0.6;

/// The classifier of one arm.
///
/// # Errors
/// A failure of libtorch.
pub fn classify(arm: Arm, (images, made): (&Images, &Made), seed: u64, plan: &Plan) -> Result<Judge, TorchError> {
    let config =
        EncoderConfig { steps: plan.classifier_steps, balance: 0.0, seed, ..EncoderConfig::new(32, 1, CLASSES as i64) };
    let set = arm.build(images, made, seed)?;
    if arm != Arm::Curriculum {
        return Encoder::new(config).train(&set, plan.compute, |_, _| Ok(()));
    }
    let real = Arm::Repeat.build(images, made, seed)?;
    Encoder::new(config).train_in_stages(&[(SYNTHETIC_UNTIL, &set), (1.0, &real)], plan.compute, |_, _| Ok(()))
}

/// Accuracy of each class, and their mean.
///
/// # Errors
/// A failure of libtorch.
pub fn accuracy(judge: &Judge, test: &Split) -> Result<(Vec<f64>, f64), TorchError> {
    let said = Vec::<i64>::try_from(judge.opinion(&test.pixels)?.probabilities.argmax(1, false).to_kind(Kind::Int64))?;
    let (mut right, mut all) = (vec![0.0; CLASSES], vec![0.0_f64; CLASSES]);
    for (&label, &said) in test.labels.iter().zip(&said) {
        all[usize::from(label)] += 1.0;
        right[usize::from(label)] += f64::from(u8::from(i64::from(label) == said));
    }
    let per_class: Vec<f64> = right.iter().zip(&all).map(|(right, all)| right / all.max(1.0)).collect();
    let mean = per_class.iter().sum::<f64>() / CLASSES as f64;
    Ok((per_class, mean))
}
