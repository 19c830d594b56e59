//! The house rules that can be read off the source: who may import whom, which crate may be used where, how a file opens.
//!
//! Invariant: reads source text only; a rule that has nothing to check fails, so that a renamed folder cannot silence it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

/// Stages in order; each may import those before it.
const STAGES: [&str; 6] = ["source", "entity", "index", "policy", "plan", "preview"];

/// What a stage, or what stands beside the stages, may import from our own crate besides earlier stages.
const BESIDE_STAGES: [&str; 6] = ["progress", "number", "column", "language", "recipe", "random"];

/// Modules and the modules of ours that they may import, where it is not the stage order that decides.
const IMPORTS: [(&str, &[&str]); 8] = [
    ("language", &["language"]),
    ("number", &[]),
    ("column", &[]),
    ("progress", &["entity"]),
    ("recipe", &["source", "entity", "index", "policy", "recipe", "number"]),
    ("finding", &["source", "entity", "index", "recipe", "number", "finding", "language"]),
    (
        "manifest",
        &["source", "entity", "index", "policy", "plan", "preview", "recipe", "progress", "number", "manifest"],
    ),
    (
        "ui",
        &[
            "ui", "app", "config", "number", "source", "entity", "index", "policy", "plan", "preview", "finding",
            "recipe", "progress", "job", "manifest",
        ],
    ),
];

/// Crates and the only places that may use them.
const CRATES: [(&str, &[&str]); 5] = [
    ("polars", &["source", "entity", "index", "manifest"]),
    ("ratatui", &["ui", "config/theme", "run"]),
    ("crossterm", &["run", "config/keymap"]),
    ("notify", &["run"]),
    ("tch", &["bin/worker/torch"]),
];

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

    /// Our own top-level modules that the code names with `crate::` or `fantail::`.
    fn imports(&self) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.code() {
            for (_, rest) in line.match_indices("crate::").map(|(at, key)| (at, &line[at + key.len()..])) {
                if let Some(group) = rest.strip_prefix('{') {
                    let inner = group.split('}').next().unwrap_or(group);
                    found.extend(inner.split(',').map(first_word));
                } else {
                    found.push(first_word(rest));
                }
            }
        }
        found.retain(|module| !module.is_empty());
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

#[test]
fn stages_import_only_earlier_stages() {
    let sources = sources();
    let mut violations = Vec::new();
    for (position, stage) in STAGES.iter().enumerate() {
        let files: Vec<_> = sources.iter().filter(|source| source.top() == *stage).collect();
        assert!(!files.is_empty(), "no file of stage {stage}");
        for file in files {
            for module in file.imports() {
                let earlier = STAGES[..=position].contains(&module.as_str());
                if !earlier && !BESIDE_STAGES.contains(&module.as_str()) {
                    violations.push(format!("{} imports {module}", file.name));
                }
            }
        }
    }
    assert_none("a stage imports only earlier stages", &violations);
}

#[test]
fn modules_beside_the_stages_keep_to_their_imports() {
    let sources = sources();
    let mut violations = Vec::new();
    for (module, allowed) in IMPORTS {
        let files: Vec<_> = sources.iter().filter(|source| source.top() == module).collect();
        assert!(!files.is_empty(), "no file of module {module}");
        for file in files {
            violations.extend(
                file.imports()
                    .into_iter()
                    .filter(|import| !allowed.contains(&import.as_str()))
                    .map(|import| format!("{} imports {import}", file.name)),
            );
        }
    }
    assert_none("a module imports only what architecture allows", &violations);
}

#[test]
fn app_knows_no_terminal_and_no_worker() {
    let mut violations = Vec::new();
    let sources = sources();
    let app: Vec<_> = sources.iter().filter(|source| source.top() == "app").collect();
    assert!(!app.is_empty());
    for file in app {
        violations.extend(
            file.imports()
                .into_iter()
                .filter(|import| ["ui", "run", "cli", "manifest"].contains(&import.as_str()))
                .map(|import| format!("{} imports {import}", file.name)),
        );
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
fn only_the_edge_imports_the_loop() {
    let violations: Vec<_> = sources()
        .iter()
        .filter(|source| !["main", "cli", "run", "lib"].contains(&source.top()))
        .filter(|source| source.imports().iter().any(|import| import == "run"))
        .map(|source| source.name.clone())
        .collect();
    assert_none("only main and cli import run", &violations);
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
fn main_stays_small() {
    let sources = sources();
    let main = sources.iter().find(|source| source.name == "main").unwrap();
    assert!(main.text.lines().count() < 60);
}
