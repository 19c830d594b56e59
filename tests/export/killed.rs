//! Killed at any moment, an export leaves no half file under a final name, and goes on to the same bytes.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantail::manifest::{ManifestError, Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, PolicyName, Recipe};
use std::sync::atomic::AtomicUsize;
use tempfile::{TempDir, tempdir};

use crate::{Impatient, bytes_below, coco, lines, loaded, recipe, write, write_with};

#[test]
fn stopped_anywhere_a_run_goes_on_to_the_same_bytes() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..30_000)).unwrap();
    let recipe = recipe(PolicyName::Random, &ManifestFormat::ALL);
    let data = loaded(&path, &recipe);
    let whole = folder.path().join("whole");
    write(&data, &recipe, &whole);
    let out = folder.path().join("out");
    let target = Target { resume: true, step: 100_000, ..Target::new(&out) };
    let mut stops = 0;
    // Some steps further each time: arrays are written in one go, everything else goes on where it stopped.
    while let Err(error) =
        write_with((&data, &recipe), Shard::WHOLE, &target, &Impatient(AtomicUsize::new(3 + stops / 3)))
    {
        assert!(matches!(error, ManifestError::Cancelled), "{error}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "only the staging folder");
        stops += 1;
        assert!(stops < 60, "it does not come further");
    }
    assert!(stops > 5, "{stops}");
    assert_eq!(bytes_below(&out), bytes_below(&whole));
    // Once more there is nothing to do; of another recipe there is.
    write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap();
    let other = Recipe { seed: 1, ..recipe };
    let error = write_with((&data, &other), Shard::WHOLE, &target, &Unobserved).unwrap_err();
    assert!(matches!(error, ManifestError::Exists { .. }), "{error}");
}

#[test]
fn coco_goes_on_inside_its_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("coco.json");
    fs::write(&path, coco(12_000)).unwrap();
    let recipe = recipe(PolicyName::Random, &[ManifestFormat::Native]);
    let data = loaded(&path, &recipe);
    let whole = folder.path().join("whole");
    write(&data, &recipe, &whole);
    let out = folder.path().join("out");
    let target = Target { resume: true, step: 20_000, ..Target::new(&out) };
    let mut marks = vec![0];
    // Some are stopped among the images, some among the annotations.
    for questions in 2.. {
        let impatient = Impatient(AtomicUsize::new(questions));
        if write_with((&data, &recipe), Shard::WHOLE, &target, &impatient).is_ok() {
            break;
        }
        let state = fs::read(out.join(".fantail-part/state.json")).unwrap_or_default();
        let state: serde_json::Value = serde_json::from_slice(&state).unwrap_or_default();
        marks.extend(state["current"]["coco.json"]["bytes"].as_u64());
    }
    assert!(marks.is_sorted() && marks.len() > 3 && marks[marks.len() - 1] > marks[1], "{marks:?}");
    assert_eq!(bytes_below(&out), bytes_below(&whole));
}

struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join("data.jsonl"), lines(0..20_000)).unwrap();
        let recipe = recipe(PolicyName::Adr, &ManifestFormat::ALL);
        fs::write(folder.path().join("recipe.toml"), recipe.effective()).unwrap();
        Self { folder }
    }

    fn apply(&self, out: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_fantail"))
            .current_dir(self.folder.path())
            .env("FANTAIL_CACHE_DIR", self.folder.path().join("cache"))
            .args([
                "apply",
                "data.jsonl",
                "--recipe",
                "recipe.toml",
                "--resume",
                "--checkpoint",
                "150000",
                "--out",
                out,
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn finish(&self, out: &str) -> Duration {
        let began = Instant::now();
        let output = self.apply(out).wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        began.elapsed()
    }

    fn out(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

/// What stands under a final name is what a whole run gives.
fn assert_whole(out: &Path, whole: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>) {
    for (name, bytes) in whole {
        if let Ok(found) = fs::read(out.join(name)) {
            assert!(found == *bytes, "half of {}", name.display());
        }
    }
}

#[test]
fn killed_at_random_moments_it_resumes_to_the_same_bytes() {
    let kills: u64 = std::env::var("FANTAIL_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(100);
    let scene = Scene::new();
    scene.finish("warm up");
    let time = scene.finish("whole");
    let whole = bytes_below(&scene.out("whole"));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut landed, mut name) = (0, 0);
    for kill in 0..kills {
        let out = format!("killed-{name}");
        let mut child = scene.apply(&out);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Each somewhere in a part of its own of the time that a run takes.
        let within = (random >> 40) as f64 / f64::from(1 << 24);
        let moment = time.mul_f64((kill as f64 + within) / kills as f64);
        // The moment is what is tested, so there is nothing to wait for but time itself.
        std::thread::park_timeout(moment);
        child.kill().unwrap();
        landed += u64::from(!child.wait().unwrap().success());
        assert_whole(&scene.out(&out), &whole);
        // Every third time the killed one is killed again before it may finish.
        if random >> 62 != 0 {
            scene.finish(&out);
            assert!(bytes_below(&scene.out(&out)) == whole, "{out}");
            name += 1;
        }
    }
    assert!(landed > kills / 3, "only {landed} of {kills} came in time");
    scene.finish(&format!("killed-{name}"));
    assert!(bytes_below(&scene.out(&format!("killed-{name}"))) == whole);
}
