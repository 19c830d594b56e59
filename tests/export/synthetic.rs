//! What is made for the tail, in every manifest: appended, marked, counted apart, and there again when it is opened.

use std::fs;
use std::path::Path;

use fantail::job::End;
use fantail::job::synthesis::planned as with_pictures;
use fantail::manifest::synthesized::{self, ORDER, SYNTHESIZED};
use fantail::manifest::{self, CALIBRATION, Contents, ManifestError, Shard, Target};
use fantail::plan::{Maker, Order, Synthesized, Verdict};
use fantail::progress::Unobserved;
use fantail::recipe::{Budget, ManifestFormat, PolicyName, Recipe, SynthesisName};
use serde_json::Value;
use tempfile::tempdir;

use crate::{
    CLASSES, album, array, bytes_below, coco, formats, lines, list, loaded, planned, recipe, write, write_with, written,
};

/// A recipe that repeats so many tail instances.
fn repeating(formats: &[ManifestFormat], budget: u64) -> Recipe {
    let mut recipe = recipe(PolicyName::RepeatFactor, formats);
    recipe.rebalance.repeat_threshold = 0.2;
    recipe.synthesis.policies = vec![SynthesisName::Repeat];
    recipe.synthesis.budget = Budget::Instances(budget);
    for perspective in fantail::entity::Perspective::ALL {
        recipe.threshold.insert(perspective, fantail::recipe::ThresholdChoice::Count(100));
    }
    recipe
}

fn calibration(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join(CALIBRATION)).unwrap()).unwrap()
}

#[test]
fn every_format_opens_again_with_the_copies_counted() {
    let folder = tempdir().unwrap();
    for path in formats(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let recipe = repeating(&ManifestFormat::ALL, 13);
        let data = loaded(&path, &recipe);
        let out = folder.path().join(format!("{name}-out"));
        let told = write(&data, &recipe, &out);
        let plan = planned(&data, &recipe);
        let made = plan.synthesis().made();
        assert_eq!(made, told.tally.synthetic, "{name}");
        assert!(made == 13, "{name}: {made} of a budget of 13");
        assert_eq!(told.files[0].rows, told.tally.after + made, "{name}");
        let again = loaded(&told.files[0].path, &recipe);
        assert_eq!(again.dataset.set_aside(), &[], "{name}");
        assert_eq!(again.dataset.len() as u64, told.tally.after + made, "{name}");
        for (entry, counts) in data.index.perspectives.iter().zip(plan.completed_counts(&data.index)) {
            let other = again.index.perspective(entry.perspective).unwrap();
            for (rank, &count) in counts.iter().enumerate() {
                let entity = entry.names.get(rank);
                let found = other.find(&entity).map_or(0, |rank| other.counts[rank]);
                assert_eq!(found, count, "{name}: {} {entity}", entry.perspective);
            }
        }
        let told = calibration(&out);
        let records = |name: &str| told["records"][name].as_u64().unwrap();
        assert_eq!(records("read"), records("kept") + records("dropped") + records("set_aside"), "{name}");
        assert_eq!((records("synthetic"), &told["synthesis"]["made"]), (made, &made.into()), "{name}");
        let mut moved = 0;
        let held = told["perspectives"].as_object().unwrap().iter().filter(|(_, entry)| entry["entities"] != 0);
        for (key, entry) in held {
            let of = data.index.perspectives.iter().position(|entry| entry.perspective.key() == key).unwrap();
            let sum: u64 = plan.completed_counts(&data.index)[of].iter().map(|&count| u64::from(count)).sum();
            assert_eq!(entry["completed"]["occurrences"], sum, "{name} {key}");
            moved += usize::from(entry["completed"]["gini"].as_f64() != entry["after"]["gini"].as_f64());
        }
        assert!(moved > 0, "{name}: nothing is more even or less after the copies");
    }
}

