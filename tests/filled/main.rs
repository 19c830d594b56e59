//! The promise: a recipe with `diffusion` ends in a manifest with accepted pictures, whatever happens to the worker, the disk and the
//! pictures on the way; and one that was interrupted has the bytes of one that was not.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod album;
mod program;

use std::fs;
use std::path::Path;

use album::{BAD, album, bytes_below};
use program::{Ended, Program};
use serde_json::Value;

fn calibration(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("calibration.json")).unwrap()).unwrap()
}

#[test]
fn the_tail_is_filled_and_what_cannot_be_used_is_told() {
    let home = tempfile::tempdir().unwrap();
    let album = album(home.path());
    let out = home.path().join("out");
    let ended = Program::apply(&album, &out, &[]).run();
    let Ended { code: 0, events, .. } = &ended else { panic!("{ended:?}") };
    let stages: Vec<&str> =
        events[0]["stages"].as_array().unwrap().iter().map(|stage| stage.as_str().unwrap()).collect();
    assert_eq!(stages, ["read", "extract", "index", "plan", "train", "sample", "write"]);
    for stage in ["train", "sample", "write"] {
        let whole = |event: &Value| event["stage"] == stage && event["done"] == event["total"];
        assert!(
            events.iter().any(|event| event["event"] == "progress" && whole(event)),
            "{stage} is not told to its end"
        );
    }
    assert!(events.iter().any(|event| event["event"] == "measure" && event["name"] == "loss"));
    assert!(events.iter().any(|event| event["event"] == "picture"));
    let told = calibration(&out);
    let records = |name: &str| told["records"][name].as_u64().unwrap();
    assert_eq!(records("read"), records("kept") + records("dropped") + records("set_aside"));
    let lines = fs::read_to_string(out.join("synthesis/synthesized.jsonl")).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kept: Vec<&Value> = lines.iter().filter(|line| line["verdict"] == "kept").collect();
    assert_eq!(
        (records("synthetic"), told["synthesis"]["made"].as_u64()),
        (kept.len() as u64, Some(kept.len() as u64))
    );
    assert!(kept.len() >= 40, "{}", kept.len());
    for line in &kept {
        hold_provenance(line, &out);
    }
    assert_eq!(told["synthesis"]["makers"][0], kept[0]["maker"]);
    let lost = unusable(events, &lines);
    assert_eq!(told["synthesis"]["missing"]["label:dots"]["unusable"].as_u64(), Some(lost));
    assert_eq!(kept.len() as u64 + lost, lines.len() as u64, "no filter is on");
    // What was filled opens again, with the pictures counted.
    let again = Program::stats(&out.join("album")).run();
    let told: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(told["dataset"]["instances"].as_u64(), Some(records("written") + records("synthetic")));
}

/// A picture that was accepted says what made it, how it was judged, and where it lies.
fn hold_provenance(line: &Value, out: &Path) {
    assert!(line["maker"]["checkpoint"].as_str().unwrap().starts_with("blake3:"), "{line}");
    assert!(line["maker"]["device"].as_str().unwrap().starts_with("cpu ("), "{line}");
    assert!(line["scores"]["class"].is_number() && line["guidance"].is_number() && line["stage"].is_number(), "{line}");
    assert!(out.join("synthesis").join(line["path"].as_str().unwrap()).is_file());
}

/// Each that cannot be used is told with its reason, in the log and in what is left; how many lines that are.
fn unusable(events: &[Value], lines: &[Value]) -> u64 {
    let log: Vec<&str> = events.iter().filter_map(|event| event["line"].as_str()).collect();
    let mut lost = 0;
    for (name, reason) in BAD {
        let id = format!("dots/{name}");
        let of = |line: &&Value| line["seed_id"] == *id && line["verdict"] == "unusable";
        let unusable: Vec<&Value> = lines.iter().filter(of).collect();
        assert!(log.iter().any(|line| line.contains(&id) && line.contains(reason)), "{id}: no {reason:?} in {log:#?}");
        assert!(!unusable.is_empty(), "{id} was no seed");
        assert!(unusable.iter().all(|line| line["reason"].as_str().unwrap().contains(reason)), "{unusable:?}");
        lost += unusable.len() as u64;
    }
    lost
}

