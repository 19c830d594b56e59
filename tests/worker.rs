//! The promise: whatever the worker does, its job ends in one event that says what happened, and `fantail` goes on.
//!
//! A double that breaks the protocol in every way stands for the worker; with the feature `torch` the real one is tried, too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines, missing_docs)]

use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use fantail::job::worker::{Choice, Client, Embed, Launch, Patience, Train, Work, WorkerJob};
use fantail::job::{self, Event, Failure, Handle};
use fantail::progress::Stage;

/// Longer than any of these should take, shorter than anyone would wait.
const DEADLINE: Duration = Duration::from_secs(30);

fn double(mode: &str) -> String {
    format!("python3 {}/tests/data/worker_double.py {mode}", env!("CARGO_MANIFEST_DIR"))
}

fn patience() -> Patience {
    let milliseconds = Duration::from_millis;
    Patience {
        greeting: milliseconds(4000),
        silence: milliseconds(700),
        stopping: milliseconds(400),
        ending: milliseconds(2000),
    }
}

fn start(mode: &str, works: Vec<Work>) -> (Handle, Receiver<Event>) {
    let choice = Choice { worker: Some(double(mode)), ..Choice::default() };
    let job = WorkerJob { choice, works, patience: patience(), command: String::new() };
    let (sender, events) = channel();
    let handle = job::start(job, move |event| drop(sender.send(event))).unwrap();
    (handle, events)
}

/// Runs a job with a double that misbehaves, to its end.
fn run(mode: &str) -> Vec<Event> {
    let (handle, events) = start(mode, vec![Work::Train(Train::default())]);
    let events = until_the_end(&events);
    handle.wait();
    events
}

fn until_the_end(events: &Receiver<Event>) -> Vec<Event> {
    let mut seen = Vec::new();
    let deadline = Instant::now() + DEADLINE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let event = events
            .recv_timeout(left)
            .unwrap_or_else(|_| panic!("no end in {DEADLINE:?}; the last was {:?}", seen.last()));
        let last = event.is_terminal();
        seen.push(event);
        if last {
            assert!(events.try_recv().is_err(), "something came after the end");
            return seen;
        }
    }
}

fn failure(mode: &str) -> Failure {
    match run(mode).pop() {
        Some(Event::Failed(failure)) => failure,
        other => panic!("{mode} ended in {other:?}"),
    }
}

fn logged(events: &[Event]) -> Vec<&str> {
    events.iter().filter_map(|event| if let Event::Log { line } = event { Some(line.as_str()) } else { None }).collect()
}

#[test]
fn each_misbehaviour_is_a_failure_that_says_what_was_seen() {
    // What the worker does, what the failure must say.
    let cases: [(&str, &[&str]); 16] = [
        ("dies-before-hello", &["exit status 127", "starting", "cannot open shared object file"]),
        ("silent-before-hello", &["said nothing", "while starting"]),
        ("other-protocol", &["9.9.9", "protocol 99", "protocol 1"]),
        ("other-greeting", &["0.2.0", "protocol 2"]),
        ("garbage", &["is no fantail-worker", "{[not json"]),
        ("refuses", &["cuda:7 cannot be used"]),
        ("dies-at-start", &["exit status 1", "beginning its task"]),
        ("dies-in-the-middle", &["exit status 3", "training", "RuntimeError: the last words"]),
        ("killed", &["signal 9 (killed)", "training"]),
        ("segfault", &["signal 11 (invalid memory access)", "training"]),
        ("partial", &["exit status 0", "it broke off here"]),
        ("whole-but-unended", &["exit status 0", "it broke off here"]),
        ("mute", &["said nothing", "training"]),
        ("babbles", &["no report", "la la la"]),
        ("cancels-itself", &["without being told"]),
        ("fails", &["the disk is full"]),
    ];
    for (mode, said) in cases {
        let failure = failure(mode);
        for part in said {
            assert!(failure.message.contains(part), "{mode}: {part:?} is not in: {}", failure.message);
        }
        assert!(!failure.message.contains(['\u{1b}', '\0']), "{mode}: {:?}", failure.message);
        assert!(!failure.next.is_empty(), "{mode}: no next step");
        assert_eq!(failure.exit_code, 5, "{mode}");
    }
}

#[test]
fn what_a_good_worker_says_arrives() {
    for mode in ["good", "banner"] {
        let events = run(mode);
        assert!(matches!(&events[0], Event::Started { stages, .. } if *stages == [Stage::Read, Stage::Train]));
        assert!(events.iter().any(|event| matches!(event, Event::Device(device) if device.model == "double")));
        assert!(events.contains(&Event::Progress { stage: Stage::Train, done: 100, total: 100 }));
        assert!(events.contains(&Event::Measure { name: "loss".into(), at: 50, value: 0.5 }));
        assert!(events.contains(&Event::Memory { used: 10, total: 100 }));
        let Some(Event::Finished(summary)) = events.last() else { panic!("{mode}: {:?}", events.last()) };
        assert_eq!(summary.figures["loss"].to_bits(), 0.25_f64.to_bits());
    }
}

