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

    for (data, code) in [("data.jsonl", 7), ("nothing.jsonl", 3)] {
        let output = apply(&folder, data, &["--progress", "json"]).wait_with_output().unwrap();
        let told = events(&output.stderr);
        let failed = last(&told);
        assert_eq!((output.status.code(), &failed["event"]), (Some(code), &"failed".into()), "{failed}");
        assert_eq!(failed["exit_code"], code);
        assert!(output.stdout.is_empty() && failed["message"].as_str().unwrap().contains(data), "{failed}");
    }
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
