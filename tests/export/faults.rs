//! What goes wrong meanwhile: the source changes, the target disappears, fills up, or is written to by someone else.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use fantail::manifest::{self, ManifestError, Shard, Target};
use fantail::progress::{Observer, Stage, Unobserved};
use fantail::recipe::{ManifestFormat, PolicyName, Recipe};
use tempfile::tempdir;

use crate::{bytes_below, lines, loaded, recipe, write, write_with};

/// Does something once, when so many reports have come.
pub(super) struct Meddler<F> {
    left: AtomicUsize,
    deed: F,
}

impl<F: Fn() + Sync> Meddler<F> {
    pub(super) fn after(reports: usize, deed: F) -> Self {
        Self { left: AtomicUsize::new(reports), deed }
    }
}

impl<F: Fn() + Sync> Observer for Meddler<F> {
    fn advanced(&self, stage: Stage, _done: u64, _total: u64) {
        if stage == Stage::Write && self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            (self.deed)();
        }
    }
}

fn everything() -> Recipe {
    recipe(PolicyName::None, &[ManifestFormat::Native, ManifestFormat::Csv, ManifestFormat::Weights])
}

fn with_a_manifest(folder: &Path, text: &str) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let path = folder.join("data.jsonl");
    fs::write(&path, text).unwrap();
    write(&loaded(&path, &everything()), &everything(), &folder.join("out"));
    bytes_below(&folder.join("out"))
}

#[test]
fn a_source_that_changed_is_refused_and_what_was_there_stays() {
    let folder = tempdir().unwrap();
    let before = with_a_manifest(folder.path(), &lines(0..9000));
    let (path, out) = (folder.path().join("data.jsonl"), folder.path().join("out"));
    let force = Target { force: true, ..Target::new(&out) };
    let (recipe, data) = (everything(), loaded(&path, &everything()));
    // Replaced by another file while the work goes on, as editors and downloads do.
    let meddler = Meddler::after(2, || {
        fs::write(folder.path().join("other"), lines(1..9001)).unwrap();
        fs::rename(folder.path().join("other"), &path).unwrap();
    });
    for observer in [&meddler as &dyn Observer, &Unobserved] {
        let error = write_with((&data, &recipe), Shard::WHOLE, &force, observer).unwrap_err();
        assert!(matches!(error, ManifestError::Changed { .. }) && error.exit_code() == 3, "{error}");
        assert_eq!(bytes_below(&out), before);
    }
    // A new time alone is no change.
    fs::write(folder.path().join("other"), lines(0..9000)).unwrap();
    fs::rename(folder.path().join("other"), &path).unwrap();
    write_with((&data, &recipe), Shard::WHOLE, &force, &Unobserved).unwrap();
    assert_eq!(bytes_below(&out), before);
}

#[test]
fn a_target_that_was_removed_is_a_clear_error() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..9000)).unwrap();
    let (recipe, data, out) = (everything(), loaded(&path, &everything()), folder.path().join("out"));
    for reports in [1, 3, 6] {
        let meddler = Meddler::after(reports, || while fs::remove_dir_all(&out).is_err() {});
        let error = write_with((&data, &recipe), Shard::WHOLE, &Target::new(&out), &meddler).unwrap_err();
        assert_eq!(error.exit_code(), 7, "{error}");
        assert!(error.to_string().starts_with(&format!("cannot write {}", out.display())), "{error}");
        assert!(!out.join("data.jsonl").exists() && !out.join("calibration.json").exists());
    }
    write(&data, &recipe, &out);
}

/// Does something at the last report, when everything is written and nothing has its name.
pub(super) struct AtTheEnd<F>(pub(super) F);

impl<F: Fn() + Sync> Observer for AtTheEnd<F> {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        if stage == Stage::Write && done == total {
            (self.0)();
        }
    }
}