#[test]
fn stray_output_is_logged_and_spoils_nothing() {
    let events = run("stray");
    let log = logged(&events).join("\n");
    // The log is thinned, so not every line need be told; the failure of a worker shows them all.
    assert!(log.contains("warning on stderr") || log.contains("without ending its line"), "{log}");
    assert!(events.contains(&Event::Progress { stage: Stage::Train, done: 10, total: 100 }));
    assert!(matches!(events.last(), Some(Event::Finished(_))), "{:?}", events.last());
}

#[test]
fn floods_are_bounded() {
    for (mode, most) in [("floods", 2_000), ("long-line", 100), ("shouts", 500)] {
        let events = run(mode);
        assert!(events.len() < most, "{mode}: {} events", events.len());
        let longest = logged(&events).into_iter().map(str::len).max().unwrap_or(0);
        assert!(longest < 2_000, "{mode}: a line of {longest} bytes");
        let finished = matches!(events.last(), Some(Event::Finished(_)));
        // Who only shouts on stderr never says a word that counts.
        assert_eq!(finished, mode != "shouts", "{mode}: {:?}", events.last());
    }
}

#[test]
fn reports_of_another_task_are_dropped() {
    let events = run("wrong-task");
    assert!(events.contains(&Event::Progress { stage: Stage::Train, done: 20, total: 100 }));
    assert!(matches!(events.last(), Some(Event::Finished(_))), "{:?}", events.last());
}

#[test]
fn a_second_end_does_not_end_the_next_task() {
    let (handle, events) = start("ends-twice", vec![Work::Embed(Embed::default()), Work::Train(Train::default())]);
    let events = until_the_end(&events);
    handle.wait();
    assert!(matches!(events.last(), Some(Event::Finished(_))), "{:?}", events.last());
}

#[test]
fn pause_resume_and_cancel_reach_the_worker_in_order() {
    let (handle, events) = start("obeys", vec![Work::Train(Train::default())]);
    let await_log = |choice: &str| loop {
        match events.recv_timeout(DEADLINE).expect("the log goes on") {
            Event::Log { line } if line == choice => return,
            event => assert!(!event.is_terminal(), "{event:?} before {choice}"),
        }
    };
    loop {
        if matches!(events.recv_timeout(DEADLINE).unwrap(), Event::Progress { done: 1, .. }) {
            break;
        }
    }
    handle.pause(true);
    await_log("heard pause");
    handle.pause(false);
    await_log("heard resume");
    handle.cancel();
    let rest = until_the_end(&events);
    assert_eq!(logged(&rest), ["heard cancel"]);
    assert_eq!(rest.last(), Some(&Event::Cancelled));
    handle.wait();
}

#[test]
fn a_worker_that_does_not_stop_is_stopped() {
    for mode in ["deaf", "dies-when-cancelled"] {
        let (handle, events) = start(mode, vec![Work::Train(Train::default())]);
        loop {
            if matches!(events.recv_timeout(DEADLINE).unwrap(), Event::Progress { done: 1, .. }) {
                break;
            }
        }
        handle.cancel();
        assert_eq!(until_the_end(&events).pop(), Some(Event::Cancelled), "{mode}");
        handle.wait();
    }
}

#[test]
fn a_job_that_nobody_holds_ends_its_worker() {
    let (handle, events) = start("obeys", vec![Work::Train(Train::default())]);
    loop {
        if matches!(events.recv_timeout(DEADLINE).unwrap(), Event::Progress { done: 1, .. }) {
            break;
        }
    }
    drop(handle);
    assert_eq!(until_the_end(&events).pop(), Some(Event::Cancelled));
}

#[test]
fn a_program_that_is_not_there_or_is_no_program_is_said_so() {
    for (command, said) in
        [("/nowhere/worker", "cannot start /nowhere/worker"), ("'", "quote"), ("true", "exit status 0")]
    {
        let choice = Choice { worker: Some(command.into()), ..Choice::default() };
        let works = vec![Work::Train(Train::default())];
        let job = WorkerJob { choice, works, patience: patience(), command: String::new() };
        let (sender, events) = channel();
        let handle = job::start(job, move |event| drop(sender.send(event))).unwrap();
        let Some(Event::Failed(failure)) = until_the_end(&events).pop() else { panic!("{command}") };
        assert!(failure.message.contains(said), "{command}: {}", failure.message);
        handle.wait();
    }
}

