//! Random numbers that depend on nothing but what they are for.
//!
//! A draw is a hash of (seed, id, purpose): a picture's noise is the same whatever the batch it is made in, the thread
//! count, or what was drawn before it; and a training step's noise is a function of (seed, step), so that resuming needs
//! no saved generator.
//!
//! Invariant: on a CPU no global generator is read; on a GPU, where numbers had to travel, its own is seeded before each use.

use std::f64::consts::TAU;

use tch::{Device, Kind, Tensor};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A stream of draws for one purpose.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// The stream of `id` for `purpose` under `seed`.
    pub fn new(seed: u64, id: &str, purpose: &str) -> Self {
        Self { state: xxh3_64_with_seed(id.as_bytes(), xxh3_64_with_seed(purpose.as_bytes(), seed)) }
    }

    /// The next 64 bits: `SplitMix64` (Steele, Lea and Flood, 2014).
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An index below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.unit() * bound as f64) as usize).min(bound.saturating_sub(1))
    }

    /// `count` standard normal numbers (Box and Muller, 1958).
    pub fn normals(&mut self, count: usize) -> Vec<f32> {
        let mut numbers = Vec::with_capacity(count + 1);
        while numbers.len() < count {
            let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
            let (sine, cosine) = (TAU * self.unit()).sin_cos();
            numbers.extend([(radius * cosine) as f32, (radius * sine) as f32]);
        }
        numbers.truncate(count);
        numbers
    }

    /// `items` in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

/// Standard normal numbers of a shape for one step of one purpose.
pub fn noise(shape: &[i64], (seed, step, purpose): (u64, u64, &str), device: Device) -> Tensor {
    let mut stream = Stream::new(seed, &step.to_string(), purpose);
    if device == Device::Cpu {
        let count = shape.iter().product::<i64>() as usize;
        return Tensor::from_slice(&stream.normals(count)).view(shape);
    }
    tch::manual_seed((stream.bits() >> 1) as i64);
    Tensor::randn(shape, (Kind::Float, device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_id_and_purpose_alone() {
        let draw = |seed, id, purpose| Stream::new(seed, id, purpose).bits();
        assert_eq!(draw(1, "a", "noise"), draw(1, "a", "noise"));
        let others = [draw(2, "a", "noise"), draw(1, "b", "noise"), draw(1, "a", "batch")];
        assert!(others.iter().all(|&other| other != draw(1, "a", "noise")));
    }

    #[test]
    fn normal_numbers_are_normal() {
        let numbers = Stream::new(7, "", "noise").normals(100_001);
        let mean = numbers.iter().map(|&number| f64::from(number)).sum::<f64>() / numbers.len() as f64;
        let square = numbers.iter().map(|&number| f64::from(number).powi(2)).sum::<f64>() / numbers.len() as f64;
        let far = numbers.iter().filter(|number| number.abs() > 1.96).count() as f64 / numbers.len() as f64;
        assert_eq!(numbers.len(), 100_001);
        assert!(
            mean.abs() < 0.015 && (square - 1.0).abs() < 0.02 && (far - 0.05).abs() < 0.003,
            "{mean} {square} {far}"
        );
    }
}
