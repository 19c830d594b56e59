//! Stdin as a dataset, and a stdout that cannot be written or is not read to its end.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::{Scratch, conversations, list};

fn command(scratch: &Scratch, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fantail"));
    command.args(arguments).current_dir(scratch.folder.path()).env("FANTAIL_CACHE_DIR", scratch.beside("cache"));
    command.stdin(Stdio::null());
    command
}

/// Runs a command with bytes on its stdin.
fn piped(mut command: Command, bytes: &[u8]) -> Output {
    let (stdin, stdout, stderr) = (Stdio::piped(), Stdio::piped(), Stdio::piped());
    let mut child = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that ends before it has read everything is judged by what it says.
            let _ = stdin.write_all(bytes);
        });
        child.wait_with_output().unwrap()
    })
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_dataset_on_stdin_gives_the_figures_of_the_file_whatever_its_format() {
    let datasets = [
        conversations(&[&["What is it?", "A cat on a sofa."], &["Who?", "A dog."]]),
        list([("dog", 12), ("cat", 3)]),
        Scratch::holding("table.csv", "id,label\na,cat\nb,dog\nc,cat\n"),
    ];
    for scratch in datasets {
        let bytes = std::fs::read(&scratch.path).unwrap();
        let file = json(&piped(command(&scratch, &["stats", scratch.path.to_str().unwrap(), "--format", "json"]), b""));
        for bytes in [bytes.clone(), gzipped(&bytes)] {
            let stdin = json(&piped(command(&scratch, &["stats", "-", "--format", "json"]), &bytes));
            assert_eq!(stdin["dataset"]["path"], "-");
            assert_eq!(stdin["dataset"]["format"], file["dataset"]["format"]);
            assert_eq!(stdin["perspectives"], file["perspectives"]);
        }
    }
}

#[test]
fn commands_that_need_a_recipe_read_stdin_too() {
    let scratch = list([("dog", 12), ("cat", 3)]);
    let bytes = std::fs::read(&scratch.path).unwrap();
    std::fs::write(scratch.beside("r.toml"), "[rebalance]\npolicy = \"adr\"\n").unwrap();
    let file = scratch.path.to_str().unwrap();
    for more in [
        &["preview", "--recipe", "r.toml", "--format", "json"][..],
        &["compare", "--recipe", "r.toml", "--format", "json"],
        &["explain", "--recipe", "r.toml", "--id", "images/dog/3.jpg", "--format", "json"],
    ] {
        let [by_file, by_stdin] = [(file, &b""[..]), ("-", &bytes)].map(|(dataset, bytes)| {
            let arguments = [&[more[0], dataset], &more[1..]].concat();
            json(&piped(command(&scratch, &arguments), bytes))
        });
        assert_eq!(by_stdin, by_file, "{more:?}");
    }
    let done = piped(command(&scratch, &["apply", "-", "--recipe", "r.toml", "--out", "piped"]), &bytes);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done = piped(command(&scratch, &["apply", file, "--recipe", "r.toml", "--out", "filed"]), b"");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let written = |path: &str| std::fs::read_to_string(scratch.beside(path)).unwrap();
    assert_eq!(written("piped/stdin"), written("filed/list.txt"));
}

#[test]
fn a_stdin_that_cannot_be_used_says_why_in_one_line() {
    let scratch = list([("dog", 1)]);
    let mut nowhere = command(&scratch, &["stats", "-"]);
    nowhere.env("TMPDIR", scratch.beside("missing"));
    let mut small = Command::new("sh");
    let script = r#"trap "" XFSZ; ulimit -f 8; exec "$0" stats -"#;
    small.args(["-c", script, env!("CARGO_BIN_EXE_fantail")]);
    let large = vec![b' '; 4 << 20];
    for (command, bytes, words) in [
        (command(&scratch, &["stats", "-"]), &b""[..], "stdin holds no usable record: the file is empty"),
        (command(&scratch, &["stats", "-"]), &b"\x00\x01\x02"[..], "stdin is in no format that fantail knows"),
        (nowhere, &b"a/b.png b\n"[..], "TMPDIR"),
        (small, &large[..], "File too large"),
    ] {
        let done = piped(command, bytes);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!((done.status.code(), said.lines().count()), (Some(3), 1), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_tells_of_a_stdout_that_cannot_be_written_and_bears_one_that_is_closed() {
    let scratch = list([("dog", 12), ("cat", 3)]);
    std::fs::write(scratch.beside("r.toml"), "").unwrap();
    for (number, arguments) in [
        &["recipe", "check", "r.toml"][..],
        &["recipe", "show"],
        &["recipe", "init", "new.toml", "--force"],
        &["stats", "list.txt"],
        &["preview", "list.txt", "--recipe", "r.toml"],
        &["compare", "list.txt", "--recipe", "r.toml"],
        &["explain", "list.txt", "--recipe", "r.toml", "--id", "images/dog/3.jpg"],
        &["apply", "list.txt", "--recipe", "r.toml", "--out", "out", "--force"],
        &["doctor"],
        &["completions", "bash"],
        &["man"],
    ]
    .into_iter()
    .enumerate()
    {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let done = command(&scratch, arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(7), "{number} {arguments:?}: {said}");
        assert!(said.lines().last().unwrap().contains("cannot write to stdout"), "{arguments:?}: {said}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = command(&scratch, arguments).stdout(writer).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {said}");
        assert!(!said.contains("cannot write"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_first_recipe_can_be_read_from_stdout() {
    let scratch = list([("dog", 1)]);
    let done = command(&scratch, &["recipe", "init", "-"]).output().unwrap();
    assert!(done.status.success());
    assert_eq!(String::from_utf8(done.stdout).unwrap(), fantail::recipe::DEFAULT_TEXT);
    assert!(!scratch.beside("-").exists());
}

#[test]
fn a_report_names_the_place_of_what_does_nothing() {
    let scratch = list([("dog", 12), ("cat", 3)]);
    let text = "[entities]\nperspectives = [\"label\"]\n[threshold]\n  token = { count = 3 }\n";
    std::fs::write(scratch.beside("r.toml"), text).unwrap();
    for (command_name, place) in [("preview", "/warnings/0"), ("compare", "/recipes/0/warnings/0")] {
        let arguments = [command_name, "list.txt", "--recipe", "r.toml", "--format", "json"];
        let done = command(&scratch, &arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{said}"));
        let warning = report.pointer(place).and_then(serde_json::Value::as_str).unwrap();
        assert!(warning.starts_with("r.toml:4:11: the threshold of 'token' does nothing"), "{warning}");
    }
}
