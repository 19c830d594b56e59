//! SCUMBLE of what a policy makes: how much head and tail share the instances that stay.
//!
//! Source: Charte, Rivera, del Jesus & Herrera 2019, as `index::Imbalance` has it for the data as they are: the mean over instances
//! of 1 − (Π IRLbl)^(1/k) / mean(IRLbl), here with expected counts after, and each instance as often as it is written.
//!
//! Invariant: blocks are fixed and summed in order, so that the figure hangs on no number of threads.

use rayon::prelude::*;

use crate::column::Csr;

const BLOCK: usize = 8192;

/// SCUMBLE of rows whose numbers have these counts after, each row weighing so much.
pub(super) fn scumble(rows: &Csr, weights: &[f32], counts: &[f32]) -> f64 {
    let most = counts.iter().copied().fold(0.0, f32::max);
    let ratio = |&count: &f32| {
        let ratio = if count > 0.0 { most / count } else { 1.0 };
        (ratio, ratio.ln())
    };
    let ratios: Vec<(f32, f32)> = counts.par_iter().with_min_len(BLOCK).map(ratio).collect();
    let block = |(block, weights): (usize, &[f32])| {
        let (mut sum, mut weighed) = (0.0, 0.0);
        for (offset, &weight) in weights.iter().enumerate() {
            let row = rows.row(block * BLOCK + offset);
            if weight > 0.0 && !row.is_empty() {
                weighed += f64::from(weight);
                sum += f64::from(weight * of_row(row, &ratios));
            }
        }
        (sum, weighed)
    };
    let blocks: Vec<(f64, f64)> = weights.par_chunks(BLOCK).enumerate().map(block).collect();
    let (sum, weighed) = blocks.into_iter().fold((0.0, 0.0), |all, part| (all.0 + part.0, all.1 + part.1));
    if weighed > 0.0 { sum / weighed } else { 0.0 }
}

fn of_row(row: &[u32], ratios: &[(f32, f32)]) -> f32 {
    if row.len() < 2 {
        return 0.0;
    }
    let held = row.len() as f32;
    let (mut sum, mut logarithm) = (0.0_f32, 0.0_f32);
    for &rank in row {
        let (ratio, log) = ratios[rank as usize];
        sum += ratio;
        logarithm += log;
    }
    // The geometric mean is never above the arithmetic one; equal ratios leave a rounding error of either sign.
    (1.0 - (logarithm / held).exp() / (sum / held)).max(0.0)
}
