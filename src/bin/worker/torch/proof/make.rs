//! Trains the diffusion model on a long-tailed set and fills the tail with what passes the filters.
//!
//! Invariant: no picture of the test part is looked at.

use std::time::Instant;

use fantail::job::worker::{Filters, Finding, TrainSettings, Verdict};
use tch::{Kind, Tensor};

use super::fashion::{CLASSES, NAMES};
use super::{Plan, arms, kept, sheet};
use crate::pictures::Shape;
use crate::torch::checkpoint::{self, Origin};
use crate::torch::diffusion::Model;
use crate::torch::encoder::{Encoder, Judge};
use crate::torch::error::TorchError;
use crate::torch::filter::Reference;
use crate::torch::images::{Images, to_signed};
use crate::torch::sample::{Request, SampleConfig, sample};
use crate::torch::task::settings;
use crate::torch::train::Trainer;
use crate::torch::weights::Weights;

/// Synthetic pictures that passed the filters.
#[derive(Debug)]
pub struct Made {
    /// Bytes (n, 1, 32, 32).
    pub pixels: Tensor,
    /// For each class the pictures meant to show it.
    pub by_entity: Vec<Vec<u32>>,
}

/// How many pictures are tried for each one that is wanted.
const TRIES: usize = 2;
const BATCH: usize = 128;

/// Everything tried for one class.
struct Tried {
    pixels: Vec<Tensor>,
    findings: Vec<Finding>,
    levels: Vec<f64>,
    seeds: Vec<i64>,
}

/// Trains, samples, filters, and prints how good the pictures are in the eyes of `oracle`.
pub fn fill(
    images: &Images,
    (name, order): (&str, &[usize]),
    (plan, oracle): (&Plan, &Judge),
) -> Result<Made, TorchError> {
    let kept = kept::Kept::at(name, images, plan);
    let made = match kept.load() {
        Some(made) => made,
        None => kept.saved(make(images, (name, order), (plan, oracle))?)?,
    };
    summary(name, &made, oracle)?;
    Ok(made)
}

/// The same without looking for what was made before.
fn make(images: &Images, (name, order): (&str, &[usize]), (plan, oracle): (&Plan, &Judge)) -> Result<Made, TorchError> {
    let trainer = trained(images, name, plan)?;
    let weights = trainer.model.view(&trainer.parameters.average);
    let config = settings::encoder(&recipe(plan), SHAPE, CLASSES);
    let judge = Encoder::new(config).train(images, plan.compute, |_, _| Ok(()))?;
    let filters = Filters::default();
    let reference = Reference::new(images, &judge, &filters)?;
    let (mut pixels, mut by_entity, mut rows, mut offset) = (Vec::new(), vec![Vec::new(); CLASSES], Vec::new(), 0);
    for &class in order {
        let missing = arms::level(images).saturating_sub(images.by_entity[class].len());
        if missing == 0 {
            continue;
        }
        let begun = Instant::now();
        let tried = tries((images, class, missing), (&trainer.model, &weights, &plan.levels), |pixels| {
            reference.judge(pixels, (&vec![class as i64; pixels.size()[0] as usize], &judge.opinion(pixels)?), &filters)
        })?;
        let kept: Vec<i64> = (0..tried.findings.len() as i64)
            .filter(|&row| tried.findings[row as usize].verdict == Verdict::Kept)
            .take(missing)
            .collect();
        let all = Tensor::cat(&tried.pixels, 0);
        describe((name, class, &plan.levels), (&tried, &all), (&kept, oracle))?;
        let (drawn, seconds) = (tried.findings.len(), begun.elapsed().as_secs_f64());
        println!("          {missing} wanted, {drawn} tried, {} kept, {seconds:.0} s", kept.len());
        rows.extend(pairs(images, (&all, &tried.seeds), &kept));
        by_entity[class] = (offset..offset + kept.len() as u32).collect();
        offset += kept.len() as u32;
        pixels.push(all.index_select(0, &Tensor::from_slice(&kept)));
    }
    sheet::write(&plan.output.join(format!("{name}.png")), &rows)?;
    Ok(Made { pixels: Tensor::cat(&pixels, 0), by_entity })
}

/// How many of all pictures that passed are what they are meant to be, in the eyes of the judge that has seen everything.
fn summary(name: &str, made: &Made, oracle: &Judge) -> Result<(), TorchError> {
    let said = oracle.opinion(&made.pixels)?.probabilities.argmax(1, false);
    let right: i64 = (0..CLASSES)
        .map(|class| {
            let rows: Vec<i64> = made.by_entity[class].iter().map(|&row| i64::from(row)).collect();
            said.index_select(0, &Tensor::from_slice(&rows)).eq(class as i64).sum(Kind::Int64).int64_value(&[])
        })
        .sum();
    let all = made.pixels.size()[0];
    println!(
        "{name:9} all kept pictures: {right} of {all} in the intended class, {:.1} %",
        100.0 * right as f64 / all as f64
    );
    Ok(())
}

/// What the default recipe trains.
fn recipe(plan: &Plan) -> TrainSettings {
    TrainSettings { steps: plan.diffusion_steps, ..TrainSettings::default() }
}

