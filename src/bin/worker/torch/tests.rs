//! What training, checkpoints, sampling and the filters promise, on models small enough for a second.
//!
//! Invariant: everything is drawn from fixed seeds, on the CPU.

use std::path::PathBuf;

use fantail::job::worker::{Filters, Verdict};
use tch::{Device, Kind, Tensor};

use super::checkpoint::{self, Origin};
use super::compute::Compute;
use super::diffusion::Model;
use super::encoder::{Encoder, EncoderConfig};
use super::error::TorchError;
use super::filter::Reference;
use super::images::{Images, to_signed};
use super::random::Stream;
use super::sample::{Request, SampleConfig, Solver, sample};
use super::schedule::Prediction;
use super::train::{TrainConfig, Trainer};
use super::unet::{SkipScale, Unet, UnetConfig};

fn tiny(prediction: Prediction, skip_scale: SkipScale) -> UnetConfig {
    UnetConfig { widths: vec![16, 16], prediction, skip_scale, ..UnetConfig::lean(16, 1, 2) }
}

/// Entity 0 is bright above, entity 1 below; a little noise makes each picture its own.
fn images() -> Images {
    Images::new(drawn(5), vec![(0..16).collect(), (16..24).collect()]).unwrap()
}

fn drawn(seed: u64) -> Tensor {
    let noise: Vec<f32> =
        Stream::new(seed, "", "test").normals(24 * 256).iter().map(|number| number.abs() * 15.0).collect();
    let noise = Tensor::from_slice(&noise).view([24, 1, 16, 16]);
    let ramp = Tensor::linspace(220.0, 10.0, 16, (Kind::Float, Device::Cpu)).view([1, 1, 16, 1]);
    let above = noise.narrow(0, 0, 16) + &ramp;
    let below = noise.narrow(0, 16, 8) + ramp.flip([2]);
    Tensor::cat(&[above, below], 0).clamp(0.0, 255.0).to_kind(Kind::Uint8)
}

