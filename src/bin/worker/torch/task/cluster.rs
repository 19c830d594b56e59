//! The clustering task: head entities split into subclasses of tail-like size (SBCL, Hou et al., 2023), and where each instance stands.
//!
//! Invariant: the subclasses of an entity differ in size by one at most.

use std::fmt::Write;

use fantail::job::worker::{Apart, Cluster, Listed, Outcome, Subclasses};
use fantail::progress::Stage;
use tch::{Kind, Tensor};

use super::{end, folder, npy};
use crate::engine::End;
use crate::session::Session;
use crate::torch::cluster::{balanced_clusters, subclass_count};
use crate::torch::compute::Compute;
use crate::torch::error::{TorchError, guard};
use crate::torch::outlier::standings;

/// Splits the entities.
///
/// # Errors
/// [`End`]; nothing is written then.
pub fn cluster(cluster: &Cluster, compute: Compute, session: &Session) -> Result<Outcome, End> {
    let vectors = npy::read(&cluster.vectors).map_err(end)?;
    let listed = listed(cluster, vectors.len()).map_err(end)?;
    let total = cluster.entities.len() as u64;
    let (mut text, mut made) = (String::new(), 0);
    for (done, &entity) in cluster.entities.iter().enumerate() {
        session.go_on()?;
        session.progress(Stage::Cluster, done as u64, total);
        let members = split((entity, &listed, &vectors), cluster, compute).map_err(end)?;
        made += members.len();
        let line = serde_json::to_string(&Subclasses { entity, members });
        let line = line.map_err(|error| end(TorchError::checkpoint(&cluster.output, error.to_string())))?;
        let _ = writeln!(text, "{line}");
    }
    folder::write(&cluster.output, text.as_bytes(), true).map_err(end)?;
    session.progress(Stage::Cluster, total, total);
    let figures = [("subclasses".to_owned(), made as f64)].into();
    let mut files = vec![cluster.output.clone()];
    if let Some(path) = &cluster.apart {
        session.go_on()?;
        let text = apart(&listed, &vectors, compute).map_err(end)?;
        folder::write(path, text.as_bytes(), true).map_err(end)?;
        files.push(path.clone());
    }
    Ok(Outcome { files, figures, set_aside: 0 })
}

/// A line for every instance that has a vector.
fn apart(listed: &[Listed], vectors: &[Vec<f32>], compute: Compute) -> Result<String, TorchError> {
    let usable: Vec<usize> = (0..listed.len()).filter(|&place| vectors[place].iter().all(|x| x.is_finite())).collect();
    let entities: Vec<Vec<u32>> = usable.iter().map(|&place| listed[place].entities.clone()).collect();
    let count = entities.iter().flatten().max().map_or(0, |&entity| entity as usize + 1);
    let flat: Vec<f32> = usable.iter().flat_map(|&place| vectors[place].iter().copied()).collect();
    let rows = guard(|| {
        let rows = Tensor::from_slice(&flat).view([usable.len() as i64, -1]);
        Ok(&rows / rows.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6))
    })?;
    let mut text = String::new();
    for (&place, standing) in usable.iter().zip(standings(&rows, (&entities, count), compute)?) {
        let line = Apart {
            id: listed[place].id.clone(),
            score: standing.score,
            concentration: standing.concentration,
            nearest: listed[usable[standing.nearest]].id.clone(),
            cosine: standing.cosine,
        };
        text += &serde_json::to_string(&line).unwrap_or_default();
        text.push('\n');
    }
    Ok(text)
}

fn listed(cluster: &Cluster, rows: usize) -> Result<Vec<Listed>, TorchError> {
    let path = &cluster.list;
    let text = std::fs::read_to_string(path).map_err(|error| TorchError::file(path, error))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str);
    let listed: Vec<Listed> =
        lines.collect::<Result<_, _>>().map_err(|error| TorchError::checkpoint(path, error.to_string()))?;
    if listed.len() == rows {
        Ok(listed)
    } else {
        let reason = format!("it has {} lines, {} has {rows} rows", listed.len(), cluster.vectors.display());
        Err(TorchError::checkpoint(path, reason))
    }
}

/// The places of an entity's instances, by subclass.
fn split(
    (entity, listed, vectors): (u32, &[Listed], &[Vec<f32>]),
    cluster: &Cluster,
    compute: Compute,
) -> Result<Vec<Vec<u32>>, TorchError> {
    let holds =
        |place: &usize| listed[*place].entities.contains(&entity) && vectors[*place].iter().all(|x| x.is_finite());
    let places: Vec<usize> = (0..listed.len()).filter(holds).collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let count = subclass_count(places.len(), 1, cluster.size.max(1) as usize);
    let flat: Vec<f32> = places.iter().flat_map(|&place| vectors[place].iter().copied()).collect();
    let features = guard(|| {
        let rows = Tensor::from_slice(&flat).view([places.len() as i64, -1]).to_device(compute.device);
        let rows = &rows - rows.mean_dim([0_i64].as_slice(), true, Kind::Float);
        Ok(&rows / rows.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6))
    })?;
    let assigned = balanced_clusters(&features, count, cluster.seed)?;
    let mut members = vec![Vec::new(); count];
    for (&place, cluster) in places.iter().zip(assigned) {
        members[cluster].push(place as u32);
    }
    Ok(members)
}
