//! What must hold on a device, above all on a GPU: precision and layout, the CPU's numbers, learning, exact resume, sampling, short
//! memory, clustering.
//!
//! Invariant: every check says what it saw; one that cannot be made on the device says so and is no success.

use std::path::Path;

use tch::{Device, Kind, Tensor, no_grad};

use crate::memory;
use crate::torch::checkpoint::{self, Origin};
use crate::torch::cluster::balanced_clusters;
use crate::torch::compute::Compute;
use crate::torch::diffusion::Model;
use crate::torch::error::{TorchError, guard};
use crate::torch::images::{Images, to_signed};
use crate::torch::layer::{Conv, Scope, channels_last};
use crate::torch::random::Stream;
use crate::torch::sample::{Request, SampleConfig, sample};
use crate::torch::task::short::in_parts;
use crate::torch::train::{TrainConfig, Trainer};
use crate::torch::unet::UnetConfig;
use crate::torch::weights::Layout;

/// What a check came to.
enum Verdict {
    Good(String),
    Bad(String),
    /// It cannot be made here.
    Left(String),
}

/// What looks at one path through the device.
type Check = fn(Compute) -> Result<Verdict, TorchError>;

/// Makes all checks and prints a table.
///
/// # Errors
/// A check failed.
pub fn run(compute: Compute) -> Result<(), TorchError> {
    let checks: [(&str, Check); 7] = [
        ("precision and layout", layout),
        ("the CPU's loss and gradient", same_as_cpu),
        ("training learns", learns),
        ("resume, same bytes", resumes),
        ("sampling", samples),
        ("short memory", halves),
        ("k-means", clusters),
    ];
    println!("| check on {:?} | what was seen | |\n|---|---|---|", compute.device);
    let mut bad = 0;
    for (name, check) in checks {
        let (seen, word) = match check(compute).unwrap_or_else(|error| Verdict::Bad(error.to_string())) {
            Verdict::Good(seen) => (seen, "ok"),
            Verdict::Left(seen) => (seen, "not here"),
            Verdict::Bad(seen) => {
                bad += 1;
                (seen, "FAILED")
            }
        };
        println!("| {name} | {seen} | {word} |");
    }
    if bad == 0 { Ok(()) } else { Err(TorchError::Setting(format!("{bad} of {} checks failed", checks.len()))) }
}

fn judged(good: bool, seen: String) -> Verdict {
    if good { Verdict::Good(seen) } else { Verdict::Bad(seen) }
}

/// Pictures of two kinds: bright above or below, with some noise.
fn pictures(size: i64, count: i64) -> Result<Images, TorchError> {
    let mut stream = Stream::new(3, "pictures", "check");
    let mut bytes = Vec::new();
    for number in 0..count {
        for place in 0..size * size {
            let row = place / size;
            let ramp = if number % 2 == 0 { size - row } else { row } * 200 / size;
            bytes.push((ramp + stream.below(50) as i64) as u8);
        }
    }
    let of = |kind: u32| (0..count as u32).filter(|number| number % 2 == kind).collect();
    Images::new(Tensor::from_slice(&bytes).view([count, 1, size, size]), vec![of(0), of(1)])
}

fn trainer(compute: Compute, (size, batch): (i64, usize), steps: u64) -> Result<Trainer, TorchError> {
    let model = Model::new(UnetConfig::lean(size, 1, 2), compute)?;
    Trainer::new(model, TrainConfig { batch, steps, time_max: 0.8, ..TrainConfig::default() })
}

fn layout(compute: Compute) -> Result<Verdict, TorchError> {
    guard(|| {
        let mut layout = Layout::default();
        let conv = Conv::new(Scope::root(&mut layout), 32, 48, 3);
        let weights = layout.view(&layout.start(1, compute.device).to_kind(compute.kind));
        let input = channels_last(&Tensor::randn([8, 32, 16, 16], (compute.kind, compute.device)));
        let output = no_grad(|| conv.forward(&weights, &input));
        let last = output.stride()[1] == 1;
        let wanted = if compute.device.is_cuda() { Kind::BFloat16 } else { Kind::Float };
        let seen = format!("{:?}, {}", output.kind(), if last { "channels last" } else { "channels first" });
        Ok(judged(last && output.kind() == wanted && output.device() == compute.device, seen))
    })
}

fn same_as_cpu(compute: Compute) -> Result<Verdict, TorchError> {
    let images = pictures(32, 64)?;
    let (mut here, mut there) = (trainer(compute, (32, 32), 10)?, trainer(Compute::on(Device::Cpu), (32, 32), 10)?);
    // The noise of a GPU is its own: the example is the CPU's for both.
    let example = there.example(&images, 1);
    let moved = example.moved(compute.device);
    let (ours, theirs) = (here.follow(&moved)?, there.follow(&example)?);
    let far = ((ours.loss - theirs.loss) / theirs.loss)
        .abs()
        .max(((ours.gradient - theirs.gradient) / theirs.gradient).abs());
    let seen = format!(
        "loss {:.5} against {:.5}, gradient {:.4} against {:.4}",
        ours.loss, theirs.loss, ours.gradient, theirs.gradient
    );
    Ok(judged(far < 0.03, seen))
}