#[test]
fn what_happens_at_the_last_moment_is_told_and_loses_nothing() {
    let folder = tempdir().unwrap();
    let before = with_a_manifest(folder.path(), &lines(0..9000));
    let (path, out) = (folder.path().join("data.jsonl"), folder.path().join("out"));
    let (recipe, data) = (everything(), loaded(&path, &everything()));
    let force = Target { force: true, ..Target::new(&out) };
    let end = AtTheEnd(|| fs::write(&path, lines(0..9001)).unwrap());
    let error = write_with((&data, &recipe), Shard::WHOLE, &force, &end).unwrap_err();
    assert!(matches!(error, ManifestError::Changed { .. }) && error.exit_code() == 3, "{error}");
    assert_eq!(bytes_below(&out), before);
    fs::write(&path, lines(0..9000)).unwrap();
    let fresh = folder.path().join("fresh");
    let end = AtTheEnd(|| fs::remove_dir_all(&fresh).unwrap());
    let error = write_with((&data, &recipe), Shard::WHOLE, &Target::new(&fresh), &end).unwrap_err();
    assert!(error.exit_code() == 7 && error.to_string().starts_with("cannot write"), "{error}");
    assert!(!fresh.join("data.jsonl").exists() && !fresh.join("calibration.json").exists());
    write(&data, &recipe, &fresh);
    assert_eq!(bytes_below(&fresh), before);
}

#[test]
fn a_disk_that_fills_up_or_turns_read_only_at_the_last_moment_loses_nothing() {
    let folder = tempdir().unwrap();
    let wanted = with_a_manifest(folder.path(), &lines(0..9000));
    let Some(disk) = Small::mounted(&folder.path().join("disk"), "size=16m") else { return };
    let (recipe, path) = (everything(), folder.path().join("data.jsonl"));
    let (data, out) = (loaded(&path, &recipe), disk.0.join("out"));
    let target = Target { resume: true, ..Target::new(&out) };
    // A memory-backed disk that is as large as what it holds is full.
    let end = AtTheEnd(|| {
        let ballast = vec![0; 32 << 20];
        assert!(fs::write(disk.0.join("ballast"), ballast).is_err());
    });
    let error = write_with((&data, &recipe), Shard::WHOLE, &target, &end).unwrap_err();
    assert!(error.exit_code() == 7 && error.to_string().contains("No space left"), "{error}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "only the staging folder");
    // Its room is free at once, whoever has inherited the file.
    fs::File::options().write(true).open(disk.0.join("ballast")).unwrap().set_len(0).unwrap();
    fs::remove_file(disk.0.join("ballast")).unwrap();
    write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap();
    assert_eq!(bytes_below(&out), wanted);
}

#[cfg(unix)]
#[test]
fn a_source_that_is_cut_short_meanwhile_is_a_source_that_changed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    for reports in [1, 2] {
        fs::write(&path, lines(0..40_000)).unwrap();
        let recipe = recipe(PolicyName::None, &[ManifestFormat::Native]);
        let (data, out) = (loaded(&path, &recipe), folder.path().join("out"));
        let cut = || fs::File::options().write(true).open(&path).unwrap().set_len(1000).unwrap();
        let error =
            write_with((&data, &recipe), Shard::WHOLE, &Target::new(&out), &Meddler::after(reports, cut)).unwrap_err();
        assert!(matches!(error, ManifestError::Changed { .. }) && error.exit_code() == 3, "{error}");
        assert!(!out.join("data.jsonl").exists());
    }
}

/// A small file system of its own, where the user who runs this may make one.
struct Small(std::path::PathBuf);

impl Small {
    fn mounted(at: &Path, options: &str) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_path_buf()));
        }
        eprintln!("skipped: no tmpfs can be mounted here");
        None
    }

    fn again(&self, options: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_the_rest_is_written_once_there_is_room() {
    let folder = tempdir().unwrap();
    let wanted = with_a_manifest(folder.path(), &lines(0..9000));
    let Some(disk) = Small::mounted(&folder.path().join("disk"), "size=1m") else { return };
    let path = folder.path().join("data.jsonl");
    let (recipe, data, out) = (everything(), loaded(&path, &everything()), disk.0.join("out"));
    let target = Target { resume: true, step: 64 << 10, ..Target::new(&out) };
    let error = write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap_err();
    assert_eq!(error.exit_code(), 7, "{error}");
    assert!(error.to_string().contains("No space left") && error.next().contains("space on its disk"), "{error}");
    assert!(manifest::is_unfinished(&out), "what was finished can be gone on from");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "only what was finished, under no final name");
    disk.again("size=16m");
    write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap();
    assert_eq!(bytes_below(&out), wanted);
}

