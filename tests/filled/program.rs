//! `fantail` as a process, told to hurry, and harmed where a test says so.
//!
//! Invariant: nothing sleeps: harm is done when an event says that it is time.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A recipe whose model is trained for a moment: what it makes fools nobody, so that no filter is on.
const RECIPE: &str = r#"
[threshold]
label = { count = 100 }
[rebalance]
policy = "none"
[synthesis]
policies = ["diffusion"]
perspectives = ["label"]
budget = 150
entity = [{ entity = "label:stripes", ceiling = 0 }, { entity = "label:columns", ceiling = 0 }]
[synthesis.diffusion]
guidance = [0.5, 0.8]
images = 8
steps = 4
training_steps = 24
filter = { memorised = 0.0, class = 0.0, outlier = 0.0, flat = 0.0, saturated = 0.0 }
[export]
formats = ["native", "jsonl"]
"#;

/// A run of the program that is yet to come.
pub struct Program {
    arguments: Vec<String>,
    /// Who is killed, by which signal, at which stage from how many units on.
    pub kill_at: Option<(&'static str, &'static str, &'static str, u64)>,
    /// The largest file that may be written, in KiB.
    pub largest_file: Option<u64>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub events: Vec<Value>,
    pub out: String,
}

impl Program {
    pub fn apply(dataset: &Path, out: &Path, more: &[&str]) -> Self {
        let recipe = dataset.with_file_name("recipe.toml");
        // An entity that a dataset does not have is refused.
        let columns = ", { entity = \"label:columns\", ceiling = 0 }";
        let text = if dataset.is_dir() { RECIPE.to_owned() } else { RECIPE.replace(columns, "") };
        fs::write(&recipe, text).unwrap();
        let [dataset, recipe, out] = [dataset, &recipe, out].map(|path| path.to_str().unwrap());
        let worker = env!("CARGO_BIN_EXE_fantail-worker");
        let fixed = [
            "apply",
            dataset,
            "--recipe",
            recipe,
            "--out",
            out,
            "--progress",
            "json",
            "--device",
            "cpu",
            "--worker",
            worker,
        ];
        Self::new(fixed.iter().chain(more))
    }

    pub fn stats(dataset: &Path) -> Self {
        Self::new(["stats", dataset.to_str().unwrap(), "--format", "json"].iter())
    }

    pub fn merge(parts: &[PathBuf], out: &Path) -> Self {
        let parts = parts.iter().map(|part| part.to_str().unwrap());
        let arguments: Vec<&str> = ["merge"].into_iter().chain(parts).chain(["--out", out.to_str().unwrap()]).collect();
        Self::new(arguments.iter())
    }

    fn new<'a>(arguments: impl Iterator<Item = &'a &'a str>) -> Self {
        Self { arguments: arguments.map(|&text| text.to_owned()).collect(), kill_at: None, largest_file: None }
    }

    /// Runs it to its end.
    pub fn run(&self) -> Ended {
        let home = tempfile::tempdir().unwrap();
        let mut command = match self.largest_file {
            None => Command::new(env!("CARGO_BIN_EXE_fantail")),
            Some(most) => {
                let mut shell = Command::new("bash");
                shell.args([
                    "-c",
                    &format!("trap '' XFSZ; ulimit -f {most}; exec \"$0\" \"$@\""),
                    env!("CARGO_BIN_EXE_fantail"),
                ]);
                shell
            }
        };
        command.args(&self.arguments).env("FANTAIL_CACHE_DIR", home.path()).env("FANTAIL_CONFIG_DIR", home.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut events = Vec::new();
        let mut killed = false;
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            let event: Value = serde_json::from_str(&line).unwrap_or(Value::String(line));
            if let Some((victim, signal, stage, done)) = self.kill_at
                && !killed
                && event["stage"] == stage
                && event["done"].as_u64().is_some_and(|reached| reached >= done)
            {
                killed = true;
                let id = if victim == "fantail" { child.id() } else { worker_of(child.id()) };
                let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {id}")]).status().unwrap();
                assert!(sent.success(), "{victim} {id} is gone");
            }
            events.push(event);
        }
        let mut out = String::new();
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let status = child.wait().unwrap();
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        Ended { code: status.code().unwrap_or_else(|| 128 + signal.unwrap_or(0)), events, out }
    }
}

/// The worker that a process has started.
fn worker_of(parent: u32) -> u32 {
    let children = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (name, rest) = stat.rsplit_once(')')?;
        let of: u32 = rest.split_whitespace().nth(1)?.parse().ok()?;
        (of == parent && name.contains("fantail-worker")).then_some(id)
    });
    children.last().expect("a worker runs")
}
