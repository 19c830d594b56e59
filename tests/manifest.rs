//! Native manifests: byte for byte, whole or not at all, never over what is there, every record accounted for.
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines)]
#![allow(clippy::format_collect, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use fantail::entity::{self, Perspective};
use fantail::index;
use fantail::job::{self, ApplyJob, End, Event, Failure, Job, Listener, Summary};
use fantail::load::Loaded;
use fantail::manifest::{self, CALIBRATION, Contents, ManifestError, RECIPE, Shard, Target, Written};
use fantail::plan::Plan;
use fantail::progress::{Observer, Stage, Unobserved};
use fantail::recipe::{PolicyName, Recipe, ThresholdChoice};
use fantail::source;
use serde_json::Value;
use tempfile::{TempDir, tempdir};

/// Records of a small conversation set: a few names are common, most are rare; laid out in an unusual way.
fn record(number: usize) -> String {
    let thing = ["dog", "dog", "dog", "cat", "umbrella", "xylophone", "dog", "zebra"][number % 8];
    format!(
        "{{ \"id\":\"r{number}\",\n     \"image\": \"{number}.jpg\" , \"conversations\":[ {{\"from\":\"human\", \"value\":\"What is there? \\u00e9\"}},\
         {{\"from\":\"gpt\",\"value\":\"A {thing} is there.\"}} ] , \"extra\": 1.50}}"
    )
}

fn array(numbers: impl Iterator<Item = usize>) -> String {
    format!("[\n  {}\n]\n", numbers.map(record).collect::<Vec<_>>().join(",\n  "))
}

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn load(path: &Path, recipe: &Recipe) -> Loaded {
    let dataset = source::open(path, &recipe.dataset, &Unobserved).unwrap();
    let index = index::build(entity::extract(&dataset, &recipe.entities, &Unobserved).unwrap(), &Unobserved).unwrap();
    Loaded { dataset, index }
}

fn recipe(policy: PolicyName) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.policy = policy;
    recipe
}

fn write(data: &Loaded, recipe: &Recipe, target: &Target) -> Result<Written, ManifestError> {
    let plan = Plan::new(&data.index, recipe, &Unobserved).unwrap();
    let contents = Contents { dataset: &data.dataset, index: &data.index, recipe, plan: &plan, shard: Shard::WHOLE };
    manifest::write(&contents, target, &Unobserved)
}

