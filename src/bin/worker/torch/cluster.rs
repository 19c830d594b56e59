//! k-means on the sphere with clusters of equal size: the subclasses into which a head entity is split (SBCL, Hou et al., 2023).
//!
//! Invariant: of n rows in k clusters each cluster holds ⌊n/k⌋ or ⌊n/k⌋ + 1; the same rows and seed give the same clusters.

use tch::{Kind, Tensor, no_grad};

use super::error::{TorchError, guard};
use super::random::Stream;

/// Rounds at most, and the movement of the centres at which it ends: the paper's.
const ROUNDS: usize = 35;
const TOLERANCE: f64 = 1e-3;

/// How many subclasses an entity of `count` instances is split into: `max(1, ⌊count / max(least, delta)⌋)`, `least` being the
/// size of the smallest entity.
pub fn subclass_count(count: usize, least: usize, delta: usize) -> usize {
    (count / least.max(delta).max(1)).max(1)
}

/// The cluster of each row of `features` (n, width), which are of unit length.
///
/// # Errors
/// No row, or too little memory.
pub fn balanced_clusters(features: &Tensor, clusters: usize, seed: u64) -> Result<Vec<usize>, TorchError> {
    let rows = features.size()[0] as usize;
    let clusters = clusters.min(rows);
    if clusters == 0 {
        return Err(TorchError::Setting("there is nothing to cluster".to_owned()));
    }
    guard(|| {
        no_grad(|| {
            let mut centres = first_centres(features, clusters, seed);
            let mut assigned = Vec::new();
            for _ in 0..ROUNDS {
                assigned = assign(&features.matmul(&centres.transpose(0, 1)), clusters)?;
                let moved = means(features, &assigned, &centres);
                let movement = (&moved - &centres).square().sum(Kind::Float).double_value(&[]).sqrt();
                centres = moved;
                if movement < TOLERANCE * clusters as f64 {
                    break;
                }
            }
            Ok(assigned)
        })
    })
}

/// k-means++ (Arthur and Vassilvitskii, 2007) on the cosine distance.
fn first_centres(features: &Tensor, clusters: usize, seed: u64) -> Tensor {
    let mut stream = Stream::new(seed, "centres", "cluster");
    let rows = features.size()[0] as usize;
    let mut chosen = vec![stream.below(rows) as i64];
    let mut farness = Tensor::full([rows as i64], 2.0, (Kind::Float, features.device()));
    while chosen.len() < clusters {
        let last = features.get(chosen.last().copied().unwrap_or(0));
        farness = farness.minimum(&(features.matmul(&last).neg() + 1.0).clamp_min(0.0));
        let running = farness.to_kind(Kind::Double).cumsum(0, Kind::Double);
        let point = stream.unit() * running.double_value(&[rows as i64 - 1]);
        let index = running.le(point).sum(Kind::Int64).int64_value(&[]);
        chosen.push(index.min(rows as i64 - 1));
    }
    features.index_select(0, &Tensor::from_slice(&chosen).to_device(features.device()))
}

/// Gives each row to the nearest cluster with room, the clearest pairs first.
fn assign(similarity: &Tensor, clusters: usize) -> Result<Vec<usize>, TorchError> {
    let rows = similarity.size()[0] as usize;
    let (_, order) = similarity.reshape([-1]).sort(0, true);
    let order = Vec::<i64>::try_from(order)?;
    let (room, mut extra) = (rows / clusters, rows % clusters);
    let mut sizes = vec![0; clusters];
    let mut assigned = vec![usize::MAX; rows];
    let mut left = rows;
    for pair in order {
        let (row, cluster) = (pair as usize / clusters, pair as usize % clusters);
        let full = sizes[cluster] > room || (sizes[cluster] == room && extra == 0);
        if assigned[row] != usize::MAX || full {
            continue;
        }
        extra -= usize::from(sizes[cluster] == room);
        sizes[cluster] += 1;
        assigned[row] = cluster;
        left -= 1;
        if left == 0 {
            break;
        }
    }
    Ok(assigned)
}

/// Unit means of the clusters; an empty one keeps its centre.
fn means(features: &Tensor, assigned: &[usize], centres: &Tensor) -> Tensor {
    let index: Vec<i64> = assigned.iter().map(|&cluster| cluster as i64).collect();
    let index = Tensor::from_slice(&index).to_device(features.device());
    let sums = centres.zeros_like().index_add(0, &index, features);
    let length = sums.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true);
    (&sums / length.clamp_min(1e-6)).where_self(&length.gt(1e-6), centres)
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    fn directions(rows: i64) -> Tensor {
        tch::manual_seed(3);
        let rows = Tensor::randn([rows, 12], (Kind::Float, Device::Cpu));
        &rows / rows.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true)
    }

    #[test]
    fn clusters_are_of_equal_size() {
        for (rows, clusters) in [(100, 7), (64, 8), (5, 5), (9, 20), (30, 1)] {
            let assigned = balanced_clusters(&directions(rows), clusters, 1).unwrap();
            let clusters = clusters.min(rows as usize);
            let mut sizes = vec![0; clusters];
            for &cluster in &assigned {
                sizes[cluster] += 1;
            }
            let room = rows as usize / clusters;
            assert!(sizes.iter().all(|&size| size == room || size == room + 1), "{rows} in {clusters}: {sizes:?}");
        }
    }

    #[test]
    fn what_lies_together_stays_together() {
        let centres = directions(4);
        let rows = centres.repeat_interleave_self_int(25, 0, None);
        let rows = &rows + Tensor::randn(rows.size(), (Kind::Float, Device::Cpu)) * 0.05;
        let rows = &rows / rows.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true);
        let assigned = balanced_clusters(&rows, 4, 1).unwrap();
        for group in assigned.chunks(25) {
            assert!(group.iter().all(|cluster| cluster == &group[0]), "{assigned:?}");
        }
        assert_eq!(assigned, balanced_clusters(&rows, 4, 1).unwrap());
    }

    #[test]
    fn subclasses_are_of_tail_like_size() {
        assert_eq!(
            [subclass_count(6000, 60, 20), subclass_count(6000, 5, 20), subclass_count(19, 5, 20)],
            [100, 300, 1]
        );
    }
}
