//! How far each instance lies from all entities, and what lies nearest to it: what is out of distribution, and what is there twice.
//!
//! The concentration around a centre is Student-t shaped, `2 / (1 + κ(1 − cos θ))`: it falls slowly, so that a rare instance near some
//! entity is told from one that is near none (the drift papers' gate). An instance's own entity is measured without the instance itself.
//!
//! Invariant: the order of the instances does not matter; a score is the share of instances that lie nearer to an entity.

use tch::{Device, Kind, Tensor, no_grad};

use super::compute::Compute;
use super::error::{TorchError, guard};
use super::filter::at_angle;

/// Rows a chunk.
const CHUNK: i64 = 512;

/// Where an instance stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// The share of instances that are nearer to an entity: 0 the most typical, towards 1 the least.
    pub score: f64,
    /// Concentration around the nearest entity.
    pub concentration: f64,
    /// The nearest other instance.
    pub nearest: usize,
    /// The cosine with it.
    pub cosine: f64,
}

/// Where the instances stand: `rows` (n, width) are of unit length; an instance's entities are below `count`.
///
/// # Errors
/// Fewer than two rows, or too little memory.
pub fn standings(
    rows: &Tensor,
    (entities, count): (&[Vec<u32>], usize),
    compute: Compute,
) -> Result<Vec<Standing>, TorchError> {
    if entities.len() < 2 {
        return Err(TorchError::Setting("there is nothing to compare".to_owned()));
    }
    guard(|| {
        no_grad(|| {
            let rows = rows.to_device(compute.device);
            let centred = &rows - rows.mean_dim([0_i64].as_slice(), true, Kind::Float);
            let centred = &centred / centred.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6);
            let cosines = to_entities(&centred, (entities, count))?;
            let (nearest, alike) = neighbours(&centred)?;
            let scores = ranked(&cosines);
            let standings = (0..entities.len()).map(|row| Standing {
                score: scores[row],
                concentration: at_angle(cosines[row]),
                nearest: nearest[row] as usize,
                cosine: alike[row],
            });
            Ok(standings.collect())
        })
    })
}

/// The pairs (instance, entity), ascending by instance.
fn pairs(entities: &[Vec<u32>]) -> Vec<(i64, i64)> {
    let of = |(row, held): (usize, &Vec<u32>)| -> Vec<(i64, i64)> {
        held.iter().map(|&entity| (row as i64, i64::from(entity))).collect()
    };
    entities.iter().enumerate().flat_map(of).collect()
}

/// The cosine of each row with the nearest entity's centre, its own entities taken without it.
fn to_entities(rows: &Tensor, (entities, count): (&[Vec<u32>], usize)) -> Result<Vec<f64>, TorchError> {
    let (pairs, device) = (pairs(entities), rows.device());
    let (holders, held): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
    let (holders, held) = (Tensor::from_slice(&holders).to_device(device), Tensor::from_slice(&held).to_device(device));
    let own = rows.index_select(0, &holders);
    let sums = Tensor::zeros([count.max(1) as i64, rows.size()[1]], (Kind::Float, device)).index_add(0, &held, &own);
    let centres = &sums / sums.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6);
    let without = Vec::<f64>::try_from(without(&own, &sums.index_select(0, &held)).to_device(Device::Cpu))?;
    let mut best = vec![-1.0_f64; entities.len()];
    for (&(row, _), cosine) in pairs.iter().zip(without) {
        best[row as usize] = best[row as usize].max(cosine);
    }
    for (chunk, part) in (0_i64..).zip(rows.split(CHUNK, 0)) {
        let (from, until) = (chunk * CHUNK, chunk * CHUNK + part.size()[0]);
        let inside = pairs.partition_point(|pair| pair.0 < from)..pairs.partition_point(|pair| pair.0 < until);
        let (places, hidden): (Vec<i64>, Vec<i64>) =
            pairs[inside].iter().map(|&(row, entity)| (row - from, entity)).unzip();
        let place = |numbers: &[i64]| Some(Tensor::from_slice(numbers).to_device(device));
        let mut cosines = part.matmul(&centres.transpose(0, 1));
        let nothing = Tensor::full([places.len() as i64], -1.0, (Kind::Float, device));
        let _ = cosines.index_put_(&[place(&places), place(&hidden)], &nothing, false);
        let others = cosines.amax([1_i64].as_slice(), false).to_kind(Kind::Double).to_device(Device::Cpu);
        for (best, other) in best[from as usize..].iter_mut().zip(Vec::<f64>::try_from(others)?) {
            *best = best.max(other);
        }
    }
    Ok(best)
}

