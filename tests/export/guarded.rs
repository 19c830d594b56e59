//! Whatever may be replaced: what the dataset is read from, and what nobody here wrote, stays as it is.

use std::fs;
use std::path::Path;
use std::process::Command;

use fantail::manifest::{self, Contents, ManifestError, Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, PolicyName, Recipe};
use tempfile::tempdir;

use crate::{album, bytes_below, formats, lines, loaded, planned, recipe, write, write_with, written};

fn forced(folder: &Path) -> Target {
    Target { force: true, ..Target::new(folder) }
}

fn everything() -> Recipe {
    recipe(PolicyName::Random, &ManifestFormat::ALL)
}

fn exported(path: &Path, target: &Target) -> Result<manifest::Written, ManifestError> {
    write_with((&loaded(path, &everything()), &everything()), Shard::WHOLE, target, &Unobserved)
}

#[test]
fn a_folder_with_the_dataset_in_it_is_never_replaced() {
    let folder = tempdir().unwrap();
    let inner = folder.path().join("train");
    fs::create_dir(&inner).unwrap();
    let pictures = album(&folder, &[("cat", 20), ("dog", 5)]);
    let source = inner.join(pictures.file_name().unwrap());
    fs::rename(&pictures, &source).unwrap();
    // The manifest's folder would have the name of the one that holds the dataset.
    let renamed = folder.path().join(source.file_name().unwrap());
    fs::rename(&inner, &renamed).unwrap();
    let source = renamed.join(source.file_name().unwrap());
    let before = bytes_below(folder.path());
    let error = exported(&source, &forced(folder.path())).unwrap_err();
    assert!(matches!(error, ManifestError::IsSource { .. }), "{error}");
    assert_eq!(bytes_below(folder.path()), before);
}

#[test]
fn a_folder_that_no_manifest_made_is_never_replaced() {
    let folder = tempdir().unwrap();
    let source = album(&folder, &[("cat", 20), ("dog", 5)]);
    let out = folder.path().join("out");
    let other = out.join(source.file_name().unwrap());
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("thesis.txt"), "years of work").unwrap();
    let error = exported(&source, &forced(&out)).unwrap_err();
    assert!(matches!(&error, ManifestError::Foreign { path } if *path == other), "{error}");
    assert_eq!(fs::read_to_string(other.join("thesis.txt")).unwrap(), "years of work");
    // One that a manifest made is.
    fs::remove_dir_all(&other).unwrap();
    exported(&source, &Target::new(&out)).unwrap();
    exported(&source, &forced(&out)).unwrap();
}

#[test]
fn nothing_is_written_into_the_folder_of_a_dataset() {
    let folder = tempdir().unwrap();
    let pictures = album(&folder, &[("cat", 20), ("dog", 5)]);
    let shards = folder.path().join("shards");
    fs::create_dir(&shards).unwrap();
    fs::write(shards.join("a.jsonl"), lines(0..30)).unwrap();
    fs::write(shards.join("b.jsonl"), lines(30..60)).unwrap();
    let pattern = shards.join("*.jsonl");
    for (source, out) in [
        (&pictures, pictures.join("out")),
        (&pictures, pictures.clone()),
        (&shards, shards.clone()),
        (&shards, shards.join("deep/er")),
        (&pattern, shards.clone()),
    ] {
        let before = bytes_below(folder.path());
        let error = exported(source, &forced(&out)).unwrap_err();
        assert!(matches!(error, ManifestError::Inside { .. }), "{}: {error}", out.display());
        assert_eq!(bytes_below(folder.path()), before, "{}", out.display());
    }
    exported(&pattern, &Target::new(&folder.path().join("beside"))).unwrap();
}

#[test]
fn merging_replaces_no_source() {
    let folder = tempdir().unwrap();
    for source in formats(&folder) {
        let name = source.file_name().unwrap().to_str().unwrap().to_owned();
        let home = folder.path().join(format!("{name}-home"));
        fs::create_dir(&home).unwrap();
        let moved = home.join(&name);
        fs::rename(&source, &moved).unwrap();
        let (recipe, part) = (everything(), |number: u32| folder.path().join(format!("{name}-part-{number}")));
        let data = loaded(&moved, &recipe);
        for number in 1..=2 {
            write_with((&data, &recipe), Shard { number, of: 2 }, &Target::new(&part(number)), &Unobserved).unwrap();
        }
        let before = bytes_below(&home);
        let error = manifest::merge(&[part(1), part(2)], &forced(&home), &Unobserved).unwrap_err();
        assert!(matches!(error, ManifestError::IsSource { .. }), "{name}: {error}");
        assert_eq!(bytes_below(&home), before, "{name}");
    }
}

