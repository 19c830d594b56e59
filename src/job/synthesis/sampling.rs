//! An order as the worker's sampling task, and what came of it as the lines of `synthesized.jsonl`.
//!
//! The pictures lie in a folder that is named by everything that they hang on: what one order made is never taken for another's.
//!
//! Invariant: every picture that was ordered has one line, whatever became of it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use super::bench::Bench;
use super::gallery::Gallery;
use super::naming::Naming;
use super::training::Checkpoint;
use super::unwritten;
use crate::job::worker::{Filters, Planned, Sample, Sampled, Sampler, Work};
use crate::job::{End, Failure};
use crate::load::Loaded;
use crate::manifest::{ManifestError, Pending};
use crate::plan::{Maker, Order, OrderPicture, OrderSeed, Synthesized, Verdict};
use crate::recipe::{Backend, Diffusion, Recipe};
use crate::source::{Instance, Speaker};

/// The folder of the pictures.
const PICTURES: &str = "pictures";
/// Images at once, candidates counted.
const BATCH: u32 = 64;
/// Words of a seed's text that a prompt takes at most.
const CAPTION_WORDS: usize = 60;

/// What is to be made, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Errand<'a> {
    /// The trained model.
    pub checkpoint: &'a Checkpoint,
    /// What is asked for.
    pub order: &'a Order,
    /// Whether what filters sort out leaves its file: to be looked at.
    pub rejected: bool,
}

/// Has an order made with a trained model.
///
/// # Errors
/// [`End`]: pictures that were finished stay, and the next run goes on from there.
pub fn sampled(
    data: &Loaded,
    recipe: &Recipe,
    errand: &Errand<'_>,
    bench: &mut Bench<'_>,
) -> Result<Vec<Synthesized>, End> {
    let Errand { checkpoint, order, rejected } = *errand;
    let home = checkpoint.folder.parent().unwrap_or_else(|| Path::new("."));
    let gallery = Gallery::open(&data.dataset, home)?;
    let naming = Naming::of(&data.index, recipe)?;
    let (lines, faults) = lines(data, (&naming, &gallery), order)?;
    let text: String = lines.iter().filter_map(|line| Some(serde_json::to_string(line).ok()? + "\n")).collect();
    let (root, linked) = gallery.root();
    let mut sample = Sample { root, linked, rejected, ..task(&order.diffusion, checkpoint) };
    let name = Path::new(PICTURES).join(key(checkpoint, (&sample, &text)));
    sample.output = gallery.folder().join(&name);
    sample.plan = sample.output.join("plan.jsonl");
    write(&sample.plan, &text)?;
    let made = if lines.is_empty() { HashMap::new() } else { made(&sample, bench)? };
    let maker = bench.maker(&checkpoint.hash)?;
    let lookup = |picture: &OrderPicture| made.get(&stem(picture));
    Ok(records(order, (&name, &lookup, &faults), &maker))
}

/// What the worker says of each planned picture, by its stem.
fn made(sample: &Sample, bench: &mut Bench<'_>) -> Result<HashMap<String, Sampled>, End> {
    let outcome = bench.run(&Work::Sample(sample.clone()))?;
    let path = outcome.files.first().cloned().unwrap_or_else(|| sample.output.join("samples.jsonl"));
    let text = fs::read_to_string(&path).map_err(|cause| unreadable(&path, &cause.to_string()))?;
    let lines = text.lines().map(|line| {
        let line: Sampled = serde_json::from_str(line).map_err(|cause| unreadable(&path, &cause.to_string()))?;
        Ok((line.id.clone(), line))
    });
    lines.collect()
}

/// Why a seed, by its instance, has no file.
type Faults = HashMap<usize, String>;

/// The pictures of an order as the worker takes them, without those whose seed has no file.
fn lines(
    data: &Loaded,
    (naming, gallery): (&Naming<'_>, &Gallery<'_>),
    order: &Order,
) -> Result<(Vec<Planned>, Faults), End> {
    let (mut lines, mut faults) = (Vec::with_capacity(order.pictures()), Faults::new());
    let mut instance = Instance::default();
    // The model that is trained on the dataset reads no text.
    let told = order.diffusion.backend == Backend::Bundle;
    for seed in &order.seeds {
        data.dataset.read(seed.instance, &mut instance);
        let image = instance.images.first().map(|image| gallery.place(image)).transpose()?;
        let number = naming.number(&seed.entity);
        let (image, number) = match (image, number) {
            (Some(Ok(image)), Some(number)) => (image, number),
            (image, _) => {
                let reason = image.and_then(Result::err).unwrap_or_else(|| "it has no picture of its entity".into());
                faults.insert(seed.instance, reason);
                continue;
            }
        };
        let caption = if told { caption(&instance) } else { String::new() };
        lines.extend(seed.pictures.iter().map(|picture| Planned {
            id: stem(picture),
            image: Some(image.clone()),
            entities: vec![number],
            level: picture.guidance,
            seed: picture.noise,
            caption: caption.clone(),
        }));
    }
    Ok((lines, faults))
}

