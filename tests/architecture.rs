//! The house rules that can be read off the source: who may import whom, which crate may be used where, how a file opens.
//!
//! Invariant: reads source text only; a rule that has nothing to check fails, so that a renamed folder cannot silence it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

/// Stages in order; each may import those before it.
const STAGES: [&str; 6] = ["source", "entity", "index", "policy", "plan", "preview"];

/// What a stage may import besides earlier stages: what knows no stage.
const BESIDE_STAGES: [&str; 4] = ["progress", "number", "column", "language"];

/// The first stage that knows the user's choices; what an earlier one is told, it owns, and the recipe imports it.
const FIRST_WITH_RECIPE: &str = "policy";

/// Every other module and the modules of ours that it may import.
const IMPORTS: [(&str, &[&str]); 15] = [
    ("language", &[]),
    ("number", &[]),
    ("nearest", &[]),
    ("column", &[]),
    ("progress", &["entity"]),
    ("recipe", &["source", "entity", "index", "number", "nearest"]),
    ("finding", &["source", "entity", "index", "recipe", "number", "language"]),
    ("load", &["source", "entity", "index", "policy", "recipe", "progress"]),
    ("manifest", &["source", "entity", "index", "policy", "plan", "preview", "recipe", "progress", "number"]),
    ("job", &["source", "entity", "index", "policy", "load", "plan", "manifest", "recipe", "progress", "number"]),
    ("app", &["source", "entity", "index", "policy", "plan", "preview", "recipe", "load", "job", "progress", "number"]),
    ("config", &["app", "nearest"]),
    (
        "ui",
        &[
            "app", "config", "number", "source", "entity", "index", "policy", "plan", "preview", "finding", "recipe",
            "progress", "job", "manifest", "load",
        ],
    ),
    (
        "run",
        &[
            "app", "ui", "config", "job", "load", "manifest", "finding", "source", "entity", "index", "policy", "plan",
            "preview", "recipe", "progress", "number", "language",
        ],
    ),
    (
        "cli",
        &[
            "run", "config", "job", "load", "manifest", "finding", "source", "entity", "index", "policy", "plan",
            "preview", "recipe", "progress", "number", "nearest",
        ],
    ),
];

/// What the programs may import: `fantail` the command line, the worker the protocol that it speaks.
const PROGRAMS: [(&str, &[&str]); 2] = [("main", &["cli"]), ("bin", &["job", "source", "progress", "number"])];

/// Modules of which a user may name only a part.
const PARTS: [(&str, &str, &[&str]); 3] = [
    ("app", "job", &["job::protocol"]),
    ("bin", "job", &["job::worker"]),
    ("bin", "source", &["source::read_picture"]),
];

/// Crates and the only places that may use them.
const CRATES: [(&str, &[&str]); 5] = [
    ("polars", &["source", "entity", "index", "manifest"]),
    ("ratatui", &["ui", "config/theme", "run"]),
    ("crossterm", &["run", "config/keymap"]),
    ("notify", &["run"]),
    ("tch", &["bin/worker/torch"]),
];

/// The most lines of a file, and of one of unit tests.
const MOST_LINES: usize = 250;
const MOST_LINES_OF_TESTS: usize = 300;

struct Source {
    /// Path below `src`, with `/`, without `.rs`.
    name: String,
    text: String,
}

impl Source {
    /// The part before unit tests, without comment lines.
    fn code(&self) -> impl Iterator<Item = &str> {
        let end = self.text.find("#[cfg(test)]").unwrap_or(self.text.len());
        self.text[..end].lines().map(str::trim).filter(|line| !line.starts_with("//"))
    }

    fn top(&self) -> &str {
        self.name.split('/').next().unwrap()
    }

    /// Our own top-level modules that the code names with `crate::` or `fantail::`, itself aside.
    fn imports(&self) -> Vec<String> {
        self.paths().iter().map(|path| first_word(path)).filter(|module| module != self.top()).collect()
    }

    /// What follows `crate::` or `fantail::`, up to the end of its line; of a group, each of its paths. In a program of its own
    /// `crate` is that program, and `fantail` the library.
    fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        let keys: &[&str] = if self.top() == "bin" { &["fantail::"] } else { &["crate::", "fantail::"] };
        for (line, key) in self.code().flat_map(|line| keys.iter().map(move |key| (line, *key))) {
            for rest in line.match_indices(key).map(|(at, key)| &line[at + key.len()..]) {
                match rest.strip_prefix('{') {
                    Some(group) => {
                        let inner = group.split('}').next().unwrap_or(group);
                        found.extend(inner.split(',').map(|path| path.trim().to_owned()));
                    }
                    None => found.push(rest.to_owned()),
                }
            }
        }
        found.retain(|path| !first_word(path).is_empty());
        found
    }

    fn uses_crate(&self, name: &str) -> bool {
        self.code().any(|line| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                line[at + name.len()..].starts_with("::")
                    && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            })
        })
    }
}

fn first_word(text: &str) -> String {
    text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut pending = vec![root.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source { name: name_of(&root, &path), text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn name_of(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap().with_extension("").to_string_lossy().replace('\\', "/")
}

fn assert_none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}:\n  {}", violations.join("\n  "));
}

/// The files of a module; a module without any fails.
fn files_of<'s>(sources: &'s [Source], module: &str) -> Vec<&'s Source> {
    let files: Vec<_> = sources.iter().filter(|source| source.top() == module).collect();
    assert!(!files.is_empty(), "no file of {module}");
    files
}