#[test]
fn copies_are_marked_and_the_rest_stays_byte_for_byte() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.jsonl", &lines(0..90));
    let with = repeating(
        &[ManifestFormat::Native, ManifestFormat::Jsonl, ManifestFormat::Indices, ManifestFormat::Weights],
        5,
    );
    let without = Recipe { synthesis: fantail::recipe::Synthesis::default(), ..with.clone() };
    let data = loaded(&path, &with);
    let (out, plain) = (folder.path().join("with"), folder.path().join("without"));
    let told = write(&data, &with, &out);
    write(&data, &without, &plain);
    let (text, before) = [&out, &plain].map(|folder| fs::read_to_string(folder.join("llava.jsonl")).unwrap()).into();
    let appended: Vec<Value> =
        text.strip_prefix(&before).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(appended.len(), 5);
    for record in &appended {
        let seed = record["synthetic"]["seed_id"].as_str().unwrap();
        assert_eq!(record["synthetic"]["policy"], "repeat");
        assert!(record["id"].as_str().unwrap().starts_with(&format!("{seed}~repeat-")), "{record}");
        let number: usize = seed[1..].parse().unwrap();
        let original: Value = serde_json::from_str(&crate::record(number)).unwrap();
        assert_eq!(record["conversations"], original["conversations"]);
    }
    let table = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
    let rows: Vec<Value> = table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 95);
    for (row, record) in rows[90..].iter().zip(&appended) {
        assert_eq!(row["decision"], "synthetic");
        assert_eq!((&row["id"], &row["seed_id"]), (&record["id"], &record["synthetic"]["seed_id"]));
        assert!(
            row["guidance"].is_null()
                && row["stage"].is_null()
                && row["reason"].as_str().unwrap().starts_with("repeat: ")
        );
    }
    let numbers = |name: &str| -> Vec<[u8; 8]> {
        let bytes = fs::read(out.join(name)).unwrap();
        let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        bytes[start..].chunks(8).map(|chunk| chunk.try_into().unwrap()).collect()
    };
    let indices: Vec<i64> = numbers("indices.npy").into_iter().map(i64::from_le_bytes).collect();
    assert_eq!(indices.len() as u64, told.tally.after + 5);
    let seeds: Vec<i64> =
        appended.iter().map(|record| record["synthetic"]["seed_id"].as_str().unwrap()[1..].parse().unwrap()).collect();
    assert_eq!(indices[indices.len() - 5..], seeds);
    let weights: f64 = numbers("weights.npy").into_iter().map(f64::from_le_bytes).sum();
    let rebalanced: f64 = fantail::plan::weights(&data.index, &with, 0..90).unwrap().iter().sum();
    assert!((weights - rebalanced - 5.0).abs() < 1e-9);
}

#[test]
fn shards_merged_are_one_run_with_the_copies() {
    let folder = tempdir().unwrap();
    let several = folder.path().join("several");
    fs::create_dir(&several).unwrap();
    fs::write(several.join("a.json"), coco(30)).unwrap();
    let other = coco(41).replace("\"id\": ", "\"id\": 9").replace("\"image_id\": ", "\"image_id\": 9");
    fs::write(several.join("b.json"), other.replace("\"category_id\": ", "\"category_id\": 9")).unwrap();
    let mut paths = formats(&folder);
    paths.push(several);
    for path in paths {
        let recipe = repeating(&ManifestFormat::ALL, 17);
        let data = loaded(&path, &recipe);
        let home = folder.path().join(format!("{}-home", path.file_name().unwrap().to_str().unwrap()));
        write(&data, &recipe, &home.join("whole"));
        let part = |number: u32| home.join(format!("part-{number}"));
        for number in 1..=4 {
            write_with((&data, &recipe), Shard { number, of: 4 }, &Target::new(&part(number)), &Unobserved).unwrap();
        }
        manifest::merge(&(1..=4).map(part).collect::<Vec<_>>(), &Target::new(&home.join("merged")), &Unobserved)
            .unwrap();
        let (whole, merged) = (bytes_below(&home.join("whole")), bytes_below(&home.join("merged")));
        assert_eq!(whole.keys().collect::<Vec<_>>(), merged.keys().collect::<Vec<_>>());
        for (file, bytes) in &whole {
            assert!(merged[file] == *bytes, "{}: {} differs", path.display(), file.display());
        }
    }
}

/// A recipe that asks the worker for pictures.
fn drawing(formats: &[ManifestFormat]) -> Recipe {
    let mut recipe = repeating(formats, 7);
    recipe.synthesis.policies = vec![SynthesisName::Diffusion];
    recipe
}