/// What the library that writes Parquet makes of a refusal is no word about the table.
#[test]
fn a_disk_that_fills_up_while_tables_are_written_is_told_as_such() {
    let folder = tempdir().unwrap();
    let recipe = recipe(PolicyName::None, &[ManifestFormat::Csv, ManifestFormat::Parquet]);
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..60_000)).unwrap();
    let data = loaded(&path, &recipe);
    let whole = folder.path().join("whole");
    write(&data, &recipe, &whole);
    let wanted = bytes_below(&whole);
    let sizes: Vec<u64> =
        ["decisions.csv", "decisions.parquet"].map(|name| wanted[Path::new(name)].len() as u64).into();
    let Some(disk) = Small::mounted(&folder.path().join("disk"), "size=64m") else { return };
    let out = disk.0.join("out");
    let target = Target { resume: true, step: 64 << 10, ..Target::new(&out) };
    let room = sizes[0] + sizes[1] / 2;
    disk.again(&format!("size={room}"));
    let error = write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap_err();
    assert!(error.exit_code() == 7 && error.to_string().contains("No space left"), "{error}");
    assert!(manifest::is_unfinished(&out), "what was finished can be gone on from");
    disk.again("size=64m");
    write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap();
    assert_eq!(bytes_below(&out), wanted);
}

#[test]
fn a_read_only_disk_refuses_and_keeps_what_it_has() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..100)).unwrap();
    let Some(disk) = Small::mounted(&folder.path().join("disk"), "size=4m") else { return };
    let (recipe, data, out) = (everything(), loaded(&path, &everything()), disk.0.join("out"));
    write(&data, &recipe, &out);
    let before = bytes_below(&out);
    disk.again("ro");
    let force = Target { force: true, ..Target::new(&out) };
    let error = write_with((&data, &recipe), Shard::WHOLE, &force, &Unobserved).unwrap_err();
    assert!(error.exit_code() == 7 && error.to_string().contains("Read-only"), "{error}");
    assert_eq!(bytes_below(&out), before);
}

#[test]
fn replacing_takes_the_whole_of_an_earlier_manifest_and_nothing_else() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..200)).unwrap();
    let out = folder.path().join("out");
    let names = || bytes_below(&out).into_keys().map(|name| name.display().to_string()).collect::<Vec<_>>().join(" ");
    let all = everything();
    write(&loaded(&path, &all), &all, &out);
    fs::write(out.join("notes.txt"), "mine").unwrap();
    assert_eq!(names(), "calibration.json data.jsonl decisions.csv notes.txt recipe.toml weights.npy");
    let fewer = recipe(PolicyName::Random, &[ManifestFormat::Jsonl]);
    let data = loaded(&path, &fewer);
    let told = fantail::manifest::occupied(&data.dataset, &fewer, &out);
    assert!(told.contains(&out.join("weights.npy")) && !told.contains(&out.join("notes.txt")), "{told:?}");
    let force = Target { force: true, ..Target::new(&out) };
    write_with((&data, &fewer), Shard::WHOLE, &force, &Unobserved).unwrap();
    assert_eq!(names(), "calibration.json decisions.jsonl notes.txt recipe.toml");
    // A shard in its place, and the manifest of what an earlier one wrote, which is the source now.
    write_with((&data, &all), Shard { number: 1, of: 2 }, &force, &Unobserved).unwrap();
    assert_eq!(names(), "data.jsonl decisions.csv notes.txt recipe.toml shard.json weights.npy");
    let source = out.join("data.jsonl");
    let again = loaded(&source, &fewer);
    write_with((&again, &fewer), Shard::WHOLE, &force, &Unobserved).unwrap();
    assert_eq!(names(), "calibration.json data.jsonl decisions.jsonl notes.txt recipe.toml");
}

#[test]
fn two_at_once_do_not_write_to_one_folder() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..9000)).unwrap();
    let (recipe, data, out) = (everything(), loaded(&path, &everything()), folder.path().join("out"));
    let other = Meddler::after(1, || {
        let error = write_with((&data, &recipe), Shard::WHOLE, &Target::new(&out), &Unobserved).unwrap_err();
        assert!(matches!(error, ManifestError::Busy { .. }), "{error}");
    });
    write_with((&data, &recipe), Shard::WHOLE, &Target::new(&out), &other).unwrap();
}
