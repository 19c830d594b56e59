//! Shards, threads and order change nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fantail::entity::Perspective;
use fantail::index::{Counts, Index};
use fantail::manifest::{self, ManifestError, Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, Override, OverrideAction, PolicyName, Recipe};
use tempfile::{TempDir, tempdir};

use crate::{album, array, bytes_below, coco, lines, list, loaded, recipe, record, table, write, write_with};

/// Writes the dataset in so many shards and puts them together.
pub(super) fn in_shards(path: &Path, recipe: &Recipe, (of, folder): (u32, &Path)) -> PathBuf {
    let data = loaded(path, recipe);
    let part = |number: u32| folder.join(format!("part-{number}"));
    for number in 1..=of {
        let told = write_with((&data, recipe), Shard { number, of }, &Target::new(&part(number)), &Unobserved).unwrap();
        assert!(told.files.iter().any(|file| file.path.ends_with("shard.json")));
    }
    let folders: Vec<PathBuf> = (1..=of).rev().map(part).collect();
    let out = folder.join("merged");
    manifest::merge(&folders, &Target::new(&out), &Unobserved).unwrap();
    out
}

fn sources(folder: &TempDir) -> Vec<PathBuf> {
    let written = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let parquet = folder.path().join("table.parquet");
    table(&parquet, 330);
    let several = folder.path().join("several");
    fs::create_dir(&several).unwrap();
    fs::write(several.join("a.json"), coco(30)).unwrap();
    fs::write(
        several.join("b.json"),
        coco(41)
            .replace("\"id\": ", "\"id\": 9")
            .replace("\"image_id\": ", "\"image_id\": 9")
            .replace("\"category_id\": ", "\"category_id\": 9"),
    )
    .unwrap();
    let broken = format!(
        "{}nothing
{}nothing
",
        list(&[("a", 70)]),
        list(&[("b", 8)])
    );
    vec![
        written("array.json", array(0..90)),
        written("lines.jsonl", lines(0..90)),
        written("broken.txt", broken),
        written("table.csv", (0..70).fold("id,label\n".to_owned(), |text, row| format!("{text}{row},l{}\n", row / 60))),
        written("coco.json", coco(57)),
        several,
        parquet,
        album(folder, &[("cat", 40), ("dog", 9)]),
    ]
}

#[test]
fn five_shards_merged_are_one_run() {
    let folder = tempdir().unwrap();
    for path in sources(&folder) {
        for policy in [PolicyName::Adr, PolicyName::Uniform] {
            let recipe = recipe(policy, &ManifestFormat::ALL);
            let name = path.file_name().unwrap().to_str().unwrap();
            let home = folder.path().join(format!("{name}-{policy}"));
            write(&loaded(&path, &recipe), &recipe, &home.join("whole"));
            let merged = in_shards(&path, &recipe, (5, &home));
            let (whole, merged) = (bytes_below(&home.join("whole")), bytes_below(&merged));
            assert_eq!(whole.keys().collect::<Vec<_>>(), merged.keys().collect::<Vec<_>>(), "{name}");
            for (file, bytes) in &whole {
                assert!(merged[file] == *bytes, "{name} {policy}: {} differs", file.display());
            }
        }
    }
}

#[test]
fn nothing_kept_and_more_shards_than_records_are_one_run_too() {
    let folder = tempdir().unwrap();
    for (name, text) in [("few.json", array(0..3)), ("few.jsonl", lines(0..3)), ("coco.json", coco(3))] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let mut nothing = recipe(PolicyName::Random, &ManifestFormat::ALL);
        nothing.rebalance.keep = 1e-12;
        for (kind, recipe) in [("all", recipe(PolicyName::None, &ManifestFormat::ALL)), ("none", nothing)] {
            let home = folder.path().join(format!("{name}-{kind}"));
            write(&loaded(&path, &recipe), &recipe, &home.join("whole"));
            let merged = in_shards(&path, &recipe, (7, &home));
            assert_eq!(bytes_below(&merged), bytes_below(&home.join("whole")), "{name} {kind}");
        }
    }
}

