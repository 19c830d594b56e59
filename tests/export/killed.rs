//! Killed at any moment, an export leaves no half file under a final name, and goes on to the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantail::manifest::{ManifestError, Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, Pictures, PolicyName, Recipe};
use std::sync::atomic::AtomicUsize;
use tempfile::{TempDir, tempdir};

use crate::{Impatient, album, bytes_below, coco, lines, list, loaded, recipe, table, write, write_with, written};

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
    data: PathBuf,
}

impl Scene {
    fn new(recipe: &Recipe, data: impl FnOnce(&TempDir) -> PathBuf) -> Self {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join("recipe.toml"), recipe.effective()).unwrap();
        Self { data: data(&folder), folder }
    }

    fn apply(&self, out: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_fantail"))
            .current_dir(self.folder.path())
            .env("FANTAIL_CACHE_DIR", self.folder.path().join("cache"))
            .arg("apply")
            .arg(&self.data)
            .args(["--recipe", "recipe.toml", "--resume", "--checkpoint", "150000", "--out", out])
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

    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Kills runs at so many moments, each somewhere in a part of its own of the time that a run takes, and lets them end; returns how
    /// many were killed in time.
    fn kill(&self, kills: u64) -> u64 {
        self.finish("warm up");
        let time = self.finish("whole");
        let whole = bytes_below(&self.out("whole"));
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let (mut landed, mut name) = (0, 0);
        for kill in 0..kills {
            let out = format!("killed-{name}");
            let mut child = self.apply(&out);
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let within = (random >> 40) as f64 / f64::from(1 << 24);
            let moment = time.mul_f64((kill as f64 + within) / kills as f64);
            // The moment is what is tested, so there is nothing to wait for but time itself.
            std::thread::park_timeout(moment);
            child.kill().unwrap();
            landed += u64::from(!child.wait().unwrap().success());
            assert_whole(&self.out(&out), &whole);
            // Every third time the killed one is killed again before it may finish.
            if random >> 62 != 0 {
                self.finish(&out);
                assert!(bytes_below(&self.out(&out)) == whole, "{out} of {}", self.data.display());
                name += 1;
            }
        }
        self.finish(&format!("killed-{name}"));
        assert!(bytes_below(&self.out(&format!("killed-{name}"))) == whole, "{}", self.data.display());
        landed
    }
}

/// What stands under a final name is what a whole run gives; a link is its way.
fn assert_whole(out: &Path, whole: &BTreeMap<PathBuf, Vec<u8>>) {
    if !out.exists() {
        return;
    }
    for (name, bytes) in bytes_below(out).into_iter().filter(|(name, _)| !name.starts_with(".fantail-part")) {
        assert!(whole.get(&name) == Some(&bytes), "half of {}", name.display());
    }
    // A folder has its name once all of its pictures are in it.
    for folder in whole.keys().filter_map(|name| name.components().next()).filter(|name| out.join(name).is_dir()) {
        let all = |names: &mut dyn Iterator<Item = &PathBuf>| names.filter(|name| name.starts_with(folder)).count();
        assert_eq!(all(&mut bytes_below(out).keys()), all(&mut whole.keys()), "half of {}", out.join(folder).display());
    }
}

fn kills() -> u64 {
    std::env::var("FANTAIL_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(40)
}

#[test]
fn killed_at_random_moments_it_resumes_to_the_same_bytes() {
    let recipe = recipe(PolicyName::Adr, &ManifestFormat::ALL);
    let scene = Scene::new(&recipe, |folder| written(folder, "data.jsonl", &lines(0..20_000)));
    let landed = scene.kill(kills());
    assert!(landed > kills() / 3, "only {landed} of {} came in time", kills());
}

#[test]
fn killed_over_every_format_it_resumes_to_the_same_bytes() {
    let kills = kills().div_ceil(10);
    let classes = [("cat", 9000), ("dog", 3000), ("zebra", 50)];
    let csv = |rows: usize| {
        (0..rows).fold("id,caption,label\n".to_owned(), |text, row| format!("{text}{row},\"a, dog\",l{}\n", row % 7))
    };
    let mut copies = recipe(PolicyName::Uniform, &[ManifestFormat::Native, ManifestFormat::Csv]);
    copies.export.images = Pictures::Copies;
    let all = recipe(PolicyName::Uniform, &ManifestFormat::ALL);
    let folder_of = |folder: &TempDir| album(folder, &[("cat", 500), ("dog", 200), ("zebra", 30)]);
    let scenes = [
        Scene::new(&all, |folder| written(folder, "list.txt", &list(&classes))),
        Scene::new(&all, |folder| written(folder, "table.csv", &csv(12_000))),
        Scene::new(&all, |folder| written(folder, "coco.json", &coco(5000))),
        Scene::new(&all, |folder| {
            let path = folder.path().join("table.parquet");
            table(&path, 6000);
            path
        }),
        Scene::new(&all, folder_of),
        Scene::new(&copies, folder_of),
    ];
    let landed: u64 = scenes.iter().map(|scene| scene.kill(kills)).sum();
    assert!(landed > kills * 2, "only {landed} of {} came in time", kills * 6);
}
