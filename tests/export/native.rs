//! The dataset's own format, for every format.

use std::fs;
use std::path::Path;

use fantail::manifest::{CALIBRATION, RECIPE, Shard, Target};
use fantail::progress::Unobserved;
use fantail::recipe::{ManifestFormat, Pictures, PolicyName, Recipe};
use fantail::source::SetAsideKind;
use serde_json::Value;
use tempfile::tempdir;

use crate::{
    CLASSES, album, array, assert_round_trip, bytes_below, coco, formats, lines, list, loaded, planned, recipe, record,
    table, write, write_with, written,
};

const NATIVE: &[ManifestFormat] = &[ManifestFormat::Native];

/// COCO in LVIS's dialect: image counts and frequencies of categories, images by their address.
fn lvis(images: usize) -> String {
    coco(images)
        .replace("\"file_name\": \"", "\"coco_url\": \"http://images.cocodataset.org/train2017/")
        .replace("{\"id\": 1, ", "{\"frequency\": \"f\", \"image_count\": 60, \"instance_count\": 160, \"synonyms\": [\"person\"], \"id\": 1, ")
        .replace("{\"id\": 2, ", "{\"frequency\": \"c\", \"image_count\": 18, \"instance_count\": 18, \"synonyms\": [\"zebra\"], \"id\": 2, ")
        .replace("{\"id\": 3, ", "{\"frequency\": \"r\", \"image_count\": 6, \"instance_count\": 6, \"synonyms\": [\"toaster\"], \"id\": 3, ")
}

/// Wherever a wrapped array ends early, what is written of it is whole.
#[test]
fn a_file_that_ends_early_gives_a_manifest_that_does_not() {
    let folder = tempdir().unwrap();
    let records: Vec<String> = (0..12).map(record).collect();
    let whole = format!("{{\"info\": {{\"a\": 1}}, \"data\": [{}\n], \"more\": [1]}}\n", records.join(", "));
    let recipe = recipe(PolicyName::None, NATIVE);
    for cut in (0..160).step_by(3) {
        let path = written(&folder, "cut.json", &whole[..whole.len() - cut]);
        let Ok((data, _)) = fantail::load::load(&path, &recipe, &Unobserved, &fantail::index::cache::Cache::none())
        else {
            continue;
        };
        let out = folder.path().join(format!("out-{cut}"));
        let told = write(&data, &recipe, &out);
        let text = fs::read(&told.files[0].path).unwrap();
        let found: Value = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("cut by {cut}: {error}"));
        assert_eq!(found["data"].as_array().unwrap().len() as u64, told.tally.after, "cut by {cut}");
        assert!(told.tally.after >= 10, "cut by {cut}");
    }
}

#[test]
fn every_format_opens_again_with_the_plans_counts() {
    let folder = tempdir().unwrap();
    for path in formats(&folder).into_iter().chain([written(&folder, "lvis.json", &lvis(60))]) {
        for policy in [PolicyName::Adr, PolicyName::Random, PolicyName::Uniform, PolicyName::RepeatFactor] {
            let mut recipe = recipe(policy, NATIVE);
            recipe.rebalance.repeat_threshold = 0.4;
            let data = loaded(&path, &recipe);
            let out = folder.path().join(format!("{}-{policy}", path.file_name().unwrap().to_str().unwrap()));
            let told = write(&data, &recipe, &out);
            assert_round_trip(&data, &recipe, &told.files[0].path);
            assert_eq!(told.files[0].rows, told.tally.after);
            accounted(&out);
        }
    }
}

