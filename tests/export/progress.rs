//! What `apply` tells on stderr: events for programs, with one last word however it ends, or plain lines.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::{lines, recipe};
use fantail::recipe::{ManifestFormat, PolicyName};

fn scene(records: usize) -> TempDir {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("data.jsonl"), lines(0..records)).unwrap();
    let recipe = recipe(PolicyName::Adr, &ManifestFormat::ALL);
    fs::write(folder.path().join("recipe.toml"), recipe.effective()).unwrap();
    folder
}

fn apply(folder: &TempDir, data: &str, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_fantail"))
        .current_dir(folder.path())
        .env("FANTAIL_CACHE_DIR", folder.path().join("cache"))
        .args(["apply", data, "--recipe", "recipe.toml", "--out", "out"])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The last event, after a first one and no other that ends a job.
fn last(events: &[Value]) -> &Value {
    assert_eq!(events[0]["event"], "started", "{events:?}");
    assert!(events.iter().all(|event| event["version"] == 1));
    let ends = |event: &&Value| ["finished", "cancelled", "failed"].contains(&event["event"].as_str().unwrap());
    assert_eq!(events.iter().filter(ends).count(), 1, "{events:?}");
    events.last().filter(ends).expect("the last event ends the job")
}

fn events(stderr: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(stderr.to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no event: {line}"))).collect()
}

#[test]
fn a_job_that_finishes_or_fails_says_so_once_as_an_event() {
    let folder = scene(5000);
    let output = apply(&folder, "data.jsonl", &["--progress", "json"]).wait_with_output().unwrap();
    let told = events(&output.stderr);
    let finished = last(&told);
    assert_eq!((output.status.code(), &finished["event"]), (Some(0), &"finished".into()));
    assert_eq!(finished["tally"]["instances"], 5000);
    assert_eq!(finished["files"].as_array().unwrap().len(), 8);
    let stages: Vec<&Value> =
        told.iter().filter(|event| event["event"] == "progress").map(|event| &event["stage"]).collect();
    assert!(["read", "plan", "write"].iter().all(|stage| stages.contains(&&Value::from(*stage))), "{stages:?}");

    for (data, out, code) in [("data.jsonl", "out", 7), ("nothing.jsonl", "elsewhere", 3)] {
        let output = run(&folder, &["apply", data, "--recipe", "recipe.toml", "--out", out, "--progress", "json"]);
        let told = events(&output.stderr);
        let failed = last(&told);
        assert_eq!((output.status.code(), &failed["event"]), (Some(code), &"failed".into()), "{failed}");
        assert_eq!(failed["exit_code"], code);
        assert!(
            output.stdout.is_empty()
                && failed["message"].as_str().unwrap().contains(if code == 7 { out } else { data })
        );
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_fantail"))
        .current_dir(folder.path())
        .env("FANTAIL_CACHE_DIR", folder.path().join("cache"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn merging_and_planning_tell_events_too() {
    let folder = scene(3000);
    for number in ["1", "2"] {
        let (shard, part) = (format!("{number}/2"), format!("part-{number}"));
        let arguments = ["apply", "data.jsonl", "--recipe", "recipe.toml", "--shard", &shard, "--out", &part];
        assert!(run(&folder, &arguments).status.success());
    }
    let merge = ["merge", "part-1", "part-2", "--out", "whole"];
    let plan = ["plan", "data.jsonl", "--recipe", "recipe.toml", "--emit", "sql", "--out", "sql"];
    for (arguments, stage) in [(&merge[..], "write"), (&plan[..], "plan")] {
        let told = |more: &[&str]| run(&folder, &[arguments, more].concat());
        let lines_told = told(&[]);
        let text = String::from_utf8(lines_told.stderr).unwrap();
        assert!(text.contains("writing 100 %") && !text.contains(['\r', '\u{1b}']), "{text}");
        let again = told(&["--force", "--progress", "json"]);
        let told_events = events(&again.stderr);
        let finished = last(&told_events);
        assert_eq!((again.status.code(), &finished["event"]), (Some(0), &"finished".into()), "{finished}");
        let first_line = |output: &[u8]| String::from_utf8_lossy(output).lines().next().map(str::to_owned);
        assert_eq!(first_line(&again.stdout), first_line(&lines_told.stdout));
        assert_eq!(finished["tally"]["instances"], 3000);
        assert!(told_events.iter().any(|event| event["stage"] == stage), "{told_events:?}");
        // The command that it names does the same.
        let command = finished["command"].as_str().unwrap().split(' ').skip(1).collect::<Vec<_>>();
        assert!(run(&folder, &command).status.success(), "{command:?}");
        let refused = told(&["--progress", "json"]);
        let events = events(&refused.stderr);
        assert_eq!((refused.status.code(), &last(&events)["event"]), (Some(7), &"failed".into()));
    }
}

#[test]
fn what_is_wrong_with_the_target_is_told_before_anything_is_read() {
    let folder = scene(100);
    assert!(run(&folder, &["apply", "data.jsonl", "--recipe", "recipe.toml", "--out", "out"]).status.success());
    fs::write(folder.path().join("file"), "").unwrap();
    // The dataset is not there: whoever opened it first would say so.
    for command in [&["apply"][..], &["plan", "--emit", "sql"][..]] {
        for (out, words) in
            [("out", "is there already"), ("file", "Not a directory"), ("file/below", "Not a directory")]
        {
            fs::write(folder.path().join("out/instances.parquet"), "").unwrap();
            let told = run(&folder, &[command, &["nothing.jsonl", "--recipe", "recipe.toml", "--out", out]].concat());
            let text = String::from_utf8(told.stderr).unwrap();
            assert!(
                told.status.code() == Some(7) && text.to_lowercase().contains(&words.to_lowercase()),
                "{out}: {text}"
            );
        }
    }
    let forced = ["apply", "nothing.jsonl", "--recipe", "recipe.toml", "--out", "out", "--force"];
    assert_eq!(run(&folder, &forced).status.code(), Some(3));
}

#[cfg(unix)]
#[test]
fn an_interrupted_job_says_so_once_as_an_event() {
    let folder = scene(60_000);
    let mut child = apply(&folder, "data.jsonl", &["--progress", "json", "--checkpoint", "65536"]);
    let mut told = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        // The first that tells of work is when it is interrupted.
        if event["event"] == "progress" && told.len() < 2 {
            let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
            assert!(sent.success());
        }
        told.push(event);
    }
    assert_eq!(child.wait().unwrap().code(), Some(6));
    assert_eq!(last(&told)["event"], "cancelled");
    assert!(!folder.path().join("out/data.jsonl").exists());
}

#[test]
fn without_a_terminal_stages_are_plain_lines() {
    let folder = scene(5000);
    let output = apply(&folder, "data.jsonl", &[]).wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("planning 100 % (5,000 of 5,000)\n") && !text.contains(['\r', '\u{1b}']), "{text}");
    assert!(text.lines().last().unwrap().starts_with("writing 100 % (30,000 of 30,000)"), "{text}");
}