fn target(folder: &TempDir, name: &str) -> Target {
    Target::new(&folder.path().join(name))
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn keeping_everything_gives_the_source_back() {
    let lines: Vec<String> = (0..40).map(|number| record(number).replace('\n', " ")).collect();
    let table = [
        ("array.json", array(0..40)),
        ("tight.json", format!("[{}]", (0..40).map(record).collect::<Vec<_>>().join(","))),
        ("mark.json", format!("\u{feff}{}", array(0..40))),
        (
            "wrapped.json",
            format!(
                "{{\"info\": {{\"year\": 2014}}, \"data\": [{}] , \"licences\": []}}",
                (0..40).map(record).collect::<Vec<_>>().join(" , ")
            ),
        ),
        ("lines.jsonl", format!("{}\n", lines.join("\n"))),
        ("open.jsonl", lines.join("\n")),
        ("windows.jsonl", format!("{}\r\n", lines.join("\r\n"))),
        ("list.txt", (0..40).map(|number| format!("images/{number}.jpg {}\n", number % 5)).collect()),
        (
            "table.csv",
            format!(
                "id,caption,label\n{}",
                (0..40).map(|number| format!("{number},\"a, dog\",l{}\n", number % 5)).collect::<String>()
            ),
        ),
        (
            "table.tsv",
            format!(
                "id\tcaption\tlabel\r\n{}",
                (0..40).map(|number| format!("{number}\ta dog\tl{}\r\n", number % 5)).collect::<String>()
            ),
        ),
    ];
    let folder = tempdir().unwrap();
    for (name, text) in table {
        let path = written(&folder, name, &text);
        let recipe = recipe(PolicyName::None);
        let data = load(&path, &recipe);
        assert_eq!((data.dataset.len(), data.dataset.set_aside().len()), (40, 0), "{name}");
        let out = target(&folder, &format!("{name}.out"));
        let told = write(&data, &recipe, &out).unwrap();
        assert_eq!(told.files[0].path, out.folder.join(name));
        let copy = fs::read_to_string(&told.files[0].path).unwrap();
        assert_eq!(copy, text, "{name}");
        assert_eq!(told.files[0].bytes, text.len() as u64);
        assert_eq!(names(&out.folder).len(), 3, "{name}: {:?}", names(&out.folder));
    }
}

#[test]
fn kept_records_are_slices_of_the_source_and_open_again_with_the_plans_counts() {
    let folder = tempdir().unwrap();
    let broken = "{\"id\": 7, \"conversations\": 5}";
    let text = array(0..80).replacen("[\n", &format!("[\n{broken},\n"), 1);
    let path = written(&folder, "llava.json", &text);
    let mut recipe = recipe(PolicyName::Adr);
    recipe.rebalance.pass_count = 2;
    let data = load(&path, &recipe);
    assert_eq!((data.dataset.len(), data.dataset.set_aside().len()), (80, 1));
    let plan = Plan::new(&data.index, &recipe, &Unobserved).unwrap();
    let out = target(&folder, "out");
    let told = write(&data, &recipe, &out).unwrap();
    assert!(told.tally.kept > 5 && told.tally.dropped > 5, "{:?}", told.tally);

    let copy = fs::read_to_string(out.folder.join("llava.json")).unwrap();
    let kept: Vec<String> = (0..80).filter(|&number| plan.repeat(number) > 0).map(record).collect();
    assert_eq!(copy.matches("\"id\"").count(), kept.len());
    assert!(kept.iter().all(|record| copy.contains(record.as_str())));
    assert_eq!(serde_json::from_str::<Vec<Value>>(&copy).unwrap().len() as u64, told.tally.kept);

    let again = load(&out.folder.join("llava.json"), &recipe);
    assert_eq!(again.dataset.set_aside().len(), 0);
    for (entry, counts) in data.index.perspectives.iter().zip(plan.counts(&data.index)) {
        let other = again.index.perspective(entry.perspective).unwrap();
        for (rank, &count) in counts.iter().enumerate() {
            let name = entry.names.get(rank);
            let found = other.find(&name).map_or(0, |rank| other.counts[rank]);
            assert_eq!(found, count, "{} {name}", entry.perspective);
        }
    }
}

#[test]
fn every_record_is_accounted_for() {
    let folder = tempdir().unwrap();
    let text = array(0..60).replacen("[\n", "[\n{\"id\": \"x\", \"conversations\": 5},\n", 1);
    let path = written(&folder, "llava.json", &text);
    let mut recipe = recipe(PolicyName::Random);
    recipe.rebalance.keep = 0.5;
    let data = load(&path, &recipe);
    let out = target(&folder, "out");
    write(&data, &recipe, &out).unwrap();
    let told: Value = serde_json::from_slice(&fs::read(out.folder.join(CALIBRATION)).unwrap()).unwrap();
    let number =
        |pointer: &str| told.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("{pointer} {told}"));
    assert_eq!(number("/records/read"), 61);
    assert_eq!(number("/records/set_aside"), 1);
    assert_eq!(number("/records/kept") + number("/records/dropped") + 1, 61);
    assert_eq!(number("/files/0/rows"), number("/records/kept"));
    assert_eq!(told["recipe"]["rebalance"]["policy"], "random");
    assert_eq!(told["dataset"]["fingerprint"], data.dataset.fingerprint().to_string());
    assert_eq!(told["set_aside"][0]["kind"], "wrong_type");
    let first = fs::read(out.folder.join(CALIBRATION)).unwrap();
    write(&data, &recipe, &Target { force: true, ..out.clone() }).unwrap();
    assert_eq!(fs::read(out.folder.join(CALIBRATION)).unwrap(), first);
}

#[test]
fn repeats_are_written_as_often_as_planned_and_a_drop_of_all_is_still_a_file() {
    let folder = tempdir().unwrap();
    let text: String = (0..50).map(|number| format!("{number}.jpg {}\n", usize::from(number >= 45))).collect();
    let path = written(&folder, "list.txt", &text);
    let data = load(&path, &Recipe::default());
    let uniform = recipe(PolicyName::Uniform);
    let told = write(&data, &uniform, &target(&folder, "uniform")).unwrap();
    let copy = fs::read_to_string(&told.files[0].path).unwrap();
    assert_eq!(copy.lines().count() as u64, told.tally.after);
    assert_eq!(copy.matches("49.jpg 1\n").count(), 5);
    let mut none = recipe(PolicyName::Random);
    none.rebalance.keep = 1e-12;
    let told = write(&data, &none, &target(&folder, "nothing")).unwrap();
    assert_eq!(fs::read_to_string(&told.files[0].path).unwrap(), "");
}

