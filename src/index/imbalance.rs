//! Imbalance of many-labelled data: each entity's imbalance ratio, and how much head and tail share instances.
//!
//! Invariant: an instance without entities has no say.

use rayon::prelude::*;

use crate::column::Csr;

/// Multi-label imbalance (Charte, Rivera, del Jesus & Herrera 2015 and 2019).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Imbalance {
    /// Mean over entities of `IRLbl = n_max / n_l`.
    pub mean_irlbl: f64,
    /// Mean over instances of 1 − (Π `IRLbl`)^(1/k) / mean(`IRLbl`), over the k entities that the instance holds: 0 where entities of
    /// like frequency stay together, toward 1 where head and tail share instances, so that resampling fights itself.
    pub scumble: f64,
}

impl Imbalance {
    /// Measures counts in descending order and the ranks that each instance holds.
    #[must_use]
    pub fn of(descending: &[u32], by_instance: &Csr) -> Self {
        let most = f64::from(descending.first().copied().unwrap_or(0));
        let ratios: Vec<f64> = descending.iter().map(|&count| most / f64::from(count.max(1))).collect();
        let logarithms: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
        let rows = by_instance.rows();
        // Fixed blocks, summed in order, so that the result does not hang on the number of threads.
        let blocks: Vec<(f64, u64)> = (0..rows.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                (block * BLOCK..rows.min((block + 1) * BLOCK))
                    .map(|row| by_instance.row(row))
                    .filter(|row| !row.is_empty())
                    .fold((0.0, 0), |(sum, held), row| (sum + concurrence(row, &ratios, &logarithms), held + 1))
            })
            .collect();
        let (sum, held) = blocks.into_iter().fold((0.0, 0), |all, block| (all.0 + block.0, all.1 + block.1));
        let mean = |sum: f64, of: u64| if of > 0 { sum / of as f64 } else { 0.0 };
        Self { mean_irlbl: mean(ratios.iter().sum(), ratios.len() as u64), scumble: mean(sum, held) }
    }
}

const BLOCK: usize = 8192;

fn concurrence(row: &[u32], ratios: &[f64], logarithms: &[f64]) -> f64 {
    if row.len() < 2 {
        return 0.0;
    }
    let held = row.len() as f64;
    let (mut sum, mut logarithm) = (0.0, 0.0);
    for &rank in row {
        sum += ratios[rank as usize];
        logarithm += logarithms[rank as usize];
    }
    // The geometric mean is never above the arithmetic one; equal ratios leave a rounding error of either sign.
    (1.0 - (logarithm / held).exp() / (sum / held)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[u32]]) -> Csr {
        let mut csr = Csr::default();
        for row in rows {
            csr.push(row.iter().copied());
        }
        csr
    }

    #[test]
    fn head_and_tail_in_one_instance_raise_scumble() {
        // IRLbl 1 and 4: geometric mean 2, arithmetic 2.5.
        let together = Imbalance::of(&[4, 1], &rows(&[&[0, 1], &[0], &[0], &[0], &[]]));
        assert!((together.mean_irlbl - 2.5).abs() < 1e-15);
        assert!((together.scumble - (1.0 - 2.0 / 2.5) / 4.0).abs() < 1e-15);
        let apart = Imbalance::of(&[4, 1], &rows(&[&[0], &[0], &[0], &[0], &[1]]));
        assert!(apart.scumble.abs() < 1e-15);
    }

    #[test]
    fn nothing_is_balanced() {
        assert_eq!(Imbalance::of(&[], &Csr::default()), Imbalance::default());
    }
}