/// The cosines of rows with what their entities' sums are without them; −1 for whoever is alone in one.
fn without(own: &Tensor, sums: &Tensor) -> Tensor {
    let total = |tensor: Tensor| tensor.sum_dim_intlist([1_i64].as_slice(), false, Kind::Double);
    let with_own = total(own * sums);
    let left = (total(sums.square()) - &with_own * 2.0 + 1.0).clamp_min(0.0).sqrt();
    ((with_own - 1.0) / left.clamp_min(1e-6)).where_self(&left.gt(1e-3), &left.full_like(-1.0))
}

/// For each row the nearest other one, and the cosine with it.
fn neighbours(rows: &Tensor) -> Result<(Vec<i64>, Vec<f64>), TorchError> {
    let (mut nearest, mut alike) = (Vec::new(), Vec::new());
    for (chunk, part) in (0_i64..).zip(rows.split(CHUNK, 0)) {
        let mut cosines = part.matmul(&rows.transpose(0, 1));
        let own = Tensor::arange_start(chunk * CHUNK, chunk * CHUNK + part.size()[0], (Kind::Int64, rows.device()));
        let _ = cosines.scatter_value_(1, &own.unsqueeze(1), -2.0);
        let (cosine, place) = cosines.max_dim(1, false);
        nearest.extend(Vec::<i64>::try_from(place.to_device(Device::Cpu))?);
        alike.extend(Vec::<f64>::try_from(cosine.to_kind(Kind::Double).to_device(Device::Cpu))?);
    }
    Ok((nearest, alike))
}

/// The share of cosines that are larger than each.
fn ranked(cosines: &[f64]) -> Vec<f64> {
    let mut sorted = cosines.to_vec();
    sorted.sort_by(f64::total_cmp);
    let share = |cosine: &f64| {
        (sorted.len() - sorted.partition_point(|other| other <= cosine)) as f64 / sorted.len().max(1) as f64
    };
    cosines.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_stands_apart_and_a_rare_instance_near_its_kind_does_not() {
        tch::manual_seed(5);
        let noise = Tensor::randn([43, 16], (Kind::Float, Device::Cpu)) * 0.1;
        let rows = noise.shallow_clone();
        // Two entities of twenty and one of two, each along an axis of its own; the last instance lies along none.
        for row in 0..43_i64 {
            let axis = if row < 20 {
                0
            } else if row < 40 {
                1
            } else if row < 42 {
                2
            } else {
                3
            };
            let _ = rows.get(row).get(axis).g_add_(&Tensor::from(1.0_f32));
        }
        rows.get(7).copy_(&(rows.get(3) + 1e-3));
        let rows = &rows / rows.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true);
        let entity = |row: u32| {
            if row < 20 {
                0
            } else if row < 40 {
                1
            } else {
                2
            }
        };
        let entities: Vec<Vec<u32>> = (0..43).map(|row| if row == 42 { vec![0] } else { vec![entity(row)] }).collect();
        let standings = standings(&rows, (&entities, 3), Compute::cpu()).unwrap();
        let worst = standings.iter().map(|standing| standing.score).fold(0.0, f64::max);
        assert!((standings[42].score - worst).abs() < 1e-12 && worst > 0.97, "{}", standings[42].score);
        assert!(standings[40].score < worst && standings[41].score < worst);
        assert_eq!((standings[3].nearest, standings[7].nearest), (7, 3));
        assert!(standings[3].cosine > 0.999 && standings[42].cosine < 0.9);
    }
}
