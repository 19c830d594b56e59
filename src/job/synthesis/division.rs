//! A dataset's large entities split into subclasses by what their pictures look like, and how far each instance stands apart.
//!
//! Invariant: what is written names instances by their ids and entities by their names; the same dataset, recipe and encoder give the
//! same lines.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bench::Bench;
use super::gallery::Gallery;
use super::naming::Naming;
use super::training::trained;
use super::{Workshop, lock, unwritten};
use crate::index::PerspectiveIndex;
use crate::job::worker::{Cluster, Embed, Listed, Subclasses, Work};
use crate::job::{End, Failure, Listener};
use crate::load::Loaded;
use crate::manifest::Pending;
use crate::manifest::synthesized::OUTLIERS;
use crate::policy::synthesis::driving;
use crate::recipe::Recipe;

/// Images at once.
const BATCH: u32 = 64;

/// How entities are split.
#[derive(Clone, Debug, Default)]
pub struct Division {
    /// The folder of an exported encoder; without one a model trained on the dataset itself looks at the pictures.
    pub encoder: Option<PathBuf>,
    /// Instances of a subclass; without it where the tail begins.
    pub size: Option<u32>,
    /// The file to write, one [`Line`] an instance and entity.
    pub output: PathBuf,
}

/// A line of `subclasses.jsonl`.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    label: &'a str,
    subclass: u32,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Divided {
    /// Entities that were split.
    pub entities: u64,
    /// Their subclasses.
    pub subclasses: u64,
    /// Lines of the file.
    pub lines: u64,
    /// Images that cannot be used.
    pub set_aside: u64,
    /// The file of [`Apart`](crate::job::worker::Apart).
    pub apart: PathBuf,
}

/// Splits the entities of one perspective.
///
/// # Errors
/// [`End`]; nothing is written to the output then.
pub fn divided(
    data: &Loaded,
    recipe: &Recipe,
    (shop, division): (&Workshop, &Division),
    listener: &dyn Listener,
) -> Result<Divided, End> {
    let _alone = lock::alone(&shop.folder, listener)?;
    let recipe = by_one(data, recipe)?;
    let entry = data.index.perspective(recipe.synthesis.perspectives[0]);
    let entry = entry.ok_or_else(|| unfit("the dataset has no entities to split".into()))?;
    let mut bench = Bench::new(&shop.worker, listener);
    let encoder = match &division.encoder {
        Some(folder) => std::path::absolute(folder).map_err(|cause| unreadable(folder, &cause))?,
        None => trained(data, &recipe, &shop.folder, &mut bench)?.folder,
    };
    let gallery = Gallery::open(&data.dataset, &shop.folder)?;
    let instances = gallery.list(&Naming::of(&data.index, &recipe)?, listener)?;
    let size = division.size.unwrap_or_else(|| recipe.split(entry).threshold).max(1);
    let heads = entry.counts.partition_point(|&count| count > size) as u32;
    let list = instances.list.clone();
    let vectors = gallery.folder().join("vectors.npy");
    let embedded = bench.run(&Work::Embed(Embed { instances, encoder, output: vectors.clone(), batch: BATCH }))?;
    let (output, apart) = (gallery.folder().join("clusters.jsonl"), gallery.folder().join(OUTLIERS));
    bench.run(&Work::Cluster(Cluster {
        vectors,
        list: list.clone(),
        entities: (0..heads).collect(),
        size,
        output: output.clone(),
        seed: recipe.seed,
        apart: Some(apart.clone()),
    }))?;
    let clusters: Vec<Subclasses> = lines(&output)?;
    let written = write(&division.output, (&lines(&list)?, entry), &clusters)?;
    let subclasses = clusters.iter().map(|entity| entity.members.len() as u64).sum();
    Ok(Divided { entities: u64::from(heads), subclasses, lines: written, set_aside: embedded.set_aside, apart })
}

/// The recipe with the one perspective whose entities are split: that of the policy, or else what pictures are made for.
fn by_one(data: &Loaded, recipe: &Recipe) -> Result<Recipe, End> {
    let mut recipe = recipe.clone();
    if let Some(perspective) = recipe.rebalance.perspective {
        recipe.synthesis.perspectives = vec![perspective];
    }
    let slots = driving(&data.index, &recipe).map_err(|error| unfit(error.to_string()))?;
    let first = slots.first().map(|&slot| data.index.perspectives[slot].perspective);
    recipe.synthesis.perspectives = first.into_iter().collect();
    if first.is_none() { Err(unfit("the dataset has no entities to split".into())) } else { Ok(recipe) }
}

fn write(path: &Path, (listed, entry): (&[Listed], &PerspectiveIndex), clusters: &[Subclasses]) -> Result<u64, End> {
    let mut file = Pending::beside(path).map_err(unwritten)?;
    let mut written = 0;
    for entity in clusters {
        let label = entry.names.get(entity.entity as usize);
        for (subclass, members) in (0..).zip(&entity.members) {
            for listed in members.iter().filter_map(|&place| listed.get(place as usize)) {
                let mut text =
                    serde_json::to_vec(&Line { id: &listed.id, label: &label, subclass }).unwrap_or_default();
                text.push(b'\n');
                file.write(&text).map_err(unwritten)?;
                written += 1;
            }
        }
    }
    file.synced().and_then(|file| file.publish(true)).map_err(unwritten)?;
    Ok(written)
}

fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, End> {
    let text = fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?;
    let line = |line: &str| serde_json::from_str(line).map_err(|cause| unreadable(path, &cause.into()));
    text.lines().filter(|line| !line.trim().is_empty()).map(line).collect()
}

fn unreadable(path: &Path, cause: &std::io::Error) -> End {
    End::Failed(Failure {
        message: format!("cannot read {}: {cause}", path.display()),
        next: "see that the worker and fantail see the same files".into(),
        exit_code: 5,
        unfinished: false,
    })
}

fn unfit(message: String) -> End {
    End::Failed(Failure { message, next: "choose another perspective".into(), exit_code: 4, unfinished: false })
}