/// The stem of a picture's file: the instance's id may hold what no file's name can.
fn stem(picture: &OrderPicture) -> String {
    blake3::hash(picture.id.as_bytes()).to_hex().as_str()[..16].to_owned()
}

/// What a seed's text says, for a bundle's prompt: its caption, or else the first answer.
fn caption(instance: &Instance<'_>) -> String {
    let said =
        |speaker: Speaker| instance.turns.iter().find(|turn| turn.speaker == speaker && !turn.text.trim().is_empty());
    let turn = said(Speaker::Caption).or_else(|| said(Speaker::Assistant));
    // A prompt is cut at some seventy tokens: what lies beyond would only make the list long.
    turn.map_or_else(String::new, |turn| turn.text.split_whitespace().take(CAPTION_WORDS).collect::<Vec<_>>().join(" "))
}

/// How the recipe has pictures made.
fn task(diffusion: &Diffusion, checkpoint: &Checkpoint) -> Sample {
    let filter = &diffusion.filter;
    Sample {
        model: checkpoint.folder.clone(),
        bundle: bundle(diffusion),
        sampler: Sampler::DpmSolver,
        evaluations: diffusion.steps,
        guidance: diffusion.scale,
        batch: (BATCH / diffusion.candidates.max(1)).max(1),
        candidates: diffusion.candidates,
        filters: Filters {
            copy: filter.memorised,
            class: filter.class,
            outlier: filter.outlier,
            flat: filter.flat,
            saturated: filter.saturated,
        },
        ..Sample::default()
    }
}

/// The exported pipeline that makes the pictures, where one does.
fn bundle(diffusion: &Diffusion) -> Option<PathBuf> {
    let folder = diffusion.bundle.as_ref().filter(|_| diffusion.backend == Backend::Bundle)?;
    Some(std::path::absolute(folder).unwrap_or_else(|_| folder.clone()))
}

/// Tells apart everything that a picture hangs on.
fn key(checkpoint: &Checkpoint, (sample, plan): (&Sample, &str)) -> String {
    // Where things lie changes no pixel.
    let unplaced = Sample { model: PathBuf::new(), root: PathBuf::new(), ..sample.clone() };
    let mut hasher = blake3::Hasher::new();
    hasher.update(checkpoint.hash.as_bytes());
    hasher.update(serde_json::to_string(&unplaced).unwrap_or_default().as_bytes());
    hasher.update(plan.as_bytes());
    hasher.finalize().to_hex().as_str()[..16].to_owned()
}

/// What the worker said of a picture.
type Lookup<'a> = dyn Fn(&OrderPicture) -> Option<&'a Sampled> + 'a;

/// A line for every picture of an order.
fn records(order: &Order, (folder, made, faults): (&Path, &Lookup<'_>, &Faults), maker: &Maker) -> Vec<Synthesized> {
    let record = |seed: &OrderSeed, picture: &OrderPicture| {
        let line = made(picture);
        let path = line.and_then(|line| line.path.as_ref()).map(|path| folder.join(path)).unwrap_or_default();
        Synthesized {
            id: picture.id.clone(),
            seed_id: seed.id.clone(),
            entity: seed.entity.clone(),
            guidance: picture.guidance,
            stage: picture.stage,
            path,
            verdict: line.map_or(Verdict::Unusable, |line| line.verdict),
            scores: line.map(scores).unwrap_or_default(),
            reason: line.and_then(|line| line.reason.clone()).or_else(|| faults.get(&seed.instance).cloned()),
            maker: Some(maker.clone()),
        }
    };
    let pictures = order.seeds.iter().flat_map(|seed| seed.pictures.iter().map(move |picture| (seed, picture)));
    pictures.map(|(seed, picture)| record(seed, picture)).collect()
}

/// The scores of the filters, by name.
fn scores(line: &Sampled) -> BTreeMap<String, f64> {
    let scores = line.finding.as_ref().map(|finding| {
        [
            ("distance_in_pixels", finding.pixel_ratio),
            ("distance_in_features", finding.feature_ratio),
            ("class", finding.probability),
            ("concentration", finding.concentration),
        ]
    });
    scores.into_iter().flatten().map(|(name, score)| (name.to_owned(), score)).collect()
}

fn write(path: &Path, text: &str) -> Result<(), End> {
    if let Some(folder) = path.parent() {
        let unwritable = |cause| unwritten(ManifestError::Unwritable { path: folder.to_owned(), cause });
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let written = Pending::beside(path).and_then(|mut file| {
        file.write(text.as_bytes())?;
        file.synced()?.publish(true)
    });
    written.map_err(unwritten)
}

fn unreadable(path: &Path, reason: &str) -> End {
    End::Failed(Failure {
        message: format!("cannot read {}: {reason}", path.display()),
        next: "start the job again: it goes on from what is there".into(),
        exit_code: 5,
        unfinished: false,
    })
}
