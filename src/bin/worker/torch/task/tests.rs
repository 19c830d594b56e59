//! The tasks from files to files: stopped and gone on with, they leave the same bytes.
//!
//! Invariant: what is compared was written to files by two runs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fantail::job::worker::{
    Apart, Cluster, Colour, Embed, Filters, Instances, Listed, Planned, Sample, Sampled, Sampler, Subclasses, Train,
    TrainSettings, Verdict,
};

use super::{cluster::cluster, embed::embed, npy, sample::sample, train::train};
use crate::ears::Ears;
use crate::engine::End;
use crate::session::Session;
use crate::torch::bundle::tests::Unpacked;
use crate::torch::compute::Compute;
use crate::torch::random::Stream;
use crate::voice::Voice;

/// Cancels at the first report that holds a text, as someone who watches would.
struct Watcher {
    ears: Arc<Ears>,
    stop_at: Option<&'static str>,
    said: Arc<Mutex<String>>,
}

impl Write for Watcher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        if self.stop_at.is_some_and(|stop| text.contains(stop)) {
            self.ears.cancel();
        }
        self.said.lock().unwrap().push_str(&text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn session(stop_at: Option<&'static str>) -> (Session, Arc<Mutex<String>>) {
    let (ears, said) = (Arc::new(Ears::default()), Arc::new(Mutex::new(String::new())));
    let voice = Voice::new(Watcher { ears: Arc::clone(&ears), stop_at, said: Arc::clone(&said) });
    (Session::new(1, &voice, &ears), said)
}

/// Forty pictures, the bright half above (entity 0) or below (entity 1), one of them broken.
fn dataset(folder: &Path) -> Instances {
    let images = folder.join("images");
    fs::create_dir_all(&images).unwrap();
    let mut list = String::new();
    for number in 0..40_u32 {
        let (name, entity) = (format!("{number}.png"), u32::from(number >= 28));
        let mut stream = Stream::new(1, &name, "test");
        let picture = image::GrayImage::from_fn(32, 32, |_, y| {
            let ramp = if entity == 0 { 31 - y } else { y } * 7;
            image::Luma([(ramp + stream.below(30) as u32).min(255) as u8])
        });
        picture.save(images.join(&name)).unwrap();
        let line = Listed { id: number.to_string(), image: name.into(), entities: vec![entity] };
        list += &(serde_json::to_string(&line).unwrap() + "\n");
    }
    fs::write(images.join("5.png"), b"\x89PNG\r\n\x1a\nbroken").unwrap();
    let (list_path, names) = (folder.join("list.jsonl"), folder.join("names.txt"));
    fs::write(&list_path, list).unwrap();
    fs::write(&names, "above\nbelow\n").unwrap();
    Instances { list: list_path, root: images, linked: false, names }
}

fn training(instances: &Instances, output: PathBuf) -> Train {
    let settings = TrainSettings {
        colour: Colour::Auto,
        steps: 24,
        batch: 8,
        width: 16,
        checkpoint_every: 5,
        ..TrainSettings::default()
    };
    Train { instances: instances.clone(), output, settings }
}

fn sampling(folder: &Path, instances: &Instances, output: PathBuf) -> Sample {
    let planned = |number: u32| Planned {
        id: format!("made {number}"),
        image: Some(format!("{}.png", 28 + number).into()),
        entities: vec![1],
        level: 0.3 + 0.1 * f64::from(number % 4),
        seed: 9,
        caption: String::new(),
    };
    let mut plan: Vec<Planned> = (0..10).map(planned).collect();
    plan[4].image = Some("../list.jsonl".into());
    let text: String = plan.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect();
    let path = folder.join("plan.jsonl");
    fs::write(&path, text).unwrap();
    Sample {
        model: folder.join("whole"),
        bundle: None,
        plan: path,
        root: instances.root.clone(),
        output,
        sampler: Sampler::DpmSolver,
        evaluations: 8,
        guidance: 1.5,
        batch: 3,
        candidates: 2,
        linked: false,
        // A model of 24 steps fools nobody: what is tried here is not how good it is.
        rejected: false,
        filters: Filters { copy: 0.0, class: 0.0, outlier: 0.0, flat: 0.0, saturated: 0.0 },
    }
}

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

#[test]
fn tasks_that_were_stopped_end_with_the_same_bytes() {
    let folder = std::env::temp_dir().join(format!("fantail-worker-tasks-{}", std::process::id()));
    let instances = dataset(&folder);
    let whole = train(&training(&instances, folder.join("whole")), Compute::cpu(), &session(None).0).unwrap();
    assert_eq!(whole.set_aside, 1, "the broken picture");

    let parts = training(&instances, folder.join("parts"));
    let stopped = train(&parts, Compute::cpu(), &session(Some("\"loss\"")).0);
    assert_eq!(stopped, Err(End::Cancelled));
    let (listening, said) = session(None);
    train(&parts, Compute::cpu(), &listening).unwrap();
    assert!(said.lock().unwrap().contains("going on from step"), "{}", said.lock().unwrap());
    for name in ["model.safetensors", "encoder.safetensors", "pictures.safetensors"] {
        assert!(bytes(&folder.join("whole"), name) == bytes(&folder.join("parts"), name), "{name}");
    }

    let made = sample(&sampling(&folder, &instances, folder.join("made")), Compute::cpu(), &session(None).0).unwrap();
    assert_eq!((made.figures["kept"], made.figures["unusable"]), (9.0, 1.0), "the seed outside the root is refused");
    let again = sampling(&folder, &instances, folder.join("again"));
    assert_eq!(sample(&again, Compute::cpu(), &session(Some("\"picture\"")).0), Err(End::Cancelled));
    sample(&again, Compute::cpu(), &session(None).0).unwrap();
    let record = String::from_utf8(bytes(&folder.join("made"), "samples.jsonl")).unwrap();
    assert!(record.as_bytes() == bytes(&folder.join("again"), "samples.jsonl"));
    let lines: Vec<Sampled> = record.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 10);
    for line in lines.iter().filter(|line| line.verdict == Verdict::Kept) {
        let name = line.path.as_ref().unwrap().to_str().unwrap();
        assert!(bytes(&folder.join("made"), name) == bytes(&folder.join("again"), name), "{name}");
    }

    vectors_split_entities(&folder, instances);
    fs::remove_dir_all(folder).unwrap();
}