#[test]
fn a_client_that_is_dropped_leaves_no_process() {
    let words: Vec<String> = double("deaf").split(' ').map(str::to_owned).collect();
    let launch = Launch {
        program: words[0].clone().into(),
        arguments: words[1..].iter().map(Into::into).collect(),
        environment: vec![("FANTAIL_TEST_MARK".into(), format!("{}-mark", std::process::id()).into())],
    };
    let marked = || {
        let mark = format!("FANTAIL_TEST_MARK={}-mark", std::process::id());
        std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            std::fs::read(entry.path().join("environ")).is_ok_and(|text| String::from_utf8_lossy(&text).contains(&mark))
        })
    };
    let client = Client::start(&launch, "auto", patience()).unwrap();
    assert_eq!(client.device().threads, 2);
    assert!(marked());
    drop(client);
    assert!(!marked(), "the worker still runs");
}

/// The dynamic libraries that a program names.
fn needed(program: &str) -> String {
    let output = Command::new("readelf").args(["--dynamic", program]).output().expect("readelf (binutils) is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| line.contains("(NEEDED)")).collect::<Vec<_>>().join("\n")
}

#[cfg(target_os = "linux")]
#[test]
fn fantail_links_no_libtorch() {
    let needed = needed(env!("CARGO_BIN_EXE_fantail"));
    assert!(needed.contains("libc.so"), "readelf shows no libraries at all: {needed}");
    assert!(!needed.contains("torch") && !needed.contains("c10"), "{needed}");
}

#[cfg(feature = "torch")]
mod real {
    use super::*;

    fn launch() -> Launch {
        Launch { program: env!("CARGO_BIN_EXE_fantail-worker").into(), ..Launch::default() }
    }

    #[test]
    fn the_worker_greets_with_its_device() {
        let client = Client::start(&launch(), "cpu", Patience::default()).unwrap();
        let device = client.device();
        assert_eq!(device.name, "cpu");
        assert!(device.memory > 1 << 28 && device.free > 0 && device.threads > 0, "{device:?}");
        assert!(client.libtorch().starts_with("2.11"), "{}", client.libtorch());
    }

    #[test]
    fn a_device_that_is_not_there_is_refused() {
        for (device, said) in [("cuda:63", "cuda:63 cannot be used"), ("tpu", "tpu is not a device")] {
            let error = Client::start(&launch(), device, Patience::default()).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert_eq!(error.exit_code(), 5);
        }
    }

    #[test]
    fn the_worker_links_libtorch() {
        assert!(needed(env!("CARGO_BIN_EXE_fantail-worker")).contains("libtorch_cpu.so"));
    }

    /// The encoder of random numbers, unpacked.
    fn encoder(folder: &std::path::Path) {
        use std::io::Read;
        let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bundle/encoder");
        std::fs::create_dir_all(folder).unwrap();
        std::fs::copy(data.join("encoder.json"), folder.join("encoder.json")).unwrap();
        let packed = std::fs::read(data.join("encoder.pt.gz")).unwrap();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
        std::fs::write(folder.join("encoder.pt"), bytes).unwrap();
    }

    #[test]
    fn cluster_splits_large_entities_and_tells_what_stands_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        encoder(&at("encoder"));
        let run = |out: &str| {
            let output = Command::new(env!("CARGO_BIN_EXE_fantail"))
                .args([
                    "cluster",
                    "demo",
                    "--size",
                    "20",
                    "--device",
                    "cpu",
                    "--worker",
                    env!("CARGO_BIN_EXE_fantail-worker"),
                ])
                .arg("--encoder")
                .arg(at("encoder"))
                .arg("--out")
                .arg(at(out))
                .arg("--synthesis")
                .arg(at("synthesis"))
                .env("XDG_CACHE_HOME", at("cache"))
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let said = run("subclasses.jsonl");
        assert!(said.contains("farthest from every entity") && said.contains("near-duplicate"), "{said}");
        let text = std::fs::read_to_string(at("subclasses.jsonl")).unwrap();
        let mut sizes = std::collections::BTreeMap::new();
        for line in text.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(line["id"].is_string());
            let label = line["label"].as_str().unwrap().to_owned();
            *sizes.entry((label, line["subclass"].as_u64().unwrap())).or_insert(0) += 1;
        }
        assert!(sizes.len() > 40, "{sizes:?}");
        assert!(sizes.values().all(|size| (20..40).contains(size)), "{sizes:?}");
        let apart = std::fs::read_to_string(at("synthesis/outliers.jsonl")).unwrap();
        assert_eq!(apart.lines().count(), 1911);
        run("again.jsonl");
        assert_eq!(text, std::fs::read_to_string(at("again.jsonl")).unwrap());
    }
}