#[test]
fn files_that_the_recipe_names_and_tables_of_sql_are_guarded_too() {
    let folder = tempdir().unwrap();
    let (text, out) = (lines(0..60), folder.path().join("out"));
    fs::create_dir(&out).unwrap();
    let path = written(&folder, "data.jsonl", &text);
    let sidecar = out.join("decisions.jsonl");
    fs::write(&sidecar, "{\"id\": \"r1\", \"objects\": [\"cat\"]}\n").unwrap();
    let mut recipe = recipe(PolicyName::Random, &[ManifestFormat::Jsonl]);
    recipe.dataset.entities = Some(sidecar);
    let before = bytes_below(&out);
    let error = write_with((&loaded(&path, &recipe), &recipe), Shard::WHOLE, &forced(&out), &Unobserved).unwrap_err();
    assert!(matches!(error, ManifestError::IsSource { .. }), "{error}");
    assert_eq!(bytes_below(&out), before);

    let first = folder.path().join("sql");
    let told = |path: &Path, target: &Target| {
        let data = loaded(path, &everything());
        let (recipe, plan) = (everything(), planned(&data, &everything()));
        let contents =
            Contents { dataset: &data.dataset, index: &data.index, recipe: &recipe, plan: &plan, shard: Shard::WHOLE };
        manifest::write_sql(&contents, target, &Unobserved)
    };
    told(&path, &Target::new(&first)).unwrap();
    // What a file is, its content says.
    let table = first.join("load.sql");
    fs::write(&table, lines(0..60)).unwrap();
    let before = bytes_below(&first);
    let error = told(&table, &forced(&first)).unwrap_err();
    assert!(matches!(error, ManifestError::IsSource { .. }), "{error}");
    assert_eq!(bytes_below(&first), before);
}

#[test]
fn counts_replace_counts_alone() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "data.jsonl", &lines(0..60));
    let counts = folder.path().join("counts.json");
    let told = |out: &Path| {
        let fantail = Command::new(env!("CARGO_BIN_EXE_fantail"))
            .args(["stats".as_ref(), path.as_os_str(), "--counts-out".as_ref(), out.as_os_str()])
            .env("FANTAIL_CACHE_DIR", folder.path())
            .output();
        let output = fantail.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(told(&counts).0, Some(0));
    assert_eq!(told(&counts).0, Some(0));
    let (code, message) = told(&path);
    assert!(code == Some(7) && message.contains("was not written by fantail and is never replaced"), "{message}");
    assert_eq!(fs::read_to_string(&path).unwrap(), lines(0..60));
}

#[test]
fn a_file_that_joins_the_dataset_meanwhile_is_a_change() {
    let folder = tempdir().unwrap();
    let shards = folder.path().join("shards");
    fs::create_dir(&shards).unwrap();
    fs::write(shards.join("a.jsonl"), lines(0..30)).unwrap();
    let data = loaded(&shards, &everything());
    write(&data, &everything(), &folder.path().join("one"));
    fs::write(shards.join("b.jsonl"), lines(30..60)).unwrap();
    let target = Target::new(&folder.path().join("two"));
    let error = write_with((&data, &everything()), Shard::WHOLE, &target, &Unobserved).unwrap_err();
    assert!(matches!(error, ManifestError::Changed { .. }) && error.exit_code() == 3, "{error}");
    let (recipe, plan) = (everything(), planned(&data, &everything()));
    let contents =
        Contents { dataset: &data.dataset, index: &data.index, recipe: &recipe, plan: &plan, shard: Shard::WHOLE };
    let error = manifest::write_sql(&contents, &target, &Unobserved).unwrap_err();
    assert!(matches!(error, ManifestError::Changed { .. }), "{error}");
}
