//! A schedule's stages: a weight of every instance for each of them, in tables and arrays, named in provenance.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicUsize;

use fantail::manifest::{Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, PolicyName, Recipe};
use fantail::{plan, policy};
use polars::prelude::{ParquetReader, SerReader};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::shards::in_shards;
use crate::tables::elements;
use crate::{Impatient, bytes_below, list, loaded, recipe, write, write_with};

/// Temperature 2, with two stages: 4 and then 1.
fn schedule(formats: &[ManifestFormat]) -> Recipe {
    let mut recipe = recipe(PolicyName::Temperature, formats);
    recipe.rebalance.stages = vec![4.0, 1.0];
    recipe
}

#[test]
fn every_stage_has_a_weight_for_every_instance() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("list.txt");
    // 16 of one, 4 of another, 1 of a third: shares 16^¼ : 4^¼ : 1 = 2 : √2 : 1 of 21, over 16, 4 and 1.
    fs::write(&path, list(&[("many", 16), ("some", 4), ("one", 1)]) + "nothing\n").unwrap();
    let recipe = schedule(&ManifestFormat::ALL);
    let data = loaded(&path, &recipe);
    let out = folder.path().join("out");
    write(&data, &recipe, &out);
    let whole = 2.0 + 2.0_f64.sqrt() + 1.0;
    let first = [21.0 * 2.0 / whole / 16.0, 21.0 * 2.0_f64.sqrt() / whole / 4.0, 21.0 / whole];
    let files = bytes_below(&out);
    let array = |name: &str| -> Vec<f64> {
        elements(&files[Path::new(name)], "<f8").into_iter().map(f64::from_le_bytes).collect()
    };
    let (flat, last) = (array("weights-stage1.npy"), array("weights-stage2.npy"));
    assert_eq!((flat.len(), last.len()), (22, 22));
    for (place, wanted) in [(0, first[0]), (16, first[1]), (20, first[2]), (21, 0.0)] {
        assert!((flat[place] - wanted).abs() < 1e-9, "{place}: {} is not {wanted}", flat[place]);
    }
    assert!(last[..21].iter().all(|weight| (weight - 1.0).abs() < 1e-9), "T = 1 leaves weights as they are");

    // What is kept, and how often, is the recipe's own temperature's, whatever the stages are.
    let mut plain = recipe.clone();
    plain.rebalance.stages.clear();
    let beside = folder.path().join("plain");
    write(&data, &plain, &beside);
    let without = bytes_below(&beside);
    for name in ["weights.npy", "indices.npy", "list.txt"] {
        assert_eq!(files[Path::new(name)], without[Path::new(name)], "{name}");
    }
    assert!(!without.contains_key(Path::new("weights-stage1.npy")));

    let text = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let csv = fs::read_to_string(out.join("decisions.csv")).unwrap();
    assert!(csv.lines().next().unwrap().ends_with(",path,stage,weight_stage1,weight_stage2"));
    let frame = ParquetReader::new(fs::File::open(out.join("decisions.parquet")).unwrap()).finish().unwrap();
    let columns = ["weight_stage1", "weight_stage2"].map(|name| frame.column(name).unwrap().f64().unwrap().clone());
    for (number, stage) in policy::stages(&recipe).iter().enumerate() {
        let weights = plan::weights(&data.index, &stage.recipe, 0..21).unwrap();
        for (instance, weight) in weights.iter().enumerate() {
            let name = format!("weight_stage{}", number + 1);
            assert!((rows[instance][&name].as_f64().unwrap() - weight).abs() < 1e-12);
            assert_eq!(columns[number].get(instance), Some(*weight));
            let line: Vec<&str> = csv.lines().nth(instance + 1).unwrap().split(',').collect();
            assert_eq!(line[11 + number].parse(), Ok(*weight));
        }
    }
    let told: Value = serde_json::from_slice(&files[Path::new("calibration.json")]).unwrap();
    let stage = |number: usize, name: &str| json!({"stage": number, "name": name, "column": format!("weight_stage{number}"), "file": format!("weights-stage{number}.npy")});
    assert_eq!(told["stages"], json!([stage(1, "temperature=4"), stage(2, "temperature=1")]));
    let listed: Vec<&str> =
        told["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert!(listed.contains(&"weights-stage1.npy") && listed.contains(&"weights-stage2.npy"), "{listed:?}");
}

#[test]
fn stages_in_shards_and_after_interruptions_are_one_run() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("list.txt");
    fs::write(&path, list(&[("many", 9000), ("some", 800), ("one", 30)])).unwrap();
    for balance_by in [fantail::recipe::BalanceBy::Resampling, fantail::recipe::BalanceBy::Weights] {
        let mut recipe = schedule(&ManifestFormat::ALL);
        recipe.rebalance.balance_by = balance_by;
        let home = folder.path().join(format!("{balance_by:?}"));
        let data = loaded(&path, &recipe);
        write(&data, &recipe, &home.join("whole"));
        let whole = bytes_below(&home.join("whole"));
        assert!(in_shards(&path, &recipe, (5, &home)).is_dir());
        assert_eq!(whole, bytes_below(&home.join("merged")));
        let target = Target { resume: true, step: 20_000, ..Target::new(&home.join("out")) };
        let mut stops = 0;
        for patience in (2..).step_by(7) {
            let impatient = Impatient(AtomicUsize::new(patience));
            if write_with((&data, &recipe), Shard::WHOLE, &target, &impatient).is_ok() {
                break;
            }
            stops += 1;
        }
        assert!(stops > 2, "{stops}");
        assert_eq!(whole, bytes_below(&target.folder));
        // And what is finished is found again.
        write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap();
        assert_eq!(whole, bytes_below(&target.folder));
    }
}