#[test]
fn killed_at_every_stage_and_its_disk_full_it_ends_with_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let album = album(home.path());
    let (whole, out) = (home.path().join("whole"), home.path().join("out"));
    assert_eq!(Program::apply(&album, &whole, &[]).run().code, 0);
    full_disk(&album, &out);
    let killed = [
        // What is killed, by which signal, at which stage from how many units on; how the job ends, and what it says.
        ("fantail-worker", "KILL", ("train", 11), (5, "signal 9 (killed)")),
        ("fantail-worker", "SEGV", ("train", 15), (5, "signal 11 (invalid memory access)")),
        ("fantail", "KILL", ("train", 22), (137, "")),
        ("fantail-worker", "SEGV", ("sample", 1), (5, "signal 11 (invalid memory access)")),
        ("fantail-worker", "KILL", ("sample", 1), (5, "signal 9 (killed)")),
        ("fantail", "TERM", ("write", 1), (6, "")),
    ];
    for (victim, signal, (stage, done), (code, said)) in killed {
        let mut program = Program::apply(&album, &out, &["--resume"]);
        program.kill_at = Some((victim, signal, stage, done));
        let ended = program.run();
        // What is written is small: it may be whole before the signal is heard.
        let quick = stage == "write" && ended.code == 0;
        assert!(quick || ended.code == code, "{victim} {signal} {stage}: {ended:?}");
        if code == 5 {
            let failed = ended.events.last().unwrap();
            assert_eq!(failed["event"], "failed");
            assert!(failed["message"].as_str().unwrap().contains(said), "{failed}");
            assert!(failed["next"].as_str().unwrap().contains("checkpoint"), "{failed}");
            assert!(!out.join("calibration.json").exists(), "half a manifest stands");
        }
    }
    let ended = Program::apply(&album, &out, &["--resume"]).run();
    assert_eq!(ended.code, 0, "{ended:?}");
    let (whole, out) = (bytes_below(&whole), bytes_below(&out));
    assert_eq!(whole.keys().collect::<Vec<_>>(), out.keys().collect::<Vec<_>>());
    for (file, bytes) in &whole {
        assert!(out[file] == *bytes, "{} differs", file.display());
    }
}

/// No file may grow beyond 2 MB: the list can be written, the model cannot.
fn full_disk(album: &Path, out: &Path) {
    let mut program = Program::apply(album, out, &["--resume"]);
    program.largest_file = Some(2048);
    let ended = program.run();
    assert_eq!(ended.code, 5, "{ended:?}");
    let failed = ended.events.last().unwrap();
    assert!(failed["message"].as_str().unwrap().contains("model.safetensors"), "{failed}");
    assert!(failed["next"].as_str().unwrap().contains("make room"), "{failed}");
}

#[test]
fn one_of_several_shards_makes_the_pictures() {
    let home = tempfile::tempdir().unwrap();
    let album = album(home.path());
    let alone = Program::apply(&album, &home.path().join("alone"), &["--shard", "1/2"]).run();
    assert_eq!(alone.code, 2, "{alone:?}");
    assert!(alone.events.last().unwrap()["next"].as_str().unwrap().contains("--synthesis"));
    let made = home.path().join("made");
    let parts: Vec<_> = (1..=2).map(|number| home.path().join(format!("part-{number}"))).collect();
    let made_text = made.to_str().unwrap();
    let apply = |number: usize| {
        let shard = format!("{number}/2");
        Program::apply(&album, &parts[number - 1], &["--shard", &shard, "--synthesis", made_text])
    };
    let (first, second) = (apply(1), apply(2));
    let ended = std::thread::scope(|scope| {
        let both = [scope.spawn(|| first.run()), scope.spawn(|| second.run())];
        both.map(|one| one.join().unwrap())
    });
    let waited = |ended: &Ended| {
        ended.events.iter().any(|event| event["line"].as_str().is_some_and(|line| line.contains("waiting for it")))
    };
    assert!(ended.iter().all(|ended| ended.code == 0), "{ended:?}");
    let trained =
        |ended: &Ended| ended.events.iter().any(|event| event["event"] == "measure" && event["name"] == "loss");
    assert_eq!(ended.iter().filter(|ended| trained(ended)).count(), 1, "one trains, whoever comes first");
    assert!(ended.iter().filter(|ended| waited(ended)).count() <= 1);
    let merged = home.path().join("merged");
    assert_eq!(Program::merge(&parts, &merged).run().code, 0);
    let told = calibration(&merged);
    assert_eq!(told["records"]["synthetic"], told["synthesis"]["made"]);
    assert!(told["synthesis"]["made"].as_u64().unwrap() >= 40);
}

#[test]
fn a_path_that_leads_outside_the_root_is_never_opened() {
    let home = tempfile::tempdir().unwrap();
    let album = album(home.path());
    let list = album.join("list.txt");
    let inside = fs::read_dir(album.join("stripes")).unwrap().flatten().count();
    let mut lines: Vec<String> = (0..inside).map(|number| format!("stripes/{number}.png stripes")).collect();
    lines.extend((0..4).map(|number| format!("dots/{number}.png dots")));
    // A link below the root that leads out of it: in a list, nobody said that this is meant.
    let outside = ["../../../../../../etc/passwd", "dots/passwd.png", "/etc/passwd"];
    lines.extend(outside.map(|path| format!("{path} dots")));
    fs::write(&list, lines.join("\n") + "\n").unwrap();
    let out = home.path().join("out");
    let ended = Program::apply(&list, &out, &[]).run();
    assert_eq!(ended.code, 0, "{ended:?}");
    let log: Vec<&str> = ended.events.iter().filter_map(|event| event["line"].as_str()).collect();
    let lines = fs::read_to_string(out.join("synthesis/synthesized.jsonl")).unwrap();
    for path in outside {
        let told =
            log.iter().any(|line| line.contains("set aside") && line.contains(path) && line.contains("leads outside"));
        assert!(told, "{path} is not told in {log:#?}");
        let unmade: Vec<&str> =
            lines.lines().filter(|line| line.contains(&format!("\"seed_id\":\"{path}\""))).collect();
        assert!(!unmade.is_empty(), "{path} was no seed");
        assert!(
            unmade.iter().all(|line| line.contains("\"unusable\"") && line.contains("leads outside")),
            "{unmade:?}"
        );
    }
}
