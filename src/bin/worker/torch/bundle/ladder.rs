//! The noise levels that a solver walks down, chosen among those of training as diffusers does it.
//!
//! Invariant: the rungs fall in time; a start part of the way takes the last rungs of the whole ladder.

use super::description::{Spacing, Trained};
use crate::torch::sample::Solver;

/// A step: where it begins, and what share of the picture's power is left before and after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// The step of training that the U-Net is told.
    pub time: i64,
    /// `ᾱ` before the step.
    pub kept: f64,
    /// `ᾱ` after it.
    pub next: f64,
}

impl Rung {
    /// Amplitudes of picture and noise before the step.
    pub fn before(&self) -> (f64, f64) {
        amplitudes(self.kept)
    }

    /// Amplitudes of picture and noise after the step.
    pub fn after(&self) -> (f64, f64) {
        amplitudes(self.next)
    }
}

fn amplitudes(kept: f64) -> (f64, f64) {
    (kept.sqrt(), (1.0 - kept).sqrt())
}

/// Half the log signal-to-noise ratio; infinite without noise.
pub fn half_log_snr((alpha, sigma): (f64, f64)) -> f64 {
    alpha.ln() - sigma.ln()
}

/// What is left at the noisiest step of DPM-Solver at least, which divides by it: 2⁻²⁴.
const LEAST_KEPT: f64 = 1.0 / (1 << 24) as f64;

/// All rungs of a walk from pure noise in so many steps.
pub fn ladder(trained: &Trained, solver: Solver, steps: u64) -> Vec<Rung> {
    let last = trained.kept.len() as i64 - 1;
    let steps = steps.clamp(1, last as u64) as i64;
    let times: Vec<i64> = times(trained, solver, steps).into_iter().map(|time| time.clamp(0, last)).collect();
    let at = |time: i64| trained.kept[time.clamp(0, last) as usize];
    let stride = (last + 1) / steps;
    let rungs = times.iter().enumerate().map(|(place, &time)| match solver {
        Solver::Ddim => {
            let before = time - stride;
            Rung { time, kept: at(time), next: if before < 0 { trained.last_kept } else { at(before) } }
        }
        Solver::DpmSolver => {
            let next = times.get(place + 1).map_or(1.0, |&time| at(time).max(LEAST_KEPT));
            Rung { time, kept: at(time).max(LEAST_KEPT), next }
        }
    });
    rungs.collect()
}

/// How many of a ladder's rungs are walked from an image-guidance level; one at least.
pub fn walked(steps: usize, level: f64) -> usize {
    ((steps as f64 * (1.0 - level) + 1e-9) as usize).clamp(1, steps.max(1))
}

/// The steps of training, from the noisiest.
fn times(trained: &Trained, solver: Solver, steps: i64) -> Vec<i64> {
    let all = trained.kept.len() as i64;
    // DPM-Solver's ladder has a rung more, which stands for the clean picture and is not walked from.
    let more = i64::from(solver == Solver::DpmSolver);
    let rounded = |time: f64| time.round_ties_even() as i64;
    match trained.spacing {
        Spacing::Leading => {
            let stride = all / (steps + more);
            (more..steps + more).rev().map(|number| number * stride + trained.offset).collect()
        }
        Spacing::Trailing => {
            let stride = all as f64 / steps as f64;
            (0..steps).map(|number| rounded(all as f64 - number as f64 * stride) - 1).collect()
        }
        Spacing::Linspace => {
            let stride = (all - 1) as f64 / (steps - 1 + more).max(1) as f64;
            (more..steps + more).rev().map(|number| rounded(number as f64 * stride)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torch::schedule::Prediction;

    fn trained(spacing: Spacing) -> Trained {
        let kept = (0..1000).map(|step| 1.0 - f64::from(step + 1) / 1001.0).collect();
        Trained { kept, last_kept: 1.0, prediction: Prediction::Noise, spacing, offset: 1 }
    }

    /// Taken from the schedulers of diffusers 0.35.
    #[test]
    fn times_are_those_of_diffusers() {
        let times =
            |spacing, solver| ladder(&trained(spacing), solver, 5).iter().map(|rung| rung.time).collect::<Vec<_>>();
        assert_eq!(times(Spacing::Leading, Solver::Ddim), [801, 601, 401, 201, 1]);
        assert_eq!(times(Spacing::Trailing, Solver::Ddim), [999, 799, 599, 399, 199]);
        assert_eq!(times(Spacing::Linspace, Solver::Ddim), [999, 749, 500, 250, 0]);
        assert_eq!(times(Spacing::Leading, Solver::DpmSolver), [831, 665, 499, 333, 167]);
        assert_eq!(times(Spacing::Trailing, Solver::DpmSolver), [999, 799, 599, 399, 199]);
        assert_eq!(times(Spacing::Linspace, Solver::DpmSolver), [999, 799, 599, 400, 200]);
    }

    #[test]
    fn a_walk_ends_at_the_clean_picture() {
        for solver in [Solver::Ddim, Solver::DpmSolver] {
            let rungs = ladder(&trained(Spacing::Leading), solver, 5);
            assert!(rungs.windows(2).all(|pair| pair[0].time > pair[1].time && pair[0].kept < pair[1].kept));
            assert!((rungs[4].next - 1.0).abs() < 1e-12);
        }
        assert_eq!([walked(50, 0.35), walked(8, 0.35), walked(10, 1.0), walked(10, 0.0)], [32, 5, 1, 10]);
    }
}