#[test]
fn each_output_of_each_format_accounts_for_every_record() {
    let folder = tempdir().unwrap();
    for path in formats(&folder).into_iter().chain([written(&folder, "lvis.json", &lvis(60))]) {
        for policy in [PolicyName::Random, PolicyName::RepeatFactor] {
            let mut recipe = recipe(policy, &ManifestFormat::ALL);
            recipe.rebalance.repeat_threshold = 0.9;
            let data = loaded(&path, &recipe);
            let name = format!("{} {policy}", path.file_name().unwrap().to_str().unwrap());
            let out = folder.path().join(&name);
            let told = write(&data, &recipe, &out);
            let (provenance, tally) = (accounted(&out), told.tally);
            assert!(tally.dropped > 0 || tally.after > tally.kept, "{name}: nothing happens");
            assert_eq!(provenance["records"]["read"], data.dataset.rows(), "{name}");
            for file in provenance["files"].as_array().unwrap() {
                let rows = match file["name"].as_str().unwrap() {
                    "decisions.parquet" | "decisions.jsonl" | "decisions.csv" => tally.instances,
                    "weights.npy" => data.dataset.rows(),
                    RECIPE => 0,
                    _ => tally.after,
                };
                assert_eq!(file["rows"], rows, "{name}: {file}");
            }
            let rows = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
            let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let sum = |wanted: &str| rows.iter().filter(|row| row["decision"] == wanted).count() as u64;
            assert_eq!((sum("keep"), sum("drop")), (tally.kept, tally.dropped), "{name}");
            assert_eq!(rows.iter().map(|row| row["repeat"].as_u64().unwrap()).sum::<u64>(), tally.after, "{name}");
        }
    }
}

#[test]
fn lvis_stays_lvis() {
    let folder = tempdir().unwrap();
    let text = lvis(60);
    let recipe = recipe(PolicyName::Random, NATIVE);
    let data = loaded(&written(&folder, "lvis.json", &text), &recipe);
    assert_eq!(data.dataset.format(), fantail::source::Format::Lvis);
    let told = write(&data, &recipe, &folder.path().join("out"));
    let copy: Value = serde_json::from_slice(&fs::read(&told.files[0].path).unwrap()).unwrap();
    let source: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(copy["categories"], source["categories"], "with their counts and frequencies, which speak of the whole");
    let images = copy["images"].as_array().unwrap();
    assert_eq!(images.len() as u64, told.tally.kept);
    assert!(told.tally.dropped > 5 && images.iter().all(|image| source["images"].as_array().unwrap().contains(image)));
    let again = loaded(&told.files[0].path, &recipe);
    assert_eq!(again.dataset.format(), fantail::source::Format::Lvis);
}

#[test]
fn what_is_set_aside_is_accounted_for_in_every_format() {
    let folder = tempdir().unwrap();
    let csv: String = (0..50).map(|row| format!("{row},a dog,l{}\n", row % 3)).collect();
    let broken = [
        written(&folder, "a.json", &array(0..50).replacen("[\n", "[\n{\"id\": \"x\", \"conversations\": 5},\n", 1)),
        written(&folder, "a.jsonl", &format!("{{\"id\": 3, \n{}", lines(0..50))),
        written(&folder, "a.txt", &format!("{}nothing\n", list(CLASSES))),
        written(&folder, "a.csv", &format!("id,caption,label\n{csv}x,\"open,l1\n")),
        written(&folder, "coco.json", &coco(50).replacen("\"images\": [", "\"images\": [7, ", 1)),
        written(&folder, "lvis.json", &lvis(50).replacen("\"images\": [", "\"images\": [7, ", 1)),
        nameless(&folder.path().join("a.parquet")),
    ];
    for path in broken {
        let recipe = recipe(PolicyName::Random, NATIVE);
        let data = loaded(&path, &recipe);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(!data.dataset.set_aside().is_empty(), "{name}");
        let out = folder.path().join(format!("{name}.out"));
        let told = write(&data, &recipe, &out);
        assert_round_trip(&data, &recipe, &told.files[0].path);
        let provenance = accounted(&out);
        let number = |member: &str| provenance["records"][member].as_u64().unwrap();
        assert_eq!(number("read"), data.dataset.rows(), "{name}");
        assert_eq!((number("set_aside"), number("kept")), (data.dataset.set_aside().len() as u64, told.tally.kept));
        assert_eq!(provenance["set_aside"].as_array().unwrap().len() as u64, number("set_aside"));
    }
}

