//! What a run that did not come to its end leaves, and what is told of it: only what is true, once, and how to go on.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use fantail::manifest::{self, ManifestError, Shard, Target};
use fantail::recipe::{ManifestFormat, PolicyName, Recipe};
use tempfile::{TempDir, tempdir};

use crate::faults::AtTheEnd;
use crate::{Impatient, bytes_below, lines, loaded, recipe, write, write_with};

fn scene(records: usize) -> (TempDir, Recipe) {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("data.jsonl"), lines(0..records)).unwrap();
    let recipe = recipe(PolicyName::Random, &ManifestFormat::ALL);
    fs::write(folder.path().join("recipe.toml"), recipe.effective()).unwrap();
    (folder, recipe)
}

fn apply(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fantail"));
    command.current_dir(folder).env("FANTAIL_CACHE_DIR", folder.join("cache"));
    command.arg("apply").arg(folder.join("data.jsonl")).args(["--out", "out"]).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Leaves work that is begun, and some that is finished.
fn stop_midway(folder: &Path, recipe: &Recipe) {
    let data = loaded(Path::new(&folder.join("data.jsonl")), recipe);
    let target = Target { step: 20_000, ..Target::new(&folder.join("out")) };
    let stopped = write_with((&data, recipe), Shard::WHOLE, &target, &Impatient(AtomicUsize::new(12)));
    assert!(matches!(stopped, Err(ManifestError::Cancelled)));
    assert!(manifest::is_unfinished(&folder.join("out")));
}

#[cfg(unix)]
#[test]
fn an_interrupt_says_what_stays_and_how_to_go_on() {
    let (folder, _) = scene(60_000);
    let out = folder.path().join("out");
    let child = apply(folder.path(), &["--recipe", "recipe.toml", "--checkpoint", "65536"]).spawn().unwrap();
    while !manifest::is_unfinished(&out) && !out.join("calibration.json").exists() {
        // What another process does on the disk is not told to this one.
        std::thread::park_timeout(Duration::from_millis(1));
    }
    assert!(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let text = told(&output);
    assert_eq!(output.status.code(), Some(6), "{text}");
    assert!(text.contains("cancelled; what was finished stays in out: the same command with --resume"), "{text}");
    assert!(manifest::is_unfinished(&out));
}

#[test]
fn work_that_starts_over_is_told_and_work_that_goes_on_is_not() {
    let (folder, recipe) = scene(20_000);
    let whole = folder.path().join("whole");
    write(&loaded(&folder.path().join("data.jsonl"), &recipe), &recipe, &whole);
    let other = Recipe { seed: 9, ..recipe.clone() };
    fs::write(folder.path().join("other.toml"), other.effective()).unwrap();
    let cases = [
        (vec!["--recipe", "recipe.toml"], Some("with --resume alone")),
        (vec!["--recipe", "other.toml", "--resume"], Some("another recipe")),
        (vec!["--recipe", "recipe.toml", "--resume"], None),
    ];
    for (arguments, words) in cases {
        let _ = fs::remove_dir_all(folder.path().join("out"));
        stop_midway(folder.path(), &recipe);
        let output = apply(folder.path(), &arguments).output().unwrap();
        let text = told(&output);
        assert!(output.status.success(), "{text}");
        let starts_over = text.lines().filter(|line| line.contains("unfinished in out starts over")).count();
        assert_eq!(starts_over, usize::from(words.is_some()), "{text}");
        assert!(words.is_none_or(|words| text.contains(words)), "{text}");
        let same = bytes_below(&folder.path().join("out")) == bytes_below(&whole);
        assert_eq!(same, arguments[1] == "recipe.toml", "{arguments:?}");
    }
}

#[test]
fn what_another_process_has_begun_is_not_offered() {
    let (folder, recipe) = scene(9000);
    let (data, out) = (loaded(&folder.path().join("data.jsonl"), &recipe), folder.path().join("out"));
    let other = AtTheEnd(|| {
        assert!(manifest::is_unfinished(&out));
        let output = apply(folder.path(), &["--recipe", "recipe.toml", "--resume"]).output().unwrap();
        let text = told(&output);
        assert!(output.status.code() == Some(7) && text.contains("another fantail"), "{text}");
        assert!(!text.contains("--resume"), "{text}");
    });
    write_with((&data, &recipe), Shard::WHOLE, &Target::new(&out), &other).unwrap();
}

#[test]
fn what_is_left_beside_a_finished_manifest_goes_with_the_next_run() {
    let (folder, recipe) = scene(500);
    let (data, out) = (loaded(&folder.path().join("data.jsonl"), &recipe), folder.path().join("out"));
    write(&data, &recipe, &out);
    let before = bytes_below(&out);
    fs::create_dir(out.join(".fantail-part")).unwrap();
    fs::write(out.join(".fantail-part/lock"), "").unwrap();
    let output = apply(folder.path(), &["--recipe", "recipe.toml", "--resume"]).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert!(bytes_below(&out) == before && !out.join(".fantail-part").exists());
}