#[test]
fn what_is_there_stays_unless_forced_and_the_source_stays_always() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.json", &array(0..8));
    let recipe = recipe(PolicyName::None);
    let data = load(&path, &recipe);
    let out = target(&folder, "out");
    fs::create_dir(&out.folder).unwrap();
    fs::write(out.folder.join("llava.json"), "precious").unwrap();
    let error = write(&data, &recipe, &out).unwrap_err();
    assert!(matches!(error, ManifestError::Exists { .. }) && error.exit_code() == 7, "{error}");
    assert_eq!(names(&out.folder), ["llava.json"]);
    assert_eq!(fs::read_to_string(out.folder.join("llava.json")).unwrap(), "precious");
    write(&data, &recipe, &Target { force: true, ..out.clone() }).unwrap();
    assert_eq!(fs::read_to_string(out.folder.join("llava.json")).unwrap(), array(0..8));

    let error = write(&data, &recipe, &Target { force: true, ..Target::new(folder.path()) }).unwrap_err();
    assert!(matches!(error, ManifestError::IsSource { .. }) && error.exit_code() == 7, "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), array(0..8));
}

#[test]
fn a_folder_that_takes_no_file_is_a_clear_error() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.json", &array(0..8));
    let recipe = recipe(PolicyName::None);
    let data = load(&path, &recipe);
    // A file in the folder's place and /proc refuse everyone, whatever the rights of the user who runs this.
    for refused in [path.join("out"), PathBuf::from("/proc/fantail")] {
        let error = write(&data, &recipe, &Target::new(&refused)).unwrap_err();
        assert_eq!(error.exit_code(), 7, "{error}");
        assert!(error.to_string().starts_with(&format!("cannot write {}", refused.display())), "{error}");
    }
}

/// Says stop after so many questions.
struct Impatient {
    left: AtomicUsize,
}

impl Observer for Impatient {
    fn advanced(&self, _stage: Stage, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_err()
    }
}

#[test]
fn an_interrupted_write_leaves_nothing() {
    let folder = tempdir().unwrap();
    let text: String = (0..20_000).map(|number| format!("{number}.jpg {}\n", number % 7)).collect();
    let path = written(&folder, "list.txt", &text);
    let recipe = recipe(PolicyName::None);
    let data = load(&path, &recipe);
    let plan = Plan::new(&data.index, &recipe, &Unobserved).unwrap();
    let contents =
        Contents { dataset: &data.dataset, index: &data.index, recipe: &recipe, plan: &plan, shard: Shard::WHOLE };
    let out = target(&folder, "out");
    for questions in 0..6 {
        let stopped = manifest::write(&contents, &out, &Impatient { left: AtomicUsize::new(questions) });
        assert!(matches!(stopped, Err(ManifestError::Cancelled)), "after {questions}");
        // What was finished waits for a run that resumes, under no final name.
        assert!(names(&out.folder).iter().all(|name| name == ".fantail-part"), "{:?}", names(&out.folder));
    }
    manifest::write(&contents, &out, &Impatient { left: AtomicUsize::new(9) }).unwrap();
    assert_eq!(names(&out.folder), ["calibration.json", "list.txt", "recipe.toml"]);
}

fn events_of(job: impl Job) -> Vec<Event> {
    let (sender, events) = channel();
    let sender = Mutex::new(sender);
    job::start(job, move |event| sender.lock().unwrap().send(event).unwrap()).unwrap().wait();
    events.iter().collect()
}

fn terminal(events: &[Event]) -> &Event {
    assert!(matches!(events[0], Event::Started { .. }), "{events:?}");
    assert_eq!(events.iter().filter(|event| event.is_terminal()).count(), 1, "{events:?}");
    events.last().unwrap()
}

