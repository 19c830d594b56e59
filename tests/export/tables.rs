//! Tables of decisions and arrays for samplers.

use std::fs;

use fantail::plan;
use fantail::recipe::{ManifestFormat, PolicyName};
use polars::prelude::{ParquetReader, SerReader};
use serde_json::Value;
use tempfile::tempdir;

use crate::{array, bytes_below, lines, loaded, planned, recipe, write};

const TABLES: &[ManifestFormat] = &[
    ManifestFormat::Parquet,
    ManifestFormat::Jsonl,
    ManifestFormat::Csv,
    ManifestFormat::Weights,
    ManifestFormat::Indices,
];

/// The elements of a `.npy` array, as bytes, after a header that names their type and number.
pub(super) fn elements(bytes: &[u8], kind: &str) -> Vec<[u8; 8]> {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + length) % 64, 0);
    let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
    let found: Vec<[u8; 8]> = bytes[10 + length..].chunks(8).map(|chunk| chunk.try_into().unwrap()).collect();
    let told = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({},), }}", found.len());
    assert_eq!(header.trim_end(), told);
    found
}

#[test]
fn a_row_says_what_happens_to_an_instance_and_why() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("llava.json");
    fs::write(&path, array(0..80).replacen("[\n", "[\n{\"id\": \"x\", \"conversations\": 5},\n", 1)).unwrap();
    let recipe = recipe(PolicyName::Adr, TABLES);
    let data = loaded(&path, &recipe);
    let out = folder.path().join("out");
    let told = write(&data, &recipe, &out);
    let rows: Vec<u64> = told.files.iter().map(|file| file.rows).collect();
    assert_eq!(rows, [80, 80, 80, 81, told.tally.after, 0, 0]);

    let text = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
    let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (number, row) in objects.iter().enumerate() {
        let why = plan::explain(&data.index, &recipe, number).unwrap().unwrap();
        assert_eq!(row["id"], format!("r{number}"));
        assert_eq!(row["decision"], if why.repeat > 0 { "keep" } else { "drop" });
        assert_eq!((row["repeat"].as_u64(), row["weight"].as_f64()), (Some(u64::from(why.repeat)), Some(why.weight)));
        assert_eq!((&row["path"], &row["source"]), (&format!("{number}.jpg").into(), &"llava.json".into()));
        assert!(row["reason"].as_str().unwrap().starts_with("adr: "), "{row}");
        assert!(row["seed_id"].is_null() && row["guidance"].is_null());
    }

    let csv = fs::read_to_string(out.join("decisions.csv")).unwrap();
    assert!(csv.starts_with(
        "id,source,decision,repeat,weight,keep_probability,reason,seed_id,guidance,path,stage\nr0,llava.json,"
    ));
    assert_eq!(csv.lines().count(), 81);

    let frame = ParquetReader::new(fs::File::open(out.join("decisions.parquet")).unwrap()).finish().unwrap();
    let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    assert_eq!(names.join(","), csv.lines().next().unwrap());
    let repeats: u64 = frame.column("repeat").unwrap().u32().unwrap().iter().flatten().map(u64::from).sum();
    assert_eq!((frame.height(), repeats), (80, told.tally.after));
    for (text, object) in frame.column("reason").unwrap().str().unwrap().iter().zip(&objects) {
        assert_eq!(text, object["reason"].as_str());
    }
}

/// What a row says, from the explanation of its instance.
fn told(policy: &str, why: &plan::Explanation) -> String {
    if let Some(decider) = why.overridden.as_ref().filter(|decider| decider.changed) {
        return format!("override: {}", decider.entity);
    }
    if why.no_entity {
        return format!("{policy}: no entity");
    }
    let named = |vote: &plan::VoteExplanation| {
        format!("{} {}", vote.perspective.key(), vote.entity.as_deref().unwrap_or("none"))
    };
    let voted: Vec<String> = why.votes.iter().filter(|vote| vote.passed).map(named).collect();
    let nearest = why.votes.iter().max_by(|a, b| a.pass_probability.total_cmp(&b.pass_probability));
    match (nearest, voted.is_empty()) {
        (None, _) => policy.to_owned(),
        (Some(_), false) => format!("{policy}: {}", voted.join(", ")),
        (Some(nearest), true) => format!("{policy}: no vote, nearest {}", named(nearest)),
    }
}