/// Embeds with the trained model and with an exported encoder, splits both entities, and has told what stands apart.
fn vectors_split_entities(folder: &Path, instances: Instances) {
    let vectors = folder.join("vectors.npy");
    let wanted =
        Embed { instances: instances.clone(), encoder: folder.join("whole"), output: vectors.clone(), batch: 7 };
    embed(&wanted, Compute::cpu(), &session(None).0).unwrap();
    let rows = npy::read(&vectors).unwrap();
    assert_eq!(rows.iter().map(|row| row.iter().all(|number| number.is_finite())).filter(|&whole| whole).count(), 39);
    assert!(rows[5].iter().all(|number| number.is_nan()), "the broken picture has no vector");

    let bundle = Unpacked::new("embed");
    let other = folder.join("other.npy");
    let wanted =
        Embed { instances: instances.clone(), encoder: bundle.0.join("encoder"), output: other.clone(), batch: 7 };
    embed(&wanted, Compute::cpu(), &session(None).0).unwrap();
    assert_eq!(npy::read(&other).unwrap()[7].len(), 8, "an exported encoder has a width of its own");

    let output = folder.join("subclasses.jsonl");
    let wanted = Cluster {
        vectors,
        list: instances.list,
        entities: vec![0, 1],
        size: 9,
        output: output.clone(),
        seed: 1,
        apart: Some(folder.join("apart.jsonl")),
    };
    cluster(&wanted, Compute::cpu(), &session(None).0).unwrap();
    let text = fs::read_to_string(folder.join("apart.jsonl")).unwrap();
    let apart: Vec<Apart> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(apart.len(), 39);
    assert!(
        apart.iter().all(|line| (0.0..1.0).contains(&line.score) && line.nearest != line.id && line.cosine <= 1.001)
    );
    let text = fs::read_to_string(output).unwrap();
    let sizes = text.lines().map(|line| {
        let subclasses: Subclasses = serde_json::from_str(line).unwrap();
        subclasses.members.iter().map(Vec::len).collect::<Vec<_>>()
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [vec![9, 9, 9], vec![12]]);
}

#[test]
fn what_a_model_cannot_make_is_said_before_anything_is_made() {
    let folder = std::env::temp_dir().join(format!("fantail-worker-refusals-{}", std::process::id()));
    let instances = dataset(&folder);
    let settings = TrainSettings { steps: 2, batch: 4, width: 16, ..TrainSettings::default() };
    let wanted = Train { instances: instances.clone(), output: folder.join("whole"), settings };
    train(&wanted, Compute::cpu(), &session(None).0).unwrap();
    let sampling = sampling(&folder, &instances, folder.join("made"));
    for (line, part) in [
        (Planned { id: "a".into(), entities: vec![7], ..Planned::default() }, "does not know its entity"),
        (Planned { id: "a".into(), entities: vec![1], ..Planned::default() }, "learned levels from 0.20"),
        (Planned { id: "../a".into(), entities: vec![1], ..Planned::default() }, "cannot be a file's name"),
    ] {
        fs::write(&sampling.plan, serde_json::to_string(&line).unwrap()).unwrap();
        let refused = sample(&sampling, Compute::cpu(), &session(None).0);
        assert!(matches!(&refused, Err(End::Failed(problem)) if problem.message.contains(part)), "{refused:?}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_bundle_makes_pictures_that_the_classifier_alone_judges() {
    let folder = std::env::temp_dir().join(format!("fantail-worker-bundle-{}", std::process::id()));
    let (instances, bundle) = (dataset(&folder), Unpacked::new("task"));
    let settings = TrainSettings { steps: 0, side: 16, batch: 2, ..TrainSettings::default() };
    let wanted = Train { instances: instances.clone(), output: folder.join("whole"), settings };
    train(&wanted, Compute::cpu(), &session(None).0).unwrap();
    assert!(!folder.join("whole/model.safetensors").exists());
    let made =
        |name: &str| Sample { bundle: Some(bundle.0.clone()), ..sampling(&folder, &instances, folder.join(name)) };
    let outcome = sample(&made("made"), Compute::cpu(), &session(None).0).unwrap();
    assert_eq!((outcome.figures["kept"], outcome.set_aside), (9.0, 1));
    let stopped = sample(&made("again"), Compute::cpu(), &session(Some("\"picture\"")).0);
    assert_eq!(stopped, Err(End::Cancelled));
    sample(&made("again"), Compute::cpu(), &session(None).0).unwrap();
    for name in ["samples.jsonl", "made 0.png", "made 9.png"] {
        assert_eq!(bytes(&folder.join("made"), name), bytes(&folder.join("again"), name), "{name}");
    }
    let picture = image::open(folder.join("made/made 0.png")).unwrap();
    assert_eq!((picture.width(), picture.height(), picture.color().channel_count()), (16, 16, 3));
    fs::remove_dir_all(folder).unwrap();
}
