//! Only what belongs together is merged: the same counts, the same plan, and the very files that the shards wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fantail::index::Counts;
use fantail::load::Loaded;
use fantail::manifest::{self, ManifestError, Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, Pictures, PolicyName, Recipe};
use tempfile::tempdir;

use crate::{album, bytes_below, lines, loaded, recipe, write, write_with};

fn halves(data: &Loaded, recipe: &Recipe, home: &Path) -> [PathBuf; 2] {
    [1, 2].map(|number| {
        let target = Target::new(&home.join(number.to_string()));
        write_with((data, recipe), Shard { number, of: 2 }, &target, &Unobserved).unwrap();
        target.folder
    })
}

fn refused(folders: &[PathBuf], home: &Path) -> String {
    let out = home.join("refused");
    let error = manifest::merge(folders, &Target::new(&out), &Unobserved).unwrap_err();
    assert!(matches!(error, ManifestError::Unmergeable { .. }) && error.exit_code() == 3, "{error}");
    assert!(!out.exists() || bytes_below(&out).is_empty(), "{:?}", bytes_below(&out).keys());
    error.to_string()
}

#[test]
fn shards_under_other_counts_are_not_merged() {
    let folder = tempdir().unwrap();
    let open = |name: &str, records: usize, recipe: &Recipe| {
        let path = folder.path().join(name);
        fs::write(&path, lines(0..records)).unwrap();
        loaded(&path, recipe)
    };
    // Nothing is dropped under either: only the weights differ.
    for policy in [PolicyName::None, PolicyName::Adr] {
        let recipe = recipe(policy, &[ManifestFormat::Native, ManifestFormat::Weights]);
        let under = |records: usize| {
            let counts = Counts::of(&open("whole.jsonl", records, &recipe).index);
            let Loaded { dataset, index } = open("data.jsonl", 80, &recipe);
            Loaded { dataset, index: index.under(&counts).unwrap() }
        };
        let home = folder.path().join(policy.to_string());
        let (few, many) =
            (halves(&under(160), &recipe, &home.join("few")), halves(&under(800), &recipe, &home.join("many")));
        let told = refused(&[few[0].clone(), many[1].clone()], &home);
        assert!(told.contains("many/2") && told.contains("--counts-in"), "{told}");
        manifest::merge(&many, &Target::new(&home.join("merged")), &Unobserved).unwrap();
    }
}

#[test]
fn a_file_that_is_not_the_shards_own_is_named() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..600)).unwrap();
    let recipe = recipe(PolicyName::Random, &ManifestFormat::ALL);
    let data = loaded(&path, &recipe);
    let whole = folder.path().join("whole");
    write(&data, &recipe, &whole);
    let shards = halves(&data, &recipe, folder.path());
    for name in ["decisions.parquet", "decisions.csv", "data.jsonl", "weights.npy", "indices.npy"] {
        let (file, other) = (shards[0].join(name), shards[1].join(name));
        let own = fs::read(&file).unwrap();
        let mut altered = own.clone();
        *altered.last_mut().unwrap() ^= 1;
        let others = [fs::read(&other).unwrap(), altered, own[..own.len() - 9].to_vec()];
        // Weights of other rows may be the very same.
        for wrong in others.into_iter().filter(|wrong| *wrong != own) {
            fs::write(&file, wrong).unwrap();
            let told = refused(&shards, folder.path());
            assert!(told.contains(&file.display().to_string()) && told.contains("write its shard anew"), "{told}");
        }
        fs::remove_file(&file).unwrap();
        assert!(refused(&shards, folder.path()).contains(name));
        fs::write(&file, own).unwrap();
    }
    let merged = folder.path().join("merged");
    manifest::merge(&shards, &Target::new(&merged), &Unobserved).unwrap();
    assert!(bytes_below(&merged) == bytes_below(&whole));
}

#[test]
fn a_folder_with_a_picture_more_or_less_is_named() {
    let folder = tempdir().unwrap();
    let root = album(&folder, &[("cat", 12), ("dog", 9)]);
    for images in [Pictures::Links, Pictures::Copies] {
        let mut recipe = recipe(PolicyName::None, &[ManifestFormat::Native]);
        recipe.export.images = images;
        let home = folder.path().join(format!("{images:?}"));
        let shards = halves(&loaded(&root, &recipe), &recipe, &home);
        let picture = shards[0].join("album/cat/1.jpg");
        fs::rename(&picture, shards[0].join("album/cat/1.png")).unwrap();
        assert!(refused(&shards, &home).contains("1/album"));
        fs::remove_file(shards[0].join("album/cat/1.png")).unwrap();
        assert!(refused(&shards, &home).contains("1/album"));
    }
}

#[test]
fn one_shard_of_one_is_merged_and_a_whole_export_is_said_to_be_one() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("data.jsonl"), lines(0..90)).unwrap();
    fs::write(folder.path().join("recipe.toml"), recipe(PolicyName::Adr, &ManifestFormat::ALL).effective()).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fantail"))
            .current_dir(folder.path())
            .env("FANTAIL_CACHE_DIR", folder.path().join("cache"))
            .args(arguments)
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let apply = ["apply", "data.jsonl", "--recipe", "recipe.toml", "--out"];
    assert_eq!(run(&[&apply[..], &["whole"]].concat()).0, 0);
    assert_eq!(run(&[&apply[..], &["part", "--shard", "1/1"]].concat()).0, 0);
    let merged = run(&["merge", "part", "--out", "merged"]);
    assert_eq!(merged.0, 0, "{}", merged.1);
    assert!(bytes_below(&folder.path().join("merged")) == bytes_below(&folder.path().join("whole")));
    let told = run(&["merge", "whole", "--out", "again"]);
    assert!(told.0 == 3 && told.1.contains("holds a whole export"), "{told:?}");
}