/// Fashion-MNIST's pictures with their border.
const SHAPE: Shape = Shape { side: 32, channels: 1 };

/// The trained model: from its checkpoint where there is one of these steps.
fn trained(images: &Images, name: &str, plan: &Plan) -> Result<Trainer, TorchError> {
    let path = plan.output.join(format!("{name}.safetensors"));
    let config = settings::train(&recipe(plan))?;
    let origin = Origin { entities: NAMES.map(str::to_owned).to_vec(), pictures: images.fingerprint() };
    let mut trainer = match checkpoint::load(&path, plan.compute) {
        Ok((trainer, from)) if trainer.config == config && from == origin => trainer,
        _ => Trainer::new(Model::new(settings::unet(&recipe(plan), SHAPE, CLASSES), plan.compute)?, config)?,
    };
    let (begun, mut loss) = (Instant::now(), 0.0);
    while trainer.parameters.step < trainer.config.steps {
        let report = trainer.step(images)?;
        loss += (report.loss - loss) * if report.step < 100 { 0.1 } else { 0.02 };
        if report.step % 250 == 0 {
            println!("{name:9} step {} loss {loss:.4} after {:.0} s", report.step, begun.elapsed().as_secs_f64());
            checkpoint::save(&path, &trainer, &origin)?;
        }
    }
    Ok(trainer)
}

fn tries(
    (images, class, missing): (&Images, usize, usize),
    (model, weights, levels): (&Model, &Weights, &[f64]),
    judge: impl Fn(&Tensor) -> Result<Vec<Finding>, TorchError>,
) -> Result<Tried, TorchError> {
    let list = &images.by_entity[class];
    let mut tried = Tried { pixels: Vec::new(), findings: Vec::new(), levels: Vec::new(), seeds: Vec::new() };
    let (mut kept, mut next) = (0, 0);
    while kept < missing && next < missing * TRIES {
        let until = (next + BATCH).min(missing * TRIES);
        let seeds: Vec<i64> = (next..until).map(|number| i64::from(list[number % list.len()])).collect();
        let pictures = to_signed(&images.pixels.index_select(0, &Tensor::from_slice(&seeds)));
        let requests: Vec<Request> = (next..until)
            .zip(pictures.unbind(0))
            .map(|(number, seed)| {
                let guidance = levels[(number / list.len() + number) % levels.len()];
                Request { id: format!("{class}-{number}"), noise: 42, entity: class as i64, guidance, seed: Some(seed) }
            })
            .collect();
        let pixels = sample(model, weights, &requests, &SampleConfig::default())?;
        let findings = judge(&pixels)?;
        kept += findings.iter().filter(|finding| finding.verdict == Verdict::Kept).count();
        tried.levels.extend(requests.iter().map(|request| request.guidance));
        tried.seeds.extend(seeds);
        tried.pixels.push(pixels);
        tried.findings.extend(findings);
        next = until;
    }
    Ok(tried)
}

/// Prints, for each guidance level, what the filters and the oracle say.
fn describe(
    (name, class, levels): (&str, usize, &[f64]),
    (tried, all): (&Tried, &Tensor),
    (kept, oracle): (&[i64], &Judge),
) -> Result<(), TorchError> {
    let said = oracle.opinion(all)?.probabilities.argmax(1, false).eq(class as i64).to_kind(Kind::Int64);
    let right = Vec::<i64>::try_from(said)?;
    let share =
        |rows: &[usize]| 100.0 * rows.iter().map(|&row| right[row]).sum::<i64>() as f64 / rows.len().max(1) as f64;
    for &level in levels {
        let rows: Vec<usize> =
            (0..tried.levels.len()).filter(|&row| (tried.levels[row] - level).abs() < 1e-9).collect();
        let count = |verdict: Verdict| rows.iter().filter(|&&row| tried.findings[row].verdict == verdict).count();
        let mut ratios: Vec<f64> = rows.iter().map(|&row| tried.findings[row].pixel_ratio).collect();
        ratios.sort_by(f64::total_cmp);
        let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
        println!(
            "{name:9} {:8} λ {level}: {} tried, {:.1} % right, median distance {median:.2}; copies {}, wrong {}, outliers {}, flat or saturated {}",
            NAMES[class],
            rows.len(),
            share(&rows),
            count(Verdict::Memorised),
            count(Verdict::WrongClass),
            count(Verdict::Outlier),
            count(Verdict::Flat) + count(Verdict::Saturated),
        );
    }
    let kept: Vec<usize> = kept.iter().map(|&row| row as usize).collect();
    println!("{name:9} {:8} kept: {:.1} % right", NAMES[class], share(&kept));
    Ok(())
}

/// Twenty kept pictures under their seeds.
fn pairs(images: &Images, (all, seeds): (&Tensor, &[i64]), kept: &[i64]) -> Vec<Tensor> {
    let chosen: Vec<i64> = kept.iter().copied().take(20).collect();
    if chosen.len() < 20 {
        return Vec::new();
    }
    let from: Vec<i64> = chosen.iter().map(|&row| seeds[row as usize]).collect();
    vec![images.pixels.index_select(0, &Tensor::from_slice(&from)), all.index_select(0, &Tensor::from_slice(&chosen))]
}
