//! The cosine noise schedule and what a network's answer means under it.
//!
//! Everything is a function of continuous time t in [0, 1]: a noisy picture is `alpha·x + sigma·noise` with
//! alpha = cos(πt/2), sigma = sin(πt/2) (Nichol and Dhariwal, 2021; the continuous form of Salimans and Ho, 2022).
//!
//! Invariant: the identities between noise, velocity and picture hold exactly up to rounding; tests check them.

use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_PI_2;
use tch::Tensor;

/// The greatest time: at 1 the picture would be gone and noise prediction would divide by zero.
pub const TIME_MAX: f64 = 0.995;

/// The least time that a solver starts at: at 0 there is no noise to integrate.
pub const TIME_MIN: f64 = 0.002;

/// What the network is trained to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prediction {
    /// The noise (Ho, Jain and Abbeel, 2020).
    Noise,
    /// The velocity `alpha·noise − sigma·x` (Salimans and Ho, 2022).
    Velocity,
}

/// Signal and noise amplitudes of a batch, each shaped (n, 1, 1, 1).
#[derive(Debug)]
pub struct Levels {
    /// Amplitude of the picture.
    pub alpha: Tensor,
    /// Amplitude of the noise.
    pub sigma: Tensor,
}

impl Levels {
    /// The levels at times (n).
    pub fn at(times: &Tensor) -> Self {
        let angle = (times * FRAC_PI_2).view([-1, 1, 1, 1]);
        Self { alpha: angle.cos(), sigma: angle.sin() }
    }

    /// Half the log signal-to-noise ratio, the variable in which DPM-Solver integrates.
    pub fn half_log_snr(&self) -> Tensor {
        self.alpha.log() - self.sigma.clamp_min(1e-6).log()
    }

    /// The noisy picture.
    pub fn noisy(&self, picture: &Tensor, noise: &Tensor) -> Tensor {
        &self.alpha * picture + &self.sigma * noise
    }

    /// What the network should answer.
    pub fn target(&self, picture: &Tensor, noise: &Tensor, prediction: Prediction) -> Tensor {
        match prediction {
            Prediction::Noise => noise.shallow_clone(),
            Prediction::Velocity => &self.alpha * noise - &self.sigma * picture,
        }
    }

    /// The picture that an answer implies.
    pub fn picture(&self, noisy: &Tensor, answer: &Tensor, prediction: Prediction) -> Tensor {
        match prediction {
            Prediction::Noise => (noisy - &self.sigma * answer) / &self.alpha,
            Prediction::Velocity => &self.alpha * noisy - &self.sigma * answer,
        }
    }

    /// The noise that is left once the picture is known.
    pub fn noise(&self, noisy: &Tensor, picture: &Tensor) -> Tensor {
        (noisy - &self.alpha * picture) / self.sigma.clamp_min(1e-6)
    }

    /// Min-SNR-γ weights (Hang et al., 2023): `min(snr, γ) / snr` for noise and `min(snr, γ) / (snr + 1)` for velocity (n).
    pub fn min_snr(&self, gamma: f64, prediction: Prediction) -> Tensor {
        let ratio = (self.alpha.square() / self.sigma.square().clamp_min(1e-8)).view([-1]);
        let capped = ratio.clamp_max(gamma);
        match prediction {
            Prediction::Noise => capped / ratio.clamp_min(1e-8),
            Prediction::Velocity => capped / (ratio + 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    fn batch() -> (Levels, Tensor, Tensor) {
        tch::manual_seed(1);
        let times = Tensor::from_slice(&[0.01_f32, 0.3, 0.7, 0.98]);
        let picture = Tensor::rand([4, 1, 8, 8], (Kind::Float, Device::Cpu)) * 2.0 - 1.0;
        (Levels::at(&times), picture, Tensor::randn([4, 1, 8, 8], (Kind::Float, Device::Cpu)))
    }

    fn farthest(left: &Tensor, right: &Tensor) -> f64 {
        (left - right).abs().max().double_value(&[])
    }

    #[test]
    fn signal_and_noise_keep_their_power() {
        let (levels, ..) = batch();
        assert!(farthest(&(levels.alpha.square() + levels.sigma.square()), &levels.alpha.ones_like()) < 1e-6);
    }

    #[test]
    fn a_perfect_answer_gives_back_picture_and_noise() {
        let (levels, picture, noise) = batch();
        let mixed = levels.noisy(&picture, &noise);
        for (prediction, bound) in [(Prediction::Velocity, 1e-5), (Prediction::Noise, 1e-4)] {
            let back = levels.picture(&mixed, &levels.target(&picture, &noise, prediction), prediction);
            assert!(farthest(&back, &picture) < bound, "{prediction:?}: {}", farthest(&back, &picture));
        }
        assert!(farthest(&levels.noise(&mixed, &picture), &noise) < 1e-3);
    }

    #[test]
    fn velocity_and_noise_are_one_answer_in_two_forms() {
        let (levels, picture, noise) = batch();
        let mixed = levels.noisy(&picture, &noise);
        let velocity = levels.target(&picture, &noise, Prediction::Velocity);
        let from_velocity = &levels.sigma * &mixed + &levels.alpha * velocity;
        assert!(farthest(&from_velocity, &noise) < 1e-5);
    }

    #[test]
    fn weights_are_capped_where_the_picture_is_clear() {
        let levels = Levels::at(&Tensor::from_slice(&[0.1_f32, 0.5, 0.9]));
        let noise = Vec::<f32>::try_from(levels.min_snr(5.0, Prediction::Noise)).unwrap();
        let velocity = Vec::<f32>::try_from(levels.min_snr(5.0, Prediction::Velocity)).unwrap();
        let ratio = |t: f64| 1.0 / (FRAC_PI_2 * t).tan().powi(2);
        for (index, t) in [0.1, 0.5, 0.9].into_iter().enumerate() {
            let capped = ratio(t).min(5.0);
            assert!((f64::from(noise[index]) - capped / ratio(t)).abs() < 1e-4);
            assert!((f64::from(velocity[index]) - capped / (ratio(t) + 1.0)).abs() < 1e-4);
        }
    }
}