/// A Parquet table of which one row has no id.
fn nameless(path: &Path) -> std::path::PathBuf {
    use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};
    let id = |row: usize| (row != 7).then(|| format!("r{row}"));
    let columns = vec![
        Column::from(Series::new("id".into(), (0..40).map(id).collect::<Vec<Option<String>>>())),
        Column::from(Series::new("label".into(), (0..40).map(|row| ["a", "b"][row % 2]).collect::<Vec<&str>>())),
    ];
    ParquetWriter::new(fs::File::create(path).unwrap()).finish(&mut DataFrame::new(40, columns).unwrap()).unwrap();
    path.to_path_buf()
}

/// Every record of the source went somewhere, by the provenance.
fn accounted(out: &Path) -> Value {
    let told: Value = serde_json::from_slice(&fs::read(out.join(CALIBRATION)).unwrap()).unwrap();
    let number = |name: &str| told["records"][name].as_u64().unwrap();
    assert_eq!(number("kept") + number("dropped") + number("set_aside"), number("read"));
    assert_eq!(told["files"][0]["rows"], told["records"]["written"]);
    assert!(Recipe::load(&out.join(RECIPE)).is_ok());
    told
}

#[test]
fn keeping_all_of_coco_gives_the_file_back_and_dropping_takes_whole_records() {
    let folder = tempdir().unwrap();
    let text = coco(60);
    let path = written(&folder, "coco.json", &text);
    let everything = recipe(PolicyName::None, NATIVE);
    let told = write(&loaded(&path, &everything), &everything, &folder.path().join("all"));
    assert_eq!(fs::read_to_string(&told.files[0].path).unwrap(), text);

    let half = recipe(PolicyName::Random, NATIVE);
    let data = loaded(&path, &half);
    let told = write(&data, &half, &folder.path().join("half"));
    let copy = fs::read_to_string(&told.files[0].path).unwrap();
    let (before, after): (Value, Value) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&copy).unwrap());
    assert_eq!((&before["info"], &before["categories"]), (&after["info"], &after["categories"]));
    let plan = planned(&data, &half);
    let kept = |id: u64| plan.repeat(id as usize) > 0;
    let owned = |value: &Value, member: &str| kept(value[member].as_u64().unwrap());
    let of = |value: &Value, list: &str, member: &str| -> Vec<Value> {
        value[list].as_array().unwrap().iter().filter(|value| owned(value, member)).cloned().collect()
    };
    assert_eq!(Value::Array(of(&before, "images", "id")), after["images"]);
    assert_eq!(Value::Array(of(&before, "annotations", "image_id")), after["annotations"]);
    assert_eq!(copy.matches("[[1.50, 2]]").count(), after["annotations"].as_array().unwrap().len());
}

#[test]
fn a_record_once_more_is_a_repeat_and_a_like_id_with_other_content_is_set_aside() {
    let folder = tempdir().unwrap();
    let other = record(0).replace("dog", "cat");
    let text = [record(0), record(1), record(0), other, record(0), record(2)].join("\n");
    let recipe = recipe(PolicyName::Random, NATIVE);
    let data = loaded(&written(&folder, "data.jsonl", &text), &recipe);
    assert_eq!(data.dataset.len(), 5);
    let aside: Vec<_> = data.dataset.set_aside().iter().map(|record| (record.row, record.kind)).collect();
    assert_eq!(aside, [(3, SetAsideKind::DuplicateId)]);
    let rows: Vec<u64> = (0..6).map(|number| data.dataset.row(number)).collect();
    assert_eq!(rows, [0, 1, 2, 4, 5, 6]);
    let hashes: std::collections::BTreeSet<u64> = data.dataset.id_hashes().iter().copied().collect();
    assert_eq!(hashes.len(), 5, "each repetition draws for itself");
    assert!(data.dataset.warnings()[0].starts_with("2 records are an earlier one once more"));
}