#[test]
fn the_apply_job_tells_its_story() {
    let folder = tempdir().unwrap();
    let path = written(&folder, "llava.json", &array(0..64));
    let mut recipe = recipe(PolicyName::Adr);
    recipe.threshold.insert(Perspective::Token, ThresholdChoice::Count(2));
    let data = Arc::new(load(&path, &recipe));
    let job = || ApplyJob {
        data: Arc::clone(&data),
        recipe: recipe.clone(),
        target: target(&folder, "the out"),
        shard: Shard::WHOLE,
        synthesis: None,
        worker: fantail::job::worker::Choice::default(),
        counts: vec!["a part.json".into(), "b.json".into()],
    };
    let events = events_of(job());
    let Event::Finished(summary) = terminal(&events) else { panic!("{events:?}") };
    let out = folder.path().join("the out");
    let told = format!(
        "--recipe '{}' --out '{}' --force --counts-in 'a part.json' b.json",
        out.join(RECIPE).display(),
        out.display()
    );
    assert!(summary.command.ends_with(&told), "{}", summary.command);
    assert_eq!(Recipe::load(&out.join(RECIPE)).unwrap(), recipe);
    assert_eq!(summary.tally.kept + summary.tally.dropped, 64);
    // The same again finds the files there.
    let events = events_of(job());
    let Event::Failed(failure) = terminal(&events) else { panic!("{events:?}") };
    assert_eq!(failure.exit_code, 7, "{failure}");
    for event in &events {
        let line = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), *event);
    }
}

/// A job that ends as it is told to.
struct Ending(Option<Result<Summary, End>>);

impl Job for Ending {
    fn name(&self) -> String {
        "ending".into()
    }

    fn stages(&self) -> Vec<Stage> {
        vec![Stage::Write]
    }

    fn run(&mut self, observer: &dyn Listener) -> Result<Summary, End> {
        observer.advanced(Stage::Write, 1, 2);
        self.0.take().unwrap_or_else(|| panic!("a bad day"))
    }
}

#[test]
fn a_job_ends_in_one_terminal_event_however_it_ends() {
    let failure = Failure { message: "no".into(), next: "again".into(), exit_code: 7, unfinished: false };
    assert_eq!(*terminal(&events_of(Ending(Some(Err(End::Cancelled))))), Event::Cancelled);
    assert_eq!(*terminal(&events_of(Ending(Some(Err(End::Failed(failure.clone())))))), Event::Failed(failure));
    let events = events_of(Ending(None));
    let Event::Failed(defect) = terminal(&events) else { panic!("{events:?}") };
    assert!(defect.message.contains("a bad day") && defect.exit_code == 1);
}

/// Runs until it is asked to stop.
struct Endless;

impl Job for Endless {
    fn name(&self) -> String {
        "endless".into()
    }

    fn stages(&self) -> Vec<Stage> {
        Vec::new()
    }

    fn run(&mut self, observer: &dyn Listener) -> Result<Summary, End> {
        while !observer.cancelled() {
            std::thread::yield_now();
        }
        Err(End::Cancelled)
    }
}

#[test]
fn a_job_that_is_asked_to_stop_stops() {
    let (sender, events) = channel();
    let handle = job::start(Endless, move |event| sender.send(event).unwrap()).unwrap();
    handle.cancel();
    handle.wait();
    assert_eq!(*terminal(&events.iter().collect::<Vec<_>>()), Event::Cancelled);
}

/// Says how far it is until it is asked to stop.
struct Counting(std::sync::mpsc::Sender<u64>);

impl Job for Counting {
    fn name(&self) -> String {
        "counting".into()
    }

    fn stages(&self) -> Vec<Stage> {
        Vec::new()
    }

    fn run(&mut self, observer: &dyn Listener) -> Result<Summary, End> {
        for number in 0.. {
            if observer.cancelled() {
                return Err(End::Cancelled);
            }
            self.0.send(number).unwrap();
        }
        Err(End::Cancelled)
    }
}

#[test]
fn a_paused_job_waits_and_a_cancelled_one_stops_even_then() {
    let (sender, numbers) = channel();
    let (last, ended) = channel();
    let handle = job::start(Counting(sender), move |event| last.send(event).unwrap_or(())).unwrap();
    numbers.recv().unwrap();
    handle.pause(true);
    // One step may have begun before; then there is silence.
    let silence = std::time::Duration::from_millis(200);
    while numbers.recv_timeout(silence).is_ok() {}
    handle.pause(false);
    numbers.recv().unwrap();
    handle.pause(true);
    handle.cancel();
    handle.wait();
    assert_eq!(ended.iter().last(), Some(Event::Cancelled));
}
