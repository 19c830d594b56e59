//! Distances and contrasts of pictures and features, in chunks that fit into memory.
//!
//! Invariant: measures only; what is too near, too far or too flat is the filter's to say.

use tch::{Kind, Tensor};

/// Rows a chunk: with 60,000 real pictures one chunk of distances is 60 MB.
const CHUNK: i64 = 256;

/// How concentration falls with the angle (the drift papers' κ).
const KAPPA: f64 = 16.0;

/// Bytes (n, …) to rows of numbers in [0, 1].
pub fn flatten(pixels: &Tensor) -> Tensor {
    pixels.to_kind(Kind::Float).reshape([pixels.size()[0], -1]) / 255.0
}

/// The Euclidean distance of each row to its nearest row of `all` (n).
pub fn nearest(rows: &Tensor, all: &Tensor) -> Tensor {
    let parts = rows.split(CHUNK, 0);
    let nearest: Vec<Tensor> =
        parts.iter().map(|part| squared(part, all).amin([1_i64].as_slice(), false).sqrt()).collect();
    Tensor::cat(&nearest, 0)
}

/// The same for the rows of `all` at `probes`, each to its nearest other row.
pub fn nearest_other(all: &Tensor, probes: &Tensor) -> Tensor {
    let parts = probes.split(CHUNK, 0);
    let nearest: Vec<Tensor> = parts
        .iter()
        .map(|part| {
            let mut distances = squared(&all.index_select(0, part), all);
            let _ = distances.scatter_value_(1, &part.unsqueeze(1), f64::INFINITY);
            distances.amin([1_i64].as_slice(), false).sqrt()
        })
        .collect();
    Tensor::cat(&nearest, 0)
}

fn squared(rows: &Tensor, all: &Tensor) -> Tensor {
    let length = |tensor: &Tensor| tensor.square().sum_dim_intlist([1_i64].as_slice(), true, Kind::Float);
    (length(rows) + length(all).transpose(0, 1) - rows.matmul(&all.transpose(0, 1)) * 2.0).clamp_min(0.0)
}

/// Student-t concentration `2 / (1 + κ(1 − cos θ))`, κ = 16, of unit rows around unit centres, one each or one for all (n).
pub fn concentration(features: &Tensor, centres: &Tensor) -> Tensor {
    let cosine = (features * centres).sum_dim_intlist([1_i64].as_slice(), false, Kind::Float);
    ((cosine.neg() + 1.0) * KAPPA + 1.0).reciprocal() * 2.0
}

/// The same of one angle, by its cosine.
pub fn at_angle(cosine: f64) -> f64 {
    2.0 / (1.0 + KAPPA * (1.0 - cosine))
}

/// Standard deviation of each row (n).
pub fn spread(rows: &Tensor) -> Tensor {
    rows.std_dim([1_i64].as_slice(), false, false)
}

/// The share of each row that is black or white (n).
pub fn saturation(rows: &Tensor) -> Tensor {
    (rows - 0.5).abs().ge(0.498).to_kind(Kind::Float).mean_dim([1_i64].as_slice(), false, Kind::Float)
}

/// The quantile of a list of numbers.
pub fn low_quantile(numbers: &Tensor, share: f64) -> f64 {
    let (sorted, _) = numbers.sort(0, false);
    let last = sorted.size()[0] - 1;
    sorted.double_value(&[((last as f64) * share.clamp(0.0, 1.0)).round() as i64])
}