/// What the files of a module import beyond what is allowed.
fn beyond(sources: &[Source], module: &str, allowed: &[&str]) -> Vec<String> {
    let imports = |file: &&Source| {
        let beyond = file.imports().into_iter().filter(|import| !allowed.contains(&import.as_str()));
        beyond.map(|import| format!("{} imports {import}", file.name)).collect::<Vec<_>>()
    };
    files_of(sources, module).iter().flat_map(imports).collect()
}

#[test]
fn stages_import_only_earlier_stages() {
    let sources = sources();
    let knows_recipe = STAGES.iter().position(|stage| *stage == FIRST_WITH_RECIPE).unwrap();
    let violations = STAGES.iter().enumerate().flat_map(|(position, stage)| {
        let recipe = (position >= knows_recipe).then_some("recipe");
        let allowed: Vec<&str> = STAGES[..position].iter().chain(&BESIDE_STAGES).copied().chain(recipe).collect();
        beyond(&sources, stage, &allowed)
    });
    assert_none("a stage imports only earlier stages", &violations.collect::<Vec<_>>());
}

#[test]
fn every_other_module_keeps_to_its_imports() {
    let sources = sources();
    let violations = IMPORTS.iter().flat_map(|(module, allowed)| beyond(&sources, module, allowed));
    assert_none("a module imports only what architecture allows", &violations.collect::<Vec<_>>());
}

#[test]
fn a_program_imports_only_its_edge() {
    let sources = sources();
    let there = PROGRAMS.iter().filter(|(program, _)| sources.iter().any(|source| source.top() == *program));
    let violations: Vec<_> = there.clone().flat_map(|(program, allowed)| beyond(&sources, program, allowed)).collect();
    assert!(there.count() > 0, "no program at all");
    assert_none("a program imports only its edge", &violations);
}

#[test]
fn every_module_has_a_rule() {
    let ruled = |top: &str| {
        let lists = IMPORTS.iter().chain(&PROGRAMS).map(|(module, _)| *module);
        lists.chain(STAGES).any(|module| module == top)
    };
    let violations: Vec<_> =
        sources().iter().map(|source| source.top().to_owned()).filter(|top| top != "lib" && !ruled(top)).collect();
    assert_none("a module without a rule", &violations);
}

#[test]
fn of_some_modules_only_a_part_is_for_others() {
    let sources = sources();
    let mut violations = Vec::new();
    for (module, of, parts) in PARTS {
        for file in sources.iter().filter(|source| source.top() == module) {
            let inside = |path: &String| parts.iter().any(|part| path.starts_with(part));
            let named = file.paths().into_iter().filter(|path| first_word(path) == of);
            violations.extend(named.filter(|path| !inside(path)).map(|path| format!("{} names {path}", file.name)));
        }
    }
    assert_none("a module names only the part that is for it", &violations);
}

#[test]
fn app_does_no_work_of_its_own() {
    let sources = sources();
    let mut violations = Vec::new();
    for file in files_of(&sources, "app") {
        for forbidden in
            ["std::fs", "std::time::Instant", "SystemTime", "std::thread", "std::net", "std::process", "std::io"]
        {
            if file.code().any(|line| line.contains(forbidden)) {
                violations.push(format!("{} names {forbidden}", file.name));
            }
        }
    }
    assert_none("the state machine does no I/O and reads no clock", &violations);
}

#[test]
fn crates_stay_in_their_places() {
    let sources = sources();
    let mut violations = Vec::new();
    for (name, places) in CRATES {
        for file in &sources {
            let inside = places.iter().any(|place| file.name == *place || file.name.starts_with(&format!("{place}/")));
            if !inside && file.uses_crate(name) {
                violations.push(format!("{} uses {name}", file.name));
            }
        }
    }
    assert_none("a crate is used only where architecture allows", &violations);
    assert!(sources.iter().any(|source| source.uses_crate("ratatui")), "the scan finds no use of ratatui at all");
}

#[test]
fn stages_hold_no_channel() {
    let violations: Vec<_> = sources()
        .iter()
        .filter(|source| STAGES.contains(&source.top()))
        .filter(|source| source.code().any(|line| line.contains("mpsc") || line.contains("crossbeam_channel")))
        .map(|source| source.name.clone())
        .collect();
    assert_none("no channels in a stage", &violations);
}

#[test]
fn every_file_says_what_it_owns() {
    let sources = sources();
    assert!(sources.len() > 20);
    let mut violations = Vec::new();
    for file in &sources {
        if !file.text.starts_with("//!") {
            violations.push(format!("{} has no //! header", file.name));
        }
        let header: Vec<_> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
        let exempt = ["lib", "main"].contains(&file.name.as_str());
        if !exempt && !header.iter().any(|line| line.contains("Invariant:")) {
            violations.push(format!("{} states no invariant", file.name));
        }
        if file.name.ends_with("/mod") {
            violations.push(format!("{} is a mod.rs", file.name));
        }
    }
    assert_none("a file opens with what it owns and what it never does", &violations);
}

#[test]
fn no_file_is_too_long() {
    let sources = sources();
    let is_tests = |source: &Source| source.name.ends_with("/tests") || source.name == "tests";
    let most = |source: &Source| if is_tests(source) { MOST_LINES_OF_TESTS } else { MOST_LINES };
    let lines = |source: &Source| source.text.lines().count();
    let too_long = sources.iter().filter(|source| lines(source) > most(source));
    let violations: Vec<_> = too_long.map(|source| format!("{} has {} lines", source.name, lines(source))).collect();
    assert_none("a file has at most 250 lines, one of tests 300", &violations);
}

#[test]
fn main_stays_small() {
    let sources = sources();
    let main = sources.iter().find(|source| source.name == "main").unwrap();
    assert!(main.text.lines().count() < 60);
}