#[test]
fn shards_that_do_not_belong_together_are_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..30)).unwrap();
    let one = recipe(PolicyName::Adr, &[ManifestFormat::Native]);
    let other = Recipe { seed: 7, ..one.clone() };
    let data = loaded(&path, &one);
    let shard = |name: &str, recipe: &Recipe, number: u32| {
        let target = Target::new(&folder.path().join(name));
        write_with((&data, recipe), Shard { number, of: 2 }, &target, &Unobserved).unwrap();
        target.folder
    };
    let (a, b, c) = (shard("a", &one, 1), shard("b", &one, 2), shard("c", &other, 2));
    let refused = |folders: &[PathBuf]| {
        let error = manifest::merge(folders, &Target::new(&folder.path().join("out")), &Unobserved).unwrap_err();
        assert!(matches!(error, ManifestError::Unmergeable { .. }), "{error}");
        assert!(!folder.path().join("out").join("data.jsonl").exists());
        error.to_string()
    };
    assert!(refused(std::slice::from_ref(&a)).contains("1 of 2 shards"));
    assert!(refused(&[a.clone(), a.clone()]).contains("shard 1/2 where 2/2 is expected"));
    assert!(refused(&[a.clone(), c]).contains("another dataset, recipe or version"));
    assert!(refused(&[folder.path().to_path_buf()]).contains("shard.json cannot be read"));
    fs::write(b.join("data.jsonl"), "").unwrap();
    assert!(refused(&[a, b]).contains("shorter"));
}