fn trainer(steps: u64) -> Trainer {
    let mut config = TrainConfig { steps, batch: 16, mirror: true, seed: 3, ..TrainConfig::default() };
    config.optimizer.warmup = 10;
    Trainer::new(Model::new(tiny(Prediction::Velocity, SkipScale::Constant(0.7)), Compute::cpu()).unwrap(), config)
        .unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("fantail-worker-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_resumed_run_ends_with_the_same_bytes() {
    let (folder, images) = (folder("resume"), images());
    let (whole, half, resumed) = (folder.join("whole"), folder.join("half"), folder.join("resumed"));
    let names = Origin { entities: vec!["above".to_owned(), "below".to_owned()], pictures: images.fingerprint() };
    let mut straight = trainer(12);
    let losses: Vec<_> = (0..12).map(|_| straight.step(&images).unwrap()).collect();
    checkpoint::save(&whole, &straight, &names).unwrap();
    let mut first = trainer(12);
    (0..5).for_each(|_| assert!(first.step(&images).is_ok()));
    checkpoint::save(&half, &first, &names).unwrap();
    let (mut second, read) = checkpoint::load(&half, Compute::cpu()).unwrap();
    assert_eq!((read, second.parameters.step), (names.clone(), 5));
    let rest: Vec<_> = (0..7).map(|_| second.step(&images).unwrap()).collect();
    assert_eq!(rest, losses[5..]);
    checkpoint::save(&resumed, &second, &names).unwrap();
    assert!(std::fs::read(whole).unwrap() == std::fs::read(resumed).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let folder = folder("damaged");
    let path = folder.join("model");
    checkpoint::save(&path, &trainer(1), &Origin::default()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 7, 100, bytes.len() - 4] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let refused = checkpoint::load(&path, Compute::cpu());
        assert!(matches!(refused, Err(TorchError::Checkpoint { .. })), "{length} bytes");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_few_pictures_are_learned() {
    let images = images();
    let mut trainer = trainer(300);
    let losses: Vec<f64> = (0..300).map(|_| trainer.step(&images).unwrap().loss).collect();
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    assert!(mean(&losses[280..]) < 0.25 * mean(&losses[..5]), "{} to {}", mean(&losses[..5]), mean(&losses[280..]));
    let weights = trainer.model.view(&trainer.parameters.average);
    let requests: Vec<_> = (0..8).map(|index| request(index, i64::from(index % 2), None)).collect();
    let made = sample(&trainer.model, &weights, &requests, &SampleConfig::default()).unwrap().to_kind(Kind::Float);
    for index in 0..8 {
        let picture = made.get(index);
        let half = |from: i64| picture.narrow(1, from, 8).mean(Kind::Float).double_value(&[]);
        assert_eq!(half(0) > half(8), index % 2 == 0, "picture {index}: {} above, {} below", half(0), half(8));
    }
}

fn request(index: i32, entity: i64, seed: Option<(f64, Tensor)>) -> Request {
    let (guidance, seed) = seed.map_or((0.0, None), |(guidance, seed)| (guidance, Some(seed)));
    Request { id: format!("picture {index}"), noise: 42, entity, guidance, seed }
}

#[test]
fn a_sample_is_its_seeds_whatever_batch_it_is_in() {
    let images = images();
    let mut trainer = trainer(20);
    (0..20).for_each(|_| assert!(trainer.step(&images).is_ok()));
    let weights = trainer.model.view(&trainer.parameters.average);
    let seed = to_signed(&images.pixels).get(3);
    for solver in [Solver::Ddim, Solver::DpmSolver] {
        let config = SampleConfig { solver, ..SampleConfig::default() };
        let many: Vec<_> =
            (0..5).map(|index| request(index, 0, Some((0.2 * f64::from(index), seed.shallow_clone())))).collect();
        let together = sample(&trainer.model, &weights, &many, &config).unwrap();
        assert_eq!(together, sample(&trainer.model, &weights, &many, &config).unwrap());
        let alone = sample(&trainer.model, &weights, &many[2..3], &config).unwrap();
        let apart =
            (together.narrow(0, 2, 1).to_kind(Kind::Int) - alone.to_kind(Kind::Int)).abs().max().int64_value(&[]);
        assert!(apart <= 1, "{solver:?}: {apart} grey levels apart");
        let many: Vec<_> = many.into_iter().map(|request| Request { noise: 43, ..request }).collect();
        let other = sample(&trainer.model, &weights, &many, &config).unwrap();
        assert_ne!(together, other);
    }
}

#[test]
fn whole_guidance_gives_the_seed_back_and_less_leaves_it() {
    let (images, trainer) = (images(), trainer(1));
    let weights = trainer.model.view(&trainer.parameters.average);
    let seed = to_signed(&images.pixels).get(20);
    let far = |guidance: f64| {
        let made = sample(
            &trainer.model,
            &weights,
            &[request(0, 1, Some((guidance, seed.shallow_clone())))],
            &SampleConfig::default(),
        );
        (to_signed(&made.unwrap()) - &seed).square().mean(Kind::Float).double_value(&[])
    };
    assert!(far(1.0) < 1e-4, "{}", far(1.0));
    assert!(far(0.8) < far(0.3), "{} and {}", far(0.8), far(0.3));
}

#[test]
fn both_solvers_agree_when_steps_are_many() {
    let images = images();
    let mut trainer = trainer(60);
    (0..60).for_each(|_| assert!(trainer.step(&images).is_ok()));
    let weights = trainer.model.view(&trainer.parameters.average);
    let seed = to_signed(&images.pixels).get(3);
    let make = |solver, steps| {
        let config = SampleConfig { solver, steps, text: 1.0 };
        to_signed(
            &sample(&trainer.model, &weights, &[request(0, 0, Some((0.4, seed.shallow_clone())))], &config).unwrap(),
        )
    };
    let fine = make(Solver::Ddim, 400);
    let far = |other: &Tensor| (other - &fine).square().mean(Kind::Float).sqrt().double_value(&[]);
    assert!(far(&make(Solver::DpmSolver, 400)) < 0.02, "{}", far(&make(Solver::DpmSolver, 400)));
    let (first, second) = (far(&make(Solver::Ddim, 12)), far(&make(Solver::DpmSolver, 12)));
    assert!(second < first, "of second order {second}, of first {first}");
}

#[test]
fn no_scaling_is_scaling_by_one() {
    let pictures = to_signed(&images().pixels);
    let answer = |scale: SkipScale| {
        let (unet, layout) = Unet::new(tiny(Prediction::Velocity, scale)).unwrap();
        // Zero layers would hide the skips.
        let flat = layout.start(1, Device::Cpu) + 0.02;
        let (times, entities) =
            (Tensor::full([24], 0.5, (Kind::Float, Device::Cpu)), Tensor::zeros([24], (Kind::Int64, Device::Cpu)));
        unet.forward(&layout.view(&flat), &pictures, (&times, &entities))
    };
    assert_eq!(answer(SkipScale::None), answer(SkipScale::Constant(1.0)));
    assert_ne!(answer(SkipScale::None), answer(SkipScale::Constant(0.5)));
}

#[test]
fn filters_find_what_is_wrong() {
    let images = images();
    let config = EncoderConfig { width: 8, steps: 80, batch: 16, ..EncoderConfig::new(16, 1, 2) };
    let judge = Encoder::new(config).train(&images, Compute::cpu(), |_, _| Ok(())).unwrap();
    let filters = Filters { outlier: 0.0, ..Filters::default() };
    let reference = Reference::new(&images, &judge, &filters).unwrap();
    let real = images.pixels.narrow(0, 0, 1);
    let mirrored = real.flip([3]);
    let flat = real.full_like(100);
    let others = drawn(6);
    let tried = Tensor::cat(&[real, mirrored, flat, others.narrow(0, 0, 1), others.narrow(0, 16, 1)], 0);
    let opinion = judge.opinion(&tried).unwrap();
    let verdicts: Vec<_> =
        reference.judge(&tried, (&[0; 5], &opinion), &filters).unwrap().iter().map(|finding| finding.verdict).collect();
    assert_eq!(verdicts, [Verdict::Memorised, Verdict::Memorised, Verdict::Flat, Verdict::Kept, Verdict::WrongClass]);
}

#[test]
fn a_batch_in_parts_teaches_the_same() {
    let images = images();
    let (mut whole, mut parted) = (trainer(4), trainer(4));
    parted.parts = 3;
    for _ in 0..4 {
        let (one, other) = (whole.step(&images).unwrap(), parted.step(&images).unwrap());
        assert!((one.loss - other.loss).abs() < 1e-4 * one.loss, "{one:?} {other:?}");
        assert!((one.gradient - other.gradient).abs() < 1e-3 * one.gradient, "{one:?} {other:?}");
    }
}
