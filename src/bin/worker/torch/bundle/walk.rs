//! Sampling latents: DDIM and DPM-Solver++(2M) under classifier-free guidance, from noise or from a noised picture.
//!
//! Invariant: the same answers of the U-Net give what diffusers' schedulers make of them.

use tch::Tensor;

use super::ladder::{Rung, half_log_snr};
use crate::torch::error::TorchError;
use crate::torch::sample::Solver;
use crate::torch::schedule::Prediction;

/// What a U-Net's answer comes to: the picture's latents, and the noise in them.
struct Answer {
    clean: Tensor,
    noise: Tensor,
}

/// Walks down the rungs from `latents`, which are as noisy as the first; `ask` is the U-Net.
///
/// # Errors
/// Whatever `ask` returns.
pub fn walk(
    mut latents: Tensor,
    rungs: &[Rung],
    (solver, prediction): (Solver, Prediction),
    ask: impl Fn(&Tensor, i64) -> Result<Tensor, TorchError>,
) -> Result<Tensor, TorchError> {
    let mut before: Option<(Tensor, f64)> = None;
    for (place, rung) in rungs.iter().enumerate() {
        let answer = understood(&ask(&latents, rung.time)?, &latents, (rung, prediction));
        let (alpha, sigma) = rung.after();
        latents = match solver {
            Solver::Ddim => &answer.clean * alpha + &answer.noise * sigma,
            Solver::DpmSolver => {
                let last = place + 1 == rungs.len();
                multistep(&latents, &answer.clean, rung, before.as_ref().filter(|_| !last))
            }
        };
        before = Some((answer.clean, half_log_snr(rung.before())));
    }
    Ok(latents)
}

fn understood(answer: &Tensor, latents: &Tensor, (rung, prediction): (&Rung, Prediction)) -> Answer {
    let (alpha, sigma) = rung.before();
    match prediction {
        Prediction::Noise => Answer { clean: (latents - answer * sigma) / alpha, noise: answer.shallow_clone() },
        Prediction::Velocity => {
            Answer { clean: latents * alpha - answer * sigma, noise: answer * alpha + latents * sigma }
        }
    }
}

/// `x' = (σ'/σ)·x − α'·(e^(−h) − 1)·D`, `D` extrapolated from this answer and the one before (Lu et al., 2022, algorithm 2).
fn multistep(latents: &Tensor, clean: &Tensor, rung: &Rung, before: Option<&(Tensor, f64)>) -> Tensor {
    let ((alpha, next_sigma), now) = (rung.after(), half_log_snr(rung.before()));
    let width = half_log_snr(rung.after()) - now;
    let data = match before {
        None => clean.shallow_clone(),
        Some((previous, then)) => {
            let half = 0.5 * width / (now - then);
            clean * (1.0 + half) - previous * half
        }
    };
    latents * (next_sigma / rung.before().1) - data * (alpha * (-width).exp_m1())
}