fn maker() -> Maker {
    let [worker, device, libtorch, checkpoint] =
        ["double 1", "cpu (a processor)", "2.11.0", "blake3:0"].map(str::to_owned);
    Maker { worker, device, libtorch, checkpoint }
}

/// What a worker writes for an order: every picture, under the verdict that `verdict` gives for its number.
fn delivered(job: &Path, order: &Order, verdict: &dyn Fn(usize) -> Verdict) -> Vec<Synthesized> {
    fs::create_dir_all(job.join("pictures")).unwrap();
    let mut records = Vec::new();
    for seed in &order.seeds {
        for picture in &seed.pictures {
            let path = Path::new("pictures").join(format!("{:06}.png", picture.number));
            fs::write(job.join(&path), [0x89, picture.number as u8]).unwrap();
            records.push(Synthesized {
                id: picture.id.clone(),
                seed_id: seed.id.clone(),
                entity: seed.entity.clone(),
                guidance: picture.guidance,
                stage: picture.stage,
                path,
                verdict: verdict(picture.number),
                scores: [("memorised".to_owned(), 0.4)].into(),
                reason: None,
                maker: Some(maker()),
            });
        }
    }
    let text: String = records.iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect();
    fs::write(job.join(SYNTHESIZED), text).unwrap();
    records
}

#[test]
fn an_order_that_is_not_fulfilled_stops_with_what_to_do() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.jsonl", &lines(0..90));
    let recipe = drawing(&[ManifestFormat::Jsonl]);
    let data = loaded(&path, &recipe);
    let job = folder.path().join("job");
    let ask = || with_pictures((&data.dataset, &data.index), &recipe, &job, &Unobserved);
    let Err(End::Failed(failure)) = ask() else { panic!("there is no worker") };
    assert_eq!(failure.exit_code, 5);
    assert!(failure.message.contains("7 of 7 pictures"), "{failure}");
    let order: Order = serde_json::from_slice(&fs::read(job.join(ORDER)).unwrap()).unwrap();
    assert_eq!((order.version, order.pictures(), &order.fingerprint), (1, 7, &data.dataset.fingerprint().to_string()));
    assert_eq!(order, Order::of((&data.dataset, &data.index), &recipe, planned(&data, &recipe).synthesis()).unwrap());
    let noises: std::collections::BTreeSet<u64> =
        order.seeds.iter().flat_map(|seed| &seed.pictures).map(|picture| picture.noise).collect();
    assert_eq!(noises.len(), 7);
    // A worker that died in the middle of a line.
    let records = delivered(&job, &order, &|_| Verdict::Kept);
    let half: String = records[..3].iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect();
    fs::write(job.join(SYNTHESIZED), format!("{half}{{\"id\": \"r")).unwrap();
    let Err(End::Failed(failure)) = ask() else { panic!("four are missing") };
    assert!(failure.message.contains("4 of 7 pictures") && failure.message.contains("line 4"), "{failure}");
}