fn learns(compute: Compute) -> Result<Verdict, TorchError> {
    let images = pictures(32, 256)?;
    let mut trainer = trainer(compute, (32, 32), 60)?;
    let losses = (0..60).map(|_| Ok(trainer.step(&images)?.loss)).collect::<Result<Vec<f64>, TorchError>>()?;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&losses[..10]), mean(&losses[50..]));
    Ok(judged(last < 0.6 * first, format!("loss {first:.3} to {last:.3} in 60 steps")))
}

fn resumes(compute: Compute) -> Result<Verdict, TorchError> {
    let folder = std::env::temp_dir().join(format!("fantail-check-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| TorchError::file(&folder, error))?;
    let verdict = resumed(compute, &folder.join("half.safetensors"));
    let _ = std::fs::remove_dir_all(folder);
    verdict
}

fn resumed(compute: Compute, path: &Path) -> Result<Verdict, TorchError> {
    let images = pictures(32, 64)?;
    let mut whole = trainer(compute, (32, 16), 12)?;
    for step in 0..12 {
        if step == 6 {
            checkpoint::save(path, &whole, &Origin::default())?;
        }
        whole.step(&images)?;
    }
    let (mut parted, _) = checkpoint::load(path, compute)?;
    for _ in 6..12 {
        parted.step(&images)?;
    }
    let far = guard(|| Ok((&whole.parameters.flat - &parted.parameters.flat).abs().max().double_value(&[])))?;
    Ok(judged(
        far == 0.0,
        if far == 0.0 { "not a bit differs".into() } else { format!("parameters differ by up to {far:e}") },
    ))
}

fn samples(compute: Compute) -> Result<Verdict, TorchError> {
    let images = pictures(32, 64)?;
    let trainer = trainer(compute, (32, 16), 10)?;
    let weights = guard(|| Ok(trainer.model.view(&trainer.parameters.average)))?;
    let requests: Vec<Request> = (0..64)
        .map(|number| Request {
            id: number.to_string(),
            noise: 1,
            entity: number % 2,
            guidance: [0.2, 0.35, 0.5][number as usize % 3],
            seed: Some(to_signed(&images.pixels.get(number))),
        })
        .collect();
    let make = || sample(&trainer.model, &weights, &requests, &SampleConfig::default());
    let first = make()?;
    let begun = std::time::Instant::now();
    let again = make()?;
    let rate = requests.len() as f64 / begun.elapsed().as_secs_f64();
    Ok(judged(first == again, format!("{rate:.0} pictures a second, the same twice: {}", first == again)))
}

/// With next to no memory free a step goes through in parts, and comes to the same loss.
fn halves(compute: Compute) -> Result<Verdict, TorchError> {
    let Device::Cuda(number) = compute.device else {
        return Ok(Verdict::Left("only a GPU runs out of memory and goes on".into()));
    };
    let images = pictures(64, 64)?;
    let mut narrow = trainer(compute, (64, 512), 4)?;
    // First, so that no memory lies ready from the step that has plenty.
    let free = memory::card(number).map_or(0, |card| card.free);
    let ballast = guard(|| {
        let bytes = free.saturating_sub(600 << 20) as i64;
        Ok(Tensor::zeros([bytes], (Kind::Uint8, compute.device)))
    })?;
    let report = in_parts((1, 512), &mut |_| (), &mut |parts| {
        narrow.parts = parts;
        narrow.step(&images)
    });
    drop(ballast);
    let (report, whole) = (report?, trainer(compute, (64, 512), 4)?.step(&images)?);
    let far = ((report.loss - whole.loss) / whole.loss).abs();
    Ok(judged(
        narrow.parts > 1 && far < 0.01,
        format!("{} parts, loss {:.5} against {:.5}", narrow.parts, report.loss, whole.loss),
    ))
}

fn clusters(compute: Compute) -> Result<Verdict, TorchError> {
    let rows = guard(|| {
        let kinds = Tensor::eye(8, (Kind::Float, Device::Cpu)).repeat_interleave_self_int(500, 0, None);
        let noise = Stream::new(5, "rows", "check").normals(8 * 4000);
        let rows = kinds + Tensor::from_slice(&noise).view([4000, 8]) * 0.05;
        Ok(&rows / rows.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true))
    })?;
    let begun = std::time::Instant::now();
    let assigned = balanced_clusters(&rows.to_device(compute.device), 8, 1)?;
    let seconds = begun.elapsed().as_secs_f64();
    let whole = assigned.chunks(500).filter(|group| group.iter().all(|cluster| cluster == &group[0])).count();
    Ok(judged(whole == 8, format!("{whole} of 8 groups of 500 found whole, {seconds:.2} s")))
}