#[test]
fn every_policys_reasons_are_those_of_the_explanations() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    let bare = "{\"id\": \"bare\", \"image\": [\"\", \"b.jpg\", \"c.jpg\"], \"conversations\": [{\"from\": \"gpt\", \"value\": \"So.\"}]}\n";
    fs::write(
        &path,
        lines(0..300)
            + bare
            + "{\"id\": 12, \"conversations\": [{\"from\": \"gpt\", \"value\": \"A z\\u00e9bra.\"}]}\n",
    )
    .unwrap();
    let overrides = "[[rebalance.override]]\nentity = \"token:dog\"\naction = { cap = 40 }\n\
                     [[rebalance.override]]\nentity = \"token:cat\"\naction = \"exclude\"\n\
                     [[rebalance.override]]\nentity = \"token:zebra\"\naction = \"pin\"\n";
    let thresholds: String = ["token", "object", "co_occurrence", "interrogation"]
        .iter()
        .map(|perspective| format!("{perspective} = {{ count = 1 }}\n"))
        .collect();
    let mut reasons = std::collections::BTreeSet::new();
    for (policy, extra) in PolicyName::ALL
        .iter()
        .filter(|&&policy| policy != PolicyName::Subclass)
        .flat_map(|&policy| [(policy, ""), (policy, overrides)])
    {
        let text = format!(
            "[threshold]\n{thresholds}[rebalance]\npolicy = \"{policy}\"\npass_count = 2\n{extra}\n[export]\nformats = [\"jsonl\"]\n"
        );
        let file = folder.path().join("recipe.toml");
        fs::write(&file, text).unwrap();
        let recipe = fantail::recipe::Recipe::load(&file).unwrap();
        let data = loaded(&path, &recipe);
        let out = folder.path().join(format!("{policy}{}", extra.len()));
        write(&data, &recipe, &out);
        let rows = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
        for (number, row) in rows.lines().enumerate() {
            let row: Value = serde_json::from_str(row).unwrap();
            let why = plan::explain(&data.index, &recipe, number).unwrap().unwrap();
            assert_eq!(row["reason"], told(policy.key(), &why), "{policy} {number}");
            // Reading a number from JSON may be off by its last bit.
            let near = |member: &str, value: f64| (row[member].as_f64().unwrap() - value).abs() < 1e-12;
            assert!(near("keep_probability", why.keep_probability) && near("weight", why.weight), "{policy} {row}");
            assert_eq!(row["repeat"].as_u64(), Some(why.repeat.into()));
            reasons.insert(row["reason"].as_str().unwrap().split(' ').take(3).collect::<Vec<_>>().join(" "));
        }
        let last: Vec<Value> = rows.lines().skip(300).map(|row| serde_json::from_str(row).unwrap()).collect();
        assert_eq!((&last[0]["path"], &last[1]["path"]), (&"b.jpg".into(), &Value::Null));
        assert_eq!((&last[0]["id"], &last[1]["id"]), (&"bare".into(), &"12".into()));
    }
    for kind in ["adr: no entity", "adr: no vote,", "override: token:cat", "override: token:dog", "random"] {
        assert!(reasons.contains(kind), "{kind} is not among {reasons:?}");
    }
}

#[test]
fn arrays_stand_in_the_rows_of_the_source() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("list.txt");
    let lines: Vec<String> = (0..40)
        .map(|row| if row == 3 { "nothing".to_owned() } else { format!("{row}.jpg {}", usize::from(row >= 35)) })
        .collect();
    fs::write(&path, lines.join("\n")).unwrap();
    let recipe = recipe(PolicyName::Uniform, TABLES);
    let data = loaded(&path, &recipe);
    assert_eq!((data.dataset.len(), data.dataset.rows()), (39, 40));
    let out = folder.path().join("out");
    write(&data, &recipe, &out);
    let files = bytes_below(&out);
    let weights: Vec<f64> =
        elements(&files[std::path::Path::new("weights.npy")], "<f8").into_iter().map(f64::from_le_bytes).collect();
    assert_eq!(weights.len(), 40);
    assert!(weights[3].abs() < f64::EPSILON, "what could not be used weighs nothing");
    assert!((weights[0] - 39.0 / 2.0 / 34.0).abs() < 1e-9 && (weights[39] - 39.0 / 2.0 / 5.0).abs() < 1e-9);
    let indices: Vec<i64> =
        elements(&files[std::path::Path::new("indices.npy")], "<i8").into_iter().map(i64::from_le_bytes).collect();
    let plan = planned(&data, &recipe);
    let wanted: Vec<i64> = (0..39)
        .flat_map(|number| {
            let row = i32::try_from(if number < 3 { number } else { number + 1 }).unwrap();
            std::iter::repeat_n(i64::from(row), plan.repeat(number) as usize)
        })
        .collect();
    assert_eq!(indices, wanted);
}

#[test]
fn a_plan_as_sql_is_written_as_a_whole_and_never_over_what_is_there() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("data.jsonl"), lines(0..300)).unwrap();
    fs::write(folder.path().join("recipe.toml"), "[rebalance]\npass_count = 2\n").unwrap();
    let plan = |more: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_fantail"))
            .current_dir(folder.path())
            .env("FANTAIL_CACHE_DIR", folder.path().join("cache"))
            .args(["plan", "data.jsonl", "--recipe", "recipe.toml", "--emit", "sql", "--out", "sql"])
            .args(more)
            .output()
            .unwrap()
    };
    let done = plan(&[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let out = folder.path().join("sql");
    let before = bytes_below(&out);
    let mut names: Vec<String> = fantail::manifest::SQL_FILES.map(str::to_owned).to_vec();
    names.push("recipe.toml".to_owned());
    names.sort();
    assert_eq!(before.keys().map(|name| name.display().to_string()).collect::<Vec<_>>(), names);
    let read = |name: &str| ParquetReader::new(fs::File::open(out.join(name)).unwrap()).finish().unwrap();
    let data = loaded(&folder.path().join("data.jsonl"), &fantail::recipe::Recipe::default());
    let held: usize = data.index.perspectives.iter().map(|entry| entry.by_instance.values().len()).sum();
    assert_eq!((read("instances.parquet").height(), read("entities.parquet").height()), (300, held));
    let draws = read("entities.parquet");
    let draws = draws.column("draw").unwrap().f64().unwrap().clone();
    assert!(draws.iter().all(|draw| draw.is_some_and(|draw| (0.0..1.0).contains(&draw))));
    let mean = draws.iter().flatten().sum::<f64>() / held as f64;
    assert!((mean - 0.5).abs() < 0.05, "{mean}");
    let again = plan(&[]);
    assert_eq!(again.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&again.stderr).contains("instances.parquet is there already"));
    assert!(plan(&["--force"]).status.success());
    assert_eq!(bytes_below(&out), before);
}