#[test]
fn pictures_that_came_back_stand_in_every_manifest() {
    let folder = tempdir().unwrap();
    let sources = [
        written(&folder, "llava.jsonl", &lines(0..90)),
        written(&folder, "list.txt", &list(CLASSES)),
        album(&folder, &[("cat", 40), ("dog", 9), ("zebra", 2)]),
        written(&folder, "pictured.csv", &pictured(CLASSES)),
        pictured_table(&folder, "paths.parquet", Column::Paths),
        pictured_table(&folder, "embedded.parquet", Column::Embedded),
        pictured_table(&folder, "listed.parquet", Column::Listed),
    ];
    for path in sources {
        let recipe = drawing(&ManifestFormat::ALL);
        let data = loaded(&path, &recipe);
        let out = folder.path().join(format!("{}-out", path.file_name().unwrap().to_str().unwrap()));
        let job = out.join("synthesis");
        let order = Order::of((&data.dataset, &data.index), &recipe, planned(&data, &recipe).synthesis()).unwrap();
        let verdict = |number: usize| if number == 2 { Verdict::WrongClass } else { Verdict::Kept };
        let records = delivered(&job, &order, &verdict);
        let plan = with_pictures((&data.dataset, &data.index), &recipe, &job, &Unobserved)
            .unwrap_or_else(|end| panic!("{end:?}"));
        assert_eq!(plan.synthesis().made(), 6);
        let contents =
            Contents { dataset: &data.dataset, index: &data.index, recipe: &recipe, plan: &plan, shard: Shard::WHOLE };
        let told = manifest::write(&contents, &Target::new(&out), &Unobserved).unwrap();
        let again = loaded(&told.files[0].path, &recipe);
        assert_eq!(again.dataset.set_aside(), &[], "{}", path.display());
        assert_eq!(again.dataset.len() as u64, told.tally.after + 6, "{}", path.display());
        if path.extension().is_some_and(|ending| ending == "csv" || ending == "parquet") {
            assert_own_pictures((&again.dataset, &data.dataset), (&records, &job));
        }
        let table = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
        let rows: Vec<Value> = table
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|row: &Value| row["decision"] == "synthetic")
            .collect();
        let kept: Vec<&Synthesized> = records.iter().filter(|record| record.verdict == Verdict::Kept).collect();
        assert_eq!(rows.len(), kept.len());
        for (row, record) in rows.iter().zip(kept) {
            assert_eq!((row["id"].as_str(), row["seed_id"].as_str()), (Some(&*record.id), Some(&*record.seed_id)));
            assert_eq!(
                (row["guidance"].as_f64(), row["stage"].as_u64()),
                (Some(record.guidance), Some(record.stage.into()))
            );
            assert_eq!(row["reason"], format!("diffusion: {}", record.entity.replacen(':', " ", 1)));
            let place = out.join(row["path"].as_str().unwrap()).canonicalize().unwrap();
            assert_eq!(place, job.join(&record.path).canonicalize().unwrap());
        }
        let told = calibration(&out);
        assert_eq!(told["synthesis"]["removed"]["wrong_class"], 1);
        let lost = records.iter().find(|record| record.verdict != Verdict::Kept).unwrap();
        assert_eq!(told["synthesis"]["missing"][&lost.entity]["wrong_class"], 1);
        assert_eq!(told["synthesis"]["makers"][0]["device"], maker().device);
        assert_eq!(told["synthesis"]["policies"]["diffusion"]["made"], 6);
    }
    let path = written(&folder, "coco.json", &coco(60));
    let recipe = drawing(&[ManifestFormat::Native]);
    let data = loaded(&path, &recipe);
    let refused = write_with((&data, &recipe), Shard::WHOLE, &Target::new(&folder.path().join("no")), &Unobserved);
    assert!(matches!(refused, Err(ManifestError::Unsupported { .. })), "{refused:?}");
}

/// A table with the names of pictures.
fn pictured(classes: &[(&str, usize)]) -> String {
    let rows = classes.iter().flat_map(|&(class, count)| (0..count).map(move |number| (class, number)));
    let rows = rows
        .map(|(class, number)| format!("{class} {number},\"{class}, {number}.png\",{class},\"a \"\"{class}\"\"\"\n"));
    std::iter::once("id,image,label,note\n".to_owned()).chain(rows).collect()
}

/// How a table holds pictures.
#[derive(Clone, Copy)]
enum Column {
    Paths,
    Embedded,
    Listed,
}

fn pictured_table(folder: &tempfile::TempDir, name: &str, column: Column) -> std::path::PathBuf {
    use polars::prelude::{DataFrame, IntoSeries, NamedFrom, ParquetWriter, Series, StructChunked};
    let rows: Vec<(&str, usize)> =
        CLASSES.iter().flat_map(|&(class, count)| (0..count).map(move |number| (class, number))).collect();
    let text = |name: &str, of: &dyn Fn(&(&str, usize)) -> String| {
        Series::new(name.into(), rows.iter().map(of).collect::<Vec<String>>())
    };
    let path = |(class, number): &(&str, usize)| format!("{class}/{number}.png");
    let images = match column {
        Column::Paths => text("image", &path),
        Column::Embedded => {
            let bytes: Vec<Vec<u8>> = rows.iter().map(|row| path(row).into_bytes()).collect();
            let fields = [Series::new("bytes".into(), bytes), text("path", &path)];
            StructChunked::from_series("image".into(), rows.len(), fields.iter()).unwrap().into_series()
        }
        Column::Listed => {
            let both = |row| Series::new("".into(), vec![path(row), "second.png".to_owned()]);
            Series::new("image".into(), rows.iter().map(both).collect::<Vec<Series>>())
        }
    };
    let columns =
        [text("id", &|(class, number)| format!("{class} {number}")), text("label", &|row| row.0.to_owned()), images];
    let mut frame = DataFrame::new(rows.len(), columns.into_iter().map(Into::into).collect()).unwrap();
    let place = folder.path().join(name);
    ParquetWriter::new(fs::File::create(&place).unwrap()).with_row_group_size(Some(20)).finish(&mut frame).unwrap();
    place
}