#[test]
fn threads_change_no_byte_and_order_no_decision() {
    let folder = tempdir().unwrap();
    let recipe = recipe(PolicyName::Adr, &ManifestFormat::ALL);
    let path = folder.path().join("data.jsonl");
    fs::write(&path, lines(0..400)).unwrap();
    let on = |threads: usize| {
        let out = folder.path().join(format!("{threads} threads"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write(&loaded(&path, &recipe), &recipe, &out));
        bytes_below(&out)
    };
    assert_eq!(on(1), on(8));

    let shuffled = folder.path().join("shuffled.jsonl");
    // 149 and 400 have no common factor.
    fs::write(&shuffled, (0..400).map(|number| record(number * 149 % 400) + "\n").collect::<String>()).unwrap();
    let kept = |path: &Path, recipe: &Recipe| {
        let data = loaded(path, recipe);
        let name = path.file_name().unwrap().to_str().unwrap();
        let out = folder.path().join(format!("{} of {name}", recipe.rebalance.policy));
        let told = write(&data, recipe, &out);
        let text = fs::read_to_string(&told.files[0].path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let mut seen = BTreeSet::new();
    for policy in PolicyName::ALL.into_iter().filter(|&policy| policy != PolicyName::Subclass) {
        let mut recipe = crate::recipe(policy, &[ManifestFormat::Native]);
        (recipe.rebalance.pass_count, recipe.rebalance.repeat_threshold) = (2, 0.4);
        let lines = kept(&path, &recipe);
        assert_eq!(lines, kept(&shuffled, &recipe), "{policy}");
        seen.insert(lines.len());
    }
    assert!(seen.len() > 3, "{seen:?}");
}

#[test]
fn parts_under_the_counts_of_the_whole_are_decided_like_the_whole() {
    let folder = tempdir().unwrap();
    let recipe = {
        let mut recipe = recipe(PolicyName::Adr, &[ManifestFormat::Native]);
        recipe.rebalance.pass_count = 2;
        recipe
    };
    let (path, text) = (folder.path().join("whole.jsonl"), lines(0..300));
    fs::write(&path, &text).unwrap();
    fs::write(folder.path().join("recipe.toml"), recipe.effective()).unwrap();
    let whole = write(&loaded(&path, &recipe), &recipe, &folder.path().join("out"));
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fantail"))
            .current_dir(folder.path())
            .env("FANTAIL_CACHE_DIR", folder.path().join("cache"))
            .args(arguments)
            .output()
            .unwrap();
        let [told, printed] = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (output.status.code().unwrap(), told, printed)
    };
    let (mut joined, all) = (String::new(), text.lines().collect::<Vec<_>>());
    for (part, lines) in ["a", "b", "c"].into_iter().zip(all.chunks(130)) {
        fs::write(folder.path().join(format!("{part}.jsonl")), lines.join("\n") + "\n").unwrap();
        let told = run(&["stats", &format!("{part}.jsonl"), "--counts-out", &format!("{part}.counts")]);
        assert_eq!(told.0, 0, "{}", told.1);
    }
    for part in ["a", "b", "c"] {
        let (data, out) = (format!("{part}.jsonl"), format!("out-{part}"));
        let counts = ["--counts-in", "a.counts", "b.counts", "c.counts"];
        let told = run(&[&["apply", &data, "--recipe", "recipe.toml", "--out", &out], &counts[..]].concat());
        assert_eq!(told.0, 0, "{}", told.1);
        joined += &fs::read_to_string(folder.path().join(out).join(data)).unwrap();
    }
    assert_eq!(joined, fs::read_to_string(&whole.files[0].path).unwrap());
    // An entity that only another part holds is no mistake in the recipe of the whole.
    let mut pinned = recipe.clone();
    pinned.rebalance.overrides.push(Override::new(Perspective::Token, "unicorn", OverrideAction::Pin));
    fs::write(folder.path().join("pinned.toml"), pinned.effective()).unwrap();
    let unicorn =
        r#"{"id":"d","conversations":[{"from":"human","value":"What is it?"},{"from":"gpt","value":"A unicorn."}]}"#;
    fs::write(folder.path().join("d.jsonl"), format!("{unicorn}\n")).unwrap();
    assert_eq!(run(&["stats", "d.jsonl", "--counts-out", "d.counts"]).0, 0);
    let counts = ["--counts-in", "a.counts", "d.counts"];
    let told = run(&[&["preview", "a.jsonl", "--recipe", "pinned.toml"], &counts[..]].concat());
    assert_eq!(told.0, 0, "{}", told.1);
    let occurrences = |folder: &std::path::Path| {
        let record = fs::read_to_string(folder.join("calibration.json")).unwrap();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        [0, 1].map(|side| record["perspectives"]["token"]["occurrences"][side].as_u64().unwrap())
    };
    let of_parts = ["a", "b", "c"].map(|part| occurrences(&folder.path().join(format!("out-{part}"))));
    let of_whole = occurrences(&folder.path().join("out"));
    assert_eq!([0, 1].map(|side| of_parts.iter().map(|part| part[side]).sum::<u64>()), of_whole);
    fs::write(folder.path().join("none.toml"), "[rebalance]\npolicy = \"none\"\n").unwrap();
    let counts = ["--counts-in", "a.counts", "b.counts", "c.counts", "--format", "json"];
    let told = run(&[&["preview", "a.jsonl", "--recipe", "none.toml"], &counts[..]].concat());
    let told: serde_json::Value = serde_json::from_str(&told.2).unwrap();
    for (perspective, outcome) in told["perspectives"].as_object().unwrap() {
        let (gini, lost) = (&outcome["gini"], &outcome["entities_lost"]);
        assert!(gini[0] == gini[1] && lost.as_f64() == Some(0.0), "{perspective}: {outcome}");
    }
    let alone = run(&["preview", "a.jsonl", "--recipe", "recipe.toml", "--counts-in", "b.counts"]);
    assert!(alone.0 == 2 && alone.1.contains("do not fit"), "{alone:?}");
    let refused = [
        ("policy = \"uniform\"\nperspective = \"token\"\n", "against all others"),
        ("policy = \"target\"\nperspective = \"token\"\n", "fitted to all instances"),
        ("policy = \"adr\"\nsize = 50\n", "sought over all instances"),
        ("[[rebalance.override]]\nentity = \"token:dog\"\naction = { cap = 3 }\n", "weighs all of its instances"),
    ];
    for (rule, reason) in refused {
        fs::write(folder.path().join("recipe.toml"), format!("[rebalance]\n{rule}")).unwrap();
        let told = run(&["preview", "a.jsonl", "--recipe", "recipe.toml", "--counts-in", "a.counts"]);
        assert!(told.0 == 4 && told.1.contains("--shard") && told.1.contains(reason), "{told:?}");
    }
}

#[test]
fn parts_show_an_entity_as_the_whole_spells_it() {
    let folder = tempdir().unwrap();
    let of = |part: &str, spellings: &[(&str, usize)]| -> String {
        let each = |&(name, count): &(&str, usize)| {
            let line =
                move |number| format!("{{\"id\": \"{part}{name}{number}\", \"tokens\": [\"{name}\", \"bread\"]}}\n");
            (0..count).map(line).collect::<String>()
        };
        spellings.iter().map(each).collect()
    };
    // Each part shows the one that is rarer in the whole, or has it in both spellings.
    let parts =
        [of("a", &[("queen", 5), ("Queen", 4)]), of("b", &[("Queen", 6), ("queen", 2)]), of("c", &[("queen", 2)])];
    let recipe = recipe(PolicyName::Adr, &[ManifestFormat::Csv]);
    let open = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        loaded(&path, &recipe)
    };
    let names = |index: &Index| {
        let tokens = index.perspective(Perspective::Token).unwrap();
        (0..tokens.entities())
            .map(|rank| (tokens.names.get(rank).into_owned(), tokens.counts[rank]))
            .collect::<Vec<_>>()
    };
    let whole = names(&open("whole.jsonl", &parts.concat()).index);
    assert_eq!(whole, [("Queen".to_owned(), 19), ("bread".to_owned(), 19)]);
    let indexes = parts.iter().map(|part| open("part.jsonl", part).index).collect::<Vec<_>>();
    let mut sum = Counts::default();
    // What travels is a file.
    for index in &indexes {
        let text = serde_json::to_vec(&Counts::of(index)).unwrap();
        sum.add(serde_json::from_slice(&text).unwrap());
    }
    for index in indexes {
        assert_eq!(names(&index.under(&sum).unwrap()), whole);
    }
}

/// The recipe names the file of subclasses, and not what is in it.
#[test]
fn shards_by_other_subclasses_are_not_merged() {
    let folder = tempdir().unwrap();
    let (path, file) = (folder.path().join("data.csv"), folder.path().join("subclasses.jsonl"));
    fs::write(&path, (0..60).fold("id,label\n".to_owned(), |text, row| format!("{text}{row},l{}\n", row / 50)))
        .unwrap();
    let split = |into: usize| {
        let line = |row: usize| format!("{{\"id\": \"{row}\", \"label\": \"l0\", \"subclass\": {}}}\n", row % into);
        fs::write(&file, (0..50).map(line).collect::<String>()).unwrap();
    };
    let mut recipe = recipe(PolicyName::Subclass, &[ManifestFormat::Csv]);
    recipe.rebalance.subclasses = Some(file.clone());
    let part = |number: u32, name: &str| {
        let (data, folder) = (loaded(&path, &recipe), folder.path().join(name));
        write_with((&data, &recipe), Shard { number, of: 2 }, &Target::new(&folder), &Unobserved).unwrap();
        folder
    };
    split(2);
    let (first, second) = (part(1, "first"), part(2, "second"));
    manifest::merge(&[first.clone(), second], &Target::new(&folder.path().join("same")), &Unobserved).unwrap();
    split(5);
    let other = part(2, "other");
    let told = manifest::merge(&[first, other], &Target::new(&folder.path().join("mixed")), &Unobserved).unwrap_err();
    assert!(told.to_string().contains("subclasses are not those of the first shard"), "{told}");
}
