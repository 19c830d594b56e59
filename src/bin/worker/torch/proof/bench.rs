//! How long a training step and a network call take, for the same U-Net that `benches/unet.py` times in `PyTorch`.
//!
//! Invariant: what is timed is the same work as the peer's, after a warm-up that is not counted.

use std::time::Instant;

use tch::{Cuda, Kind, Tensor, no_grad};

use crate::torch::compute::Compute;
use crate::torch::diffusion::Model;
use crate::torch::error::{TorchError, guard};
use crate::torch::images::Images;
use crate::torch::train::{TrainConfig, Trainer};
use crate::torch::unet::UnetConfig;

/// Times both and prints them as the script does.
///
/// # Errors
/// A failure of libtorch.
pub fn run((size, batch): (i64, usize), steps: u64, compute: Compute) -> Result<(), TorchError> {
    let model = Model::new(UnetConfig::lean(size, 1, 10), compute)?;
    println!(
        "fantail-worker, {:?}, {} threads, {size} px, batch {batch}, {} parameters",
        compute.device,
        tch::get_num_threads(),
        model.layout.total()
    );
    let pixels = guard(|| Ok(Tensor::randint(256, [4096, 1, size, size], (Kind::Uint8, tch::Device::Cpu))))?;
    let images = Images::new(pixels, (0..10).map(|class| (class..4096).step_by(10).collect()).collect())?;
    let mut trainer = Trainer::new(model, TrainConfig { batch, ..TrainConfig::default() })?;
    timed("training step", (batch, steps), compute, || trainer.step(&images).map(drop))?;
    let example = trainer.example(&images, 1);
    let weights = trainer.model.view(&trainer.parameters.average);
    timed("network call", (batch, steps), compute, || {
        guard(|| {
            let inputs = (&example.times, &example.batch.entities);
            no_grad(|| drop(trainer.model.unet.forward(&weights, &example.noise, inputs)));
            Ok(())
        })
    })
}

fn timed(
    name: &str,
    (batch, steps): (usize, u64),
    compute: Compute,
    mut call: impl FnMut() -> Result<(), TorchError>,
) -> Result<(), TorchError> {
    let mut call = || {
        let result = call();
        if let tch::Device::Cuda(index) = compute.device {
            Cuda::synchronize(index as i64);
        }
        result
    };
    (0..3).try_for_each(|_| call())?;
    let (begun, mut best) = (Instant::now(), f64::INFINITY);
    for _ in 0..steps {
        let step = Instant::now();
        call()?;
        best = best.min(step.elapsed().as_secs_f64());
    }
    let mean = begun.elapsed().as_secs_f64() / steps as f64;
    println!(
        "{name}: mean {:.1} ms, best {:.1} ms, {:.0} pictures a second",
        mean * 1e3,
        best * 1e3,
        batch as f64 / mean
    );
    Ok(())
}
