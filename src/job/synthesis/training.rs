//! The trained model that pictures are made with: found, or trained first.
//!
//! Beside the model lies `trained.json`: what it was trained on and with, and the hash of its files. Only a model with such a note of
//! the same key is used; what training left without one is gone on from by the worker itself.
//!
//! Invariant: the same pictures, entities and settings have the same key, whoever trained and wherever the dataset lies.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bench::Bench;
use super::gallery::Gallery;
use super::naming::Naming;
use super::unwritten;
use crate::job::worker::{Instances, Outcome, Train, TrainSettings, Work};
use crate::job::{End, Listener};
use crate::load::Loaded;
use crate::manifest::{ManifestError, Pending};
use crate::progress::Stage;
use crate::recipe::{Backend, Recipe};

/// The folder of the model.
const MODEL: &str = "model";
/// The note beside it.
const NOTE: &str = "trained.json";
/// The least level of guidance that a model learns, unless the recipe asks for a lower one.
const LOWEST: f64 = 0.2;

/// A trained model.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// Its folder.
    pub folder: PathBuf,
    /// The hash of its files: `blake3:…`.
    pub hash: String,
    /// What the worker said of the training; nothing where the model was there.
    pub outcome: Outcome,
}

/// What is noted of a trained model.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    key: String,
    hash: String,
    files: Vec<PathBuf>,
}

/// How the recipe has the model trained.
#[must_use]
pub fn settings(recipe: &Recipe) -> TrainSettings {
    let diffusion = &recipe.synthesis.diffusion;
    TrainSettings {
        side: diffusion.resolution,
        // A bundle is trained already; what judges its pictures is not.
        steps: if diffusion.backend == Backend::Bundle { 0 } else { u64::from(diffusion.training_steps) },
        lowest_level: diffusion.guidance.iter().copied().fold(LOWEST, f64::min),
        // A short training has checkpoints, too.
        checkpoint_every: (u64::from(diffusion.training_steps) / 10).clamp(10, 200),
        seed: recipe.seed,
        ..TrainSettings::default()
    }
}

/// What the model learns to tell apart, in words.
pub(in crate::job) fn title(data: &Loaded, recipe: &Recipe) -> String {
    Naming::of(&data.index, recipe).map_or_else(|_| "entities".into(), |naming| naming.title())
}

/// The model that the recipe asks for; trained when there is none.
///
/// # Errors
/// [`End`]: what training reached stays, and the next run goes on from there.
pub fn trained(data: &Loaded, recipe: &Recipe, folder: &Path, bench: &mut Bench<'_>) -> Result<Checkpoint, End> {
    let (instances, key) = listed(data, recipe, (folder, bench.listener))?;
    let model = instances.list.with_file_name(MODEL);
    let settings = settings(recipe);
    if let Some(checkpoint) = noted(&model, &key) {
        bench.log(format!("the trained model in {} is used", model.display()));
        bench.listener.advanced(Stage::Train, settings.steps, settings.steps);
        return Ok(checkpoint);
    }
    let work = Work::Train(Train { instances, output: model.clone(), settings });
    let outcome = bench.run(&work)?;
    let hash = hash(&outcome.files).map_err(|(path, cause)| unwritable(&path, cause))?;
    let names = outcome.files.iter().filter_map(|file| file.file_name().map(PathBuf::from)).collect();
    note(&model, &Note { key, hash: hash.clone(), files: names })?;
    Ok(Checkpoint { folder: model, hash, outcome })
}

/// The model that the recipe asks for, where it is there.
///
/// # Errors
/// [`End`] when the list cannot be written by which it is known.
pub fn found(
    data: &Loaded,
    recipe: &Recipe,
    folder: &Path,
    listener: &dyn Listener,
) -> Result<Option<Checkpoint>, End> {
    if !folder.join(MODEL).is_dir() {
        return Ok(None);
    }
    let (instances, key) = listed(data, recipe, (folder, listener))?;
    Ok(noted(&instances.list.with_file_name(MODEL), &key))
}

/// Writes the list that the model learns from; and the key of the model that it gives.
fn listed(
    data: &Loaded,
    recipe: &Recipe,
    (folder, listener): (&Path, &dyn Listener),
) -> Result<(Instances, String), End> {
    let naming = Naming::of(&data.index, recipe)?;
    let gallery = Gallery::open(&data.dataset, folder)?;
    let instances = gallery.list(&naming, listener)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&data.dataset.fingerprint().0);
    // How often it is saved changes no model.
    let settings = TrainSettings { checkpoint_every: 0, ..settings(recipe) };
    hasher.update(serde_json::to_string(&settings).unwrap_or_default().as_bytes());
    for path in [&instances.list, &instances.names] {
        let content = File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
        content.map_err(|cause| unwritable(path, cause))?;
    }
    Ok((instances, hasher.finalize().to_hex().to_string()))
}

/// A model with a note of this key, its files being what is noted.
fn noted(model: &Path, key: &str) -> Option<Checkpoint> {
    let note: Note = serde_json::from_slice(&fs::read(model.join(NOTE)).ok()?).ok()?;
    let files: Vec<PathBuf> = note.files.iter().map(|name| model.join(name)).collect();
    let same = note.key == key && hash(&files).is_ok_and(|hash| hash == note.hash);
    same.then(|| Checkpoint { folder: model.to_owned(), hash: note.hash, outcome: Outcome::default() })
}

fn note(model: &Path, note: &Note) -> Result<(), End> {
    let mut text = serde_json::to_vec_pretty(note).unwrap_or_default();
    text.push(b'\n');
    let written = Pending::beside(&model.join(NOTE)).and_then(|mut file| {
        file.write(&text)?;
        file.synced()?.publish(true)
    });
    written.map_err(unwritten)
}

/// The hash of the files, one after the other.
fn hash(files: &[PathBuf]) -> Result<String, (PathBuf, std::io::Error)> {
    let mut hasher = blake3::Hasher::new();
    for path in files {
        let content = File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
        content.map_err(|cause| (path.clone(), cause))?;
    }
    Ok(format!("blake3:{}", hasher.finalize().to_hex()))
}

fn unwritable(path: &Path, cause: std::io::Error) -> End {
    unwritten(ManifestError::Unwritable { path: path.to_owned(), cause })
}