/// Each kept picture is an instance under its own id, with the very picture that came, found from where the source's are, and the
/// label of its seed.
fn assert_own_pictures(
    (dataset, source): (&fantail::source::Dataset, &fantail::source::Dataset),
    (records, job): (&[Synthesized], &Path),
) {
    let mut instance = fantail::source::Instance::default();
    let mut seen = std::collections::BTreeMap::new();
    for number in 0..dataset.len() {
        dataset.read(number, &mut instance);
        assert_eq!(instance.labels.len(), 1, "{instance:?}");
        let bytes = instance.images.first().and_then(|image| source.image_bytes(image).ok());
        seen.insert(instance.id.to_string(), (instance.labels[0].to_string(), bytes.map(std::borrow::Cow::into_owned)));
    }
    for record in records.iter().filter(|record| record.verdict == Verdict::Kept) {
        let (label, bytes) = &seen[&record.id];
        assert_eq!(record.entity, format!("label:{label}"), "{record:?}");
        assert_eq!(bytes.as_deref(), Some(&*fs::read(job.join(&record.path)).unwrap()), "{}", record.id);
    }
}

#[test]
fn what_cannot_be_used_of_a_delivery_is_told() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.jsonl", &lines(0..90));
    let recipe = drawing(&[ManifestFormat::Jsonl]);
    let data = loaded(&path, &recipe);
    let order = Order::of((&data.dataset, &data.index), &recipe, planned(&data, &recipe).synthesis()).unwrap();
    let job = folder.path().join("job");
    let mut records = delivered(&job, &order, &|_| Verdict::Kept);
    fs::write(folder.path().join("outside.png"), "x").unwrap();
    records[0].path = "../outside.png".into();
    records[1].path = "pictures/none.png".into();
    records[2].guidance = 0.9;
    records[3].id = "someone".into();
    let twice = records[4].clone();
    records.push(twice);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("outside.png"), job.join("pictures/link.png")).unwrap();
        records[5].path = "pictures/link.png".into();
    }
    let text: String = records.iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect();
    fs::write(job.join(SYNTHESIZED), text).unwrap();
    let delivery = synthesized::read(&job, &order);
    let faults: Vec<String> = delivery.faults.iter().map(|(line, fault)| format!("{line}: {fault}")).collect();
    let told = |part: &str| assert!(faults.iter().any(|fault| fault.contains(part)), "{part} in {faults:#?}");
    told("1: '../outside.png' leads outside the job's folder");
    told("2: 'pictures/none.png' cannot be read");
    told("is not what was ordered under this id");
    told("4: 'someone' was not ordered");
    told("6: 'pictures/link.png' leads outside the job's folder");
    told("stands twice");
    assert_eq!((delivery.pictures.len(), delivery.account.removed[&Verdict::Unusable], delivery.missing), (2, 4, 1));
}

#[test]
fn an_interrupted_export_goes_on_with_the_same_bytes() {
    struct Stopping(std::sync::atomic::AtomicUsize);
    impl fantail::progress::Observer for Stopping {
        fn advanced(&self, _: fantail::progress::Stage, _: u64, _: u64) {}
        fn cancelled(&self) -> bool {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 6
        }
    }
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.json", &array(0..90));
    let recipe = repeating(&ManifestFormat::ALL, 17);
    let data = loaded(&path, &recipe);
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    write(&data, &recipe, &whole);
    let target = Target { resume: true, step: 64, ..Target::new(&out) };
    let stopped = write_with((&data, &recipe), Shard::WHOLE, &target, &Stopping(0.into()));
    assert!(matches!(stopped, Err(ManifestError::Cancelled)), "{stopped:?}");
    write_with((&data, &recipe), Shard::WHOLE, &target, &Unobserved).unwrap();
    assert_eq!(bytes_below(&out), bytes_below(&whole));
}