#[test]
fn images_are_linked_by_relative_ways_or_copied_when_asked() {
    let folder = tempdir().unwrap();
    let root = album(&folder, &[("cat", 12), ("dog", 2)]);
    fs::write(root.join("dog/0-2.jpg"), "taken").unwrap();
    let mut recipe = recipe(PolicyName::Uniform, NATIVE);
    let data = loaded(&root, &recipe);
    let told = write(&data, &recipe, &folder.path().join("deep/out"));
    let links = bytes_below(&told.files[0].path);
    assert_eq!(links.len() as u64, told.tally.after);
    let way = |name: &str| links.get(Path::new(name)).map(|way| String::from_utf8_lossy(way).into_owned());
    assert_eq!(way("dog/0.jpg").as_deref(), Some("../../../../album/dog/0.jpg"));
    assert_eq!(way("dog/0--2.jpg"), way("dog/0.jpg"), "a repetition takes no name that a picture has");
    recipe.export.images = Pictures::Copies;
    let told = write(&data, &recipe, &folder.path().join("copies"));
    let copies = bytes_below(&told.files[0].path);
    assert_eq!(copies.get(Path::new("dog/0--2.jpg")), Some(&vec![0xff, 0xd8, 0]));
}

#[test]
fn each_file_of_several_has_one_of_its_own_where_they_cannot_be_joined() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    for part in 0..3 {
        table(&data.join(format!("part-{part}.parquet")), 60);
    }
    let recipe = recipe(PolicyName::Random, NATIVE);
    let opened = loaded(&data, &recipe);
    assert_eq!(opened.dataset.len(), 180);
    let out = folder.path().join("out");
    let told = write(&opened, &recipe, &out);
    let names: Vec<_> = told.files.iter().map(|file| file.path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["part-0.parquet", "part-1.parquet", "part-2.parquet", "recipe.toml", "calibration.json"]);
    assert_round_trip(&opened, &recipe, &out);
}

#[test]
fn files_of_other_headers_separators_or_wrappers_are_not_joined_under_the_first() {
    let folder = tempdir().unwrap();
    let recipe = recipe(PolicyName::None, NATIVE);
    let header = "id,caption,label\n1,a cat,cat\n2,a dog,dog\n";
    let wrapped = |name: &str| format!("{{\"{name}\": {}, \"n\": 1}}", array(0..3));
    let cases = [
        (["a.csv", "b.csv"], header.to_owned(), "label,id,caption\ndog,4,a dog\ncat,5,the cat\n".to_owned(), "headers"),
        (["a.csv", "b.csv"], header.to_owned(), header.replace(',', ";").replace(['1', '2'], "7"), "other signs"),
        (["a.csv", "b.tsv"], header.to_owned(), header.replace(',', "\t").replace(['1', '2'], "7"), "other signs"),
        (["a.txt", "b.txt"], list(CLASSES), list(&[("cow", 9)]).replace(' ', ","), "other signs"),
        (["a.json", "b.json"], wrapped("data"), wrapped("rows").replace("\"r", "\"s"), "wrapped"),
        (["a.json", "b.jsonl"], array(0..3), lines(3..6), "array"),
    ];
    for (at, ([one, other], first, second, reason)) in cases.into_iter().enumerate() {
        let data = folder.path().join(at.to_string());
        fs::create_dir(&data).unwrap();
        fs::write(data.join(one), first).unwrap();
        fs::write(data.join(other), second).unwrap();
        let opened = loaded(&data.join("*.*"), &recipe);
        assert_eq!(opened.dataset.files().len(), 2, "{other}");
        let out = folder.path().join(format!("{at}.out"));
        let error = write_with((&opened, &recipe), Shard::WHOLE, &Target::new(&out), &Unobserved).unwrap_err();
        let told = error.to_string();
        assert!(told.contains(one) && told.contains(other) && told.contains(reason), "{told}");
        assert!(error.next().contains("'jsonl'") && !fantail::manifest::is_unfinished(&out), "{told}");
    }
}

#[test]
fn files_that_differ_in_white_space_and_line_ends_alone_are_joined() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("a.csv"), "id,caption,label\n1,a cat,cat\n2,a dog,dog\n").unwrap();
    fs::write(data.join("b.csv"), "\u{feff}id,caption,label\r\n3,a cat,cat\r\n4,a dog,dog\r\n").unwrap();
    let recipe = recipe(PolicyName::None, NATIVE);
    let told = write(&loaded(&data, &recipe), &recipe, &folder.path().join("out"));
    let text = fs::read_to_string(&told.files[0].path).unwrap();
    assert_eq!(text, "id,caption,label\n1,a cat,cat\n2,a dog,dog\n3,a cat,cat\n4,a dog,dog\n");
}
